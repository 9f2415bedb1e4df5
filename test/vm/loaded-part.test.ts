import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/vm/kernels/bytes';
import { readElf } from '../../src/vm/kernels/elf';
import { loadedPart } from '../../src/vm/loaded-part';

const folder = mkdtempSync(join(tmpdir(), 'packetspec-loaded-part-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sectionsOf = (file: Buffer) => {
  const elf = readElf(bytesOf(file));
  return elf.kind === 'elf' ? elf.sections : elf;
};

describe('the loaded part', () => {
  it('of a program with names for debuggers runs as the whole does, and is smaller', () => {
    const [source, program, part] = ['one.c', 'one', 'part'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, '#include <stdio.h>\nint main(void) { return printf("still here\\n") < 0; }\n');
    expect(spawnSync('cc', ['-g3', '-o', program, source]).status).toBe(0);
    const whole = readFileSync(program);
    writeFileSync(part, loadedPart(whole), { mode: 0o755 });
    expect(statSync(part).size).toBeLessThan(whole.length);
    expect(sectionsOf(whole)).not.toEqual([]);
    expect(sectionsOf(readFileSync(part))).toEqual([]);
    expect(spawnSync(part, { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: 'still here\n' });
  });

  it('of Node is what Node runs from', () => {
    const part = join(folder, 'node');
    writeFileSync(part, loadedPart(readFileSync(process.execPath)), { mode: 0o755 });
    const program = 'process.stdout.write(String(require("node:crypto").createHash("md5").update("a").digest("hex")))';
    // Of md5sum.
    expect(spawnSync(part, ['-e', program], { encoding: 'utf8' }).stdout).toBe('0cc175b9c0f1b6a831c399e269772661');
  });

  it.each([
    ['a text', Buffer.from('#!/bin/sh\necho\n')],
    ['a program that ends too soon', readFileSync(process.execPath).subarray(0, 5000)],
    ['nothing', Buffer.alloc(0)],
  ])('of %s is all of it', (_, file) => expect(loadedPart(file)).toEqual(file));

  it('of a file to be linked is all of it, since its sections are what is used', () => {
    const object = join(folder, 'one.o');
    expect(spawnSync('cc', ['-c', '-o', object, join(folder, 'one.c')]).status).toBe(0);
    expect(loadedPart(readFileSync(object))).toEqual(readFileSync(object));
  });
});
