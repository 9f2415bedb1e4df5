import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../src/vm/kernels/bytes';
import { readElf } from '../../../src/vm/kernels/elf';
import { elf, moduleObject, vmlinux } from '../../support/kernel-images';

/** A header of another architecture, as `readelf -h` would show it. */
function foreign(isLittle: boolean, is64: boolean, machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('7f454c46', 'hex');
  header[4] = is64 ? 2 : 1;
  header[5] = isLittle ? 1 : 2;
  if (isLittle) header.writeUInt16LE(machine, 18);
  else header.writeUInt16BE(machine, 18);
  return header;
}

describe('an ELF file', () => {
  it('has the sections that were put into it', () => {
    const file = elf({
      sections: [
        { name: '.text', data: Buffer.from('abc') },
        { name: '.modinfo', data: Buffer.from('de') },
      ],
    });
    const read = readElf(bytesOf(file));
    if (read.kind !== 'elf') throw new Error(read.kind);
    expect(read.type).toBe('executable');
    const contents = read.sections.map(({ name, offset, length }) => [
      name,
      file.toString('latin1', offset, offset + length),
    ]);
    expect(contents.slice(0, 3)).toEqual([
      ['', ''],
      ['.text', 'abc'],
      ['.modinfo', 'de'],
    ]);
  });

  it('is told from a module', () => {
    expect(readElf(bytesOf(moduleObject()))).toMatchObject({ kind: 'elf', type: 'relocatable' });
  });

  it('of this very program is one, whole', () => {
    // Node itself, linked by a real linker: position independent, so neither of the two kinds.
    const node = readFileSync(process.execPath);
    const read = readElf(bytesOf(node));
    expect(read).toMatchObject({ kind: process.arch === 'x64' ? 'elf' : 'foreign' });
  });

  it.each([
    ['i386', foreign(true, false, 3)],
    ['arm64', foreign(true, true, 183)],
    ['s390', foreign(false, true, 22)],
    ['powerpc64', foreign(false, true, 21)],
    ['riscv', foreign(true, true, 243)],
    ['machine 999', foreign(true, true, 999)],
    // x32 has the machine of x86-64, and no kernel.
    ['x86-64', foreign(true, false, 62)],
  ])('of %s is foreign', (machine, file) => {
    expect(readElf(bytesOf(file))).toEqual({ kind: 'foreign', machine });
  });

  it('is truncated wherever it is cut', () => {
    const whole = vmlinux();
    expect(readElf(bytesOf(whole))).toMatchObject({ kind: 'elf' });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: whole.length - 1 }), (length) => {
        const read = readElf(bytesOf(whole.subarray(0, length)));
        expect(read).toMatchObject({ kind: 'truncated', has: length });
      }),
    );
  });

  it('is not misread, whatever it says', () => {
    const whole = moduleObject();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), (offset, noise) => {
        const broken = Buffer.concat([whole.subarray(0, offset), noise, whole.subarray(offset + noise.length)]);
        expect(['elf', 'foreign', 'truncated', 'none']).toContain(readElf(bytesOf(broken)).kind);
      }),
      { numRuns: 500 },
    );
  });

  it('is none', () => {
    expect(readElf(bytesOf(Buffer.from('#!/bin/sh\n')))).toEqual({ kind: 'none' });
    expect(readElf(bytesOf(Buffer.alloc(0)))).toEqual({ kind: 'none' });
  });
});
