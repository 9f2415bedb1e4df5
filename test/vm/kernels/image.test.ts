import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImage, readRelease } from '../../../src/vm/kernels/image';
import { attempt } from '../../../src/vm/kernels/problem';
import { bzImage, vmlinux } from '../../support/kernel-images';
import { temporaryFolder } from '../../support/live';

const place = join(temporaryFolder, 'kernel');

function file(content: Buffer | string): string {
  writeFileSync(place, content);
  return place;
}

/** A file with some bytes at an offset. */
function magic(offset: number, bytes: string): Buffer {
  const buffer = Buffer.alloc(4096);
  buffer.write(bytes, offset, 'latin1');
  return buffer;
}

function refusal(path: string): { readonly message: string; readonly hint: string } {
  const result = attempt(() => readImage(path));
  if (result.kind === 'done') throw new Error(`${path} was taken`);
  return result.problem;
}

describe('an image', () => {
  it('that is a vmlinux is taken as it is', () => {
    expect(readImage(file(vmlinux({ release: '6.1.7' })))).toEqual({
      release: '6.1.7',
      config: undefined,
      form: { kind: 'vmlinux' },
    });
    expect(readRelease(place)).toBe('6.1.7');
  });

  it('that is a bzImage is unpacked', () => {
    const inner = vmlinux({ release: '6.1.7' });
    expect(readImage(file(bzImage(inner, { release: '6.1.7' })))).toMatchObject({
      release: '6.1.7',
      form: { kind: 'bzImage', vmlinux: inner },
    });
    expect(readRelease(place)).toBe('6.1.7');
  });

  it('that QEMU could not enter unpacked stays a bzImage', () => {
    const image = readImage(file(bzImage(vmlinux({ hasPvhEntry: false }))));
    expect(image.form).toEqual({ kind: 'bzImage', vmlinux: undefined });
  });

  it.each([
    ['has no PVH entry', vmlinux({ hasPvhEntry: false })],
    ['is truncated', bzImage(vmlinux()).subarray(0, 2100)],
    ['is truncated', vmlinux().subarray(0, 100)],
    ['is for i386', bzImage(vmlinux(), { is64: false })],
    // Magic numbers: Documentation/arch/arm64/booting.rst, arch/riscv/boot-image-header.rst, drivers/firmware/efi/libstub/zboot-header.S.
    ['is an Image for arm64', magic(56, 'ARM\x64')],
    ['is an Image for riscv', magic(48, 'RISCV\0\0\0RSC\x05')],
    ['is a vmlinuz.efi', magic(0, 'MZ\0\0zimg')],
    ['is a uImage', magic(0, '\x27\x05\x19\x56')],
    ['is a package or an archive', Buffer.from('!<arch>\ndebian-binary   ')],
    ['is a file packed with gzip', gzipSync(vmlinux())],
    ['is no Linux kernel', Buffer.from('#!/bin/sh\nexit\n')],
    ['is empty', Buffer.alloc(0)],
  ])('that %s is refused', (words, content) => {
    expect(refusal(file(content)).message).toContain(`${place} ${words}`);
  });

  it('that is damaged is refused', () => {
    const image = bzImage(vmlinux());
    image.fill(0, image.length - 80, image.length - 60);
    expect(refusal(file(image)).message).toContain(`the payload of ${place} is damaged`);
  });

  it('that is not there, is a folder or a device is refused', () => {
    expect(refusal('/nowhere/bzImage')).toMatchObject({ message: '/nowhere/bzImage: no such file' });
    expect(refusal('/dev/null')).toMatchObject({ message: '/dev/null is no regular file' });
    const tree = join(temporaryFolder, 'tree');
    mkdirSync(join(tree, 'arch/x86/boot'), { recursive: true });
    expect(refusal(tree)).toMatchObject({ message: `${tree} is a folder`, hint: 'a kernel is a bzImage or a vmlinux' });
    writeFileSync(join(tree, 'arch/x86/boot/bzImage'), '');
    expect(refusal(tree)).toMatchObject({ hint: `did you mean ${tree}/arch/x86/boot/bzImage?` });
  });
});
