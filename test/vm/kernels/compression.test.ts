import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packingOf, unpack } from '../../../src/vm/kernels/compression';
import { KernelError } from '../../../src/vm/kernels/problem';

const PLAIN = Buffer.from('the quick brown fox '.repeat(500));

/** As scripts/Makefile.lib of the kernel packs. */
const PACKERS: readonly (readonly [name: string, program: string, args: readonly string[]])[] = [
  ['xz', 'xz', ['--check=crc32', '--x86', '--lzma2=,dict=8MiB', '-c']],
  ['lzma', 'xz', ['--format=lzma', '-9', '-c']],
  ['zstd', 'zstd', ['-19', '-q', '-c']],
  ['lz4', 'lz4', ['-l', '-9', '-q', '-c']],
  ['bzip2', 'bzip2', ['-9', '-c']],
];

describe('what is packed', () => {
  it.each(PACKERS)('with %s is told and unpacked', (name, program, args) => {
    const packed = execFileSync(program, args, { input: PLAIN });
    expect(packingOf(packed)).toBe(name);
    expect(unpack(packed, 'x').equals(PLAIN)).toBe(true);
    // Not all of them notice what is missing at the very end.
    expect(() => unpack(packed.subarray(0, packed.length >> 1), 'the file x')).toThrow(
      /^the file x cannot be unpacked: /,
    );
  });

  it('with gzip is told and unpacked', () => {
    const packed = gzipSync(PLAIN);
    expect(packingOf(packed)).toBe('gzip');
    expect(unpack(packed, 'x').equals(PLAIN)).toBe(true);
    expect(() => unpack(packed.subarray(0, -20), 'the file x')).toThrow(/^the file x is damaged: /);
  });

  it('in no known way is refused', () => {
    expect(packingOf(PLAIN)).toBeUndefined();
    expect(() => unpack(PLAIN, 'x')).toThrow(KernelError);
    expect(packingOf(Buffer.alloc(0))).toBeUndefined();
  });
});
