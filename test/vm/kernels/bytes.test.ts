import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, find, textAt, withFile } from '../../../src/vm/kernels/bytes';
import { temporaryFolder } from '../../support/live';

/** Where one stretch that is searched ends, in bytes. */
const STRIDE = 4 << 20;

describe('bytes of a file', () => {
  it('are those of a buffer, whatever is asked for', () => {
    const path = join(temporaryFolder, 'bytes');
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(64), fc.nat(2 ** 40), (content, offset, length) => {
        writeFileSync(path, content);
        const buffer = Buffer.from(content);
        const [fromFile, size] = withFile(path, (bytes) => [bytes.read(offset, length), bytes.size] as const);
        expect(size).toBe(buffer.length);
        expect(fromFile.equals(bytesOf(buffer).read(offset, length))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a needle', () => {
  it('is found where Buffer finds it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b') }),
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1 }),
        fc.nat(9),
        (hay, needle, from) => {
          const at = hay.indexOf(needle, from);
          expect(find(bytesOf(Buffer.from(hay)), needle, from)).toBe(at < 0 ? undefined : at);
        },
      ),
    );
  });

  it('is found across the stretches in which a large file is read', () => {
    const hay = Buffer.alloc(STRIDE + 100);
    hay.write('needle', STRIDE - 3);
    expect(find(bytesOf(hay), 'needle')).toBe(STRIDE - 3);
    expect(find(bytesOf(hay), 'needle', STRIDE - 2)).toBeUndefined();
  });
});

it('text ends with a zero byte, or with the file', () => {
  expect(textAt(bytesOf(Buffer.from('xab\0c')), 1)).toBe('ab');
  expect(textAt(bytesOf(Buffer.from('xab')), 1)).toBe('ab');
  expect(textAt(bytesOf(Buffer.from('xab')), 9)).toBe('');
});
