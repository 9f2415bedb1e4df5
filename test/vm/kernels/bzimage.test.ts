import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../src/vm/kernels/bytes';
import { readBzImage, unpackBzImage } from '../../../src/vm/kernels/bzimage';
import { bzImage, type Packing, vmlinux } from '../../support/kernel-images';

const KERNEL = vmlinux();

function unpacked(image: Buffer): Buffer {
  const read = readBzImage(bytesOf(image));
  if (read.kind !== 'bzImage') throw new Error(read.kind);
  return unpackBzImage(bytesOf(image), read.payload, 'x');
}

describe('a bzImage', () => {
  it('tells its release', () => {
    const image = bzImage(KERNEL, { release: '6.12.117+deb13-cloud-amd64' });
    expect(readBzImage(bytesOf(image))).toMatchObject({ kind: 'bzImage', release: '6.12.117+deb13-cloud-amd64' });
  });

  it.each<[string, Packing | undefined]>([
    ['gzip', undefined],
    // The decoder must not be given the size that stands behind the payload.
    ['xz', { pack: (image) => execFileSync('xz', ['--check=crc32', '--x86', '--lzma2', '-c'], { input: image }) }],
    ['lz4', { pack: (image) => execFileSync('lz4', ['-l', '-q', '-c'], { input: image }) }],
    ['zstd', { pack: (image) => execFileSync('zstd', ['-q', '-c'], { input: image }) }],
  ])('holds an image, packed with %s', (_, packing) => {
    expect(unpacked(bzImage(KERNEL, packing === undefined ? {} : { packing })).equals(KERNEL)).toBe(true);
  });

  it('may carry a signature behind it, as Debian signs it', () => {
    expect(unpacked(Buffer.concat([bzImage(KERNEL), Buffer.alloc(1472, 1)])).equals(KERNEL)).toBe(true);
  });

  it('is truncated wherever it is cut behind its header', () => {
    const whole = bzImage(KERNEL);
    fc.assert(
      fc.property(fc.integer({ min: 0x250, max: whole.length - 1 }), (length) => {
        expect(readBzImage(bytesOf(whole.subarray(0, length)))).toEqual({
          kind: 'truncated',
          has: length,
          wants: whole.length,
        });
      }),
    );
  });

  it('for i386 is refused', () => {
    expect(readBzImage(bytesOf(bzImage(KERNEL, { is64: false })))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('i386'),
    });
  });

  it('from before the header told where the payload is, is refused', () => {
    const image = bzImage(KERNEL);
    image.writeUInt16LE(0x0207, 0x206);
    expect(readBzImage(bytesOf(image))).toMatchObject({ kind: 'refused', reason: 'is older than Linux 2.6.24' });
  });

  it('whose payload has another size than it says is damaged', () => {
    const wrong: Packing = { pack: (image) => execFileSync('xz', ['-c'], { input: image.subarray(1) }) };
    expect(() => unpacked(bzImage(KERNEL, { packing: wrong }))).toThrow(
      `x is damaged: its payload has ${KERNEL.length - 1} bytes, and ${KERNEL.length} are wanted`,
    );
  });

  it('is none', () => {
    expect(readBzImage(bytesOf(Buffer.alloc(4096)))).toEqual({ kind: 'none' });
    expect(readBzImage(bytesOf(Buffer.alloc(3)))).toEqual({ kind: 'none' });
  });
});
