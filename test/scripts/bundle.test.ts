import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildBundle, canBuild, isFresh } from '../../scripts/bundle';

const PROJECT = join(__dirname, '../..');
let root: string;

/** A small clone: the real launcher and build script around a program of one line. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-bundle-'));
  for (const file of ['bin', 'scripts', 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT, file), join(root, file), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src/cli'), { recursive: true });
  writeProgram('first');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeProgram(word: string): void {
  writeFileSync(join(root, 'src/cli/main.ts'), `const said: string = '${word}';\nconsole.log(said);\n`);
}

function launch(): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [join(root, 'bin/packetspec.js')], { encoding: 'utf8' });
}

describe('isFresh', () => {
  test('is false before the first build and true after it', () => {
    expect(isFresh(root)).toBe(false);
    buildBundle(root);
    expect(isFresh(root)).toBe(true);
  });

  test.each([
    ['a source changed', () => writeProgram('something longer')],
    ['a source was added', () => writeFileSync(join(root, 'src/more.ts'), '')],
    ['a source was removed', () => rmSync(join(root, 'src/cli/main.ts'))],
    ['a source went back in time', () => utimesSync(join(root, 'src/cli/main.ts'), 1, 1)],
    ['the packages changed', () => writeFileSync(join(root, 'package.json'), '{}')],
  ])('is false when %s', (_, change) => {
    buildBundle(root);
    change();
    expect(isFresh(root)).toBe(false);
  });

  test('costs milliseconds on the real tree', () => {
    const times = Array.from({ length: 50 }, () => {
      const start = performance.now();
      isFresh(PROJECT);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe('buildBundle', () => {
  test('leaves out programs that do not exist', () => {
    expect(buildBundle(root)).toEqual(['dist/packetspec.js']);
  });

  test('keeps the native modules outside', () => {
    writeFileSync(join(root, 'src/cli/main.ts'), `import koffi from 'koffi';\nconsole.log(koffi.version);\n`);
    buildBundle(root);
    expect(readFileSync(join(root, 'dist/packetspec.js'), 'utf8')).toContain('require("koffi")');
    expect(statSync(join(root, 'dist/packetspec.js')).size).toBeLessThan(5_000);
  });
});

describe('the launcher', () => {
  test('builds on the first start and again after a change, and keeps stdout clean', () => {
    expect(launch()).toMatchObject({ stdout: 'first\n', stderr: '', status: 0 });
    writeProgram('second');
    expect(launch()).toMatchObject({ stdout: 'second\n', stderr: '', status: 0 });
  });

  test('says what to do when there is no program', () => {
    rmSync(join(root, 'src/cli/main.ts'));
    expect(launch()).toMatchObject({ stdout: '', status: 3, stderr: expect.stringContaining('npm start') });
  });

  test('does not run an old program when the new source does not build', () => {
    launch();
    writeFileSync(join(root, 'src/cli/main.ts'), 'const = 1;');
    expect(launch()).toMatchObject({ stdout: '', status: 3, stderr: expect.stringContaining('could not be built') });
  });

  test('runs what is there in a copy that cannot build', () => {
    buildBundle(root);
    rmSync(join(root, 'node_modules'));
    writeProgram('second');
    expect(canBuild(root)).toBe(false);
    expect(launch()).toMatchObject({ stdout: 'first\n', status: 0 });
  });

  test('shows a place in the source when the program crashes', () => {
    writeFileSync(join(root, 'src/cli/main.ts'), `type A = 1;\n\nexport const x: A = 1;\nthrow new Error('broken');\n`);
    expect(launch()).toMatchObject({ status: 1, stderr: expect.stringMatching(/src\/cli\/main\.ts:4/) });
  });
});
