import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isWorkFolder, listFolder, withWorkFolder } from '../../../src/vm/kernels/work-folder';
import { temporaryFolder } from '../../support/live';

let tests = 0;
let parent: string;
beforeEach(() => {
  parent = join(temporaryFolder, `parent-${tests++}`);
});

/** A folder as a process with this number would have made it, here. */
function leftBy(pid: number): string {
  const name = withWorkFolder(parent, (folder) => folder.replace(`-${process.pid}-`, `-${pid}-`));
  mkdirSync(name);
  writeFileSync(join(name, 'half.deb'), 'half');
  return name;
}

describe('a work folder', () => {
  it('is there while the action runs', () => {
    const made = withWorkFolder(parent, (folder) => {
      writeFileSync(join(folder, 'x'), '');
      expect(readdirSync(parent).filter(isWorkFolder)).toHaveLength(1);
      return folder;
    });
    expect(existsSync(made)).toBe(false);
  });

  it('goes when the action fails', () => {
    expect(() =>
      withWorkFolder(parent, () => {
        throw new Error('failed');
      }),
    ).toThrow('failed');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('of a process that was killed goes with the next one', () => {
    // A process that has ended.
    const left = leftBy(spawnSync('true').pid);
    withWorkFolder(parent, () => expect(existsSync(left)).toBe(false));
  });

  it('of a process at work stays', () => {
    const other = spawn('sleep', ['30']);
    try {
      const busy = leftBy(other.pid ?? 0);
      withWorkFolder(parent, () => expect(existsSync(busy)).toBe(true));
    } finally {
      other.kill();
    }
  });

  it('of another machine stays for an hour', () => {
    const foreign = join(parent, '.work-01234567-1-abcdef');
    mkdirSync(foreign, { recursive: true });
    withWorkFolder(parent, () => expect(existsSync(foreign)).toBe(true));
    const hourAgo = Date.now() / 1000 - 3700;
    utimesSync(foreign, hourAgo, hourAgo);
    withWorkFolder(parent, () => expect(existsSync(foreign)).toBe(false));
  });
});

it('a folder that is not there has no names', () => {
  expect(listFolder('/nowhere')).toEqual([]);
  expect(() => listFolder('/dev/null')).toThrow('ENOTDIR');
});
