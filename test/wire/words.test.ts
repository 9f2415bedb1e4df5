import { describe, expect, it } from 'vitest';
import { unsignedAt } from '../../src/wire/words';

describe('a number among bytes', () => {
  const bytes = Uint8Array.from([9, 0x78, 0x56, 0x34, 0x92, 0, 0, 0, 0x80, 9]).subarray(1, 9);

  it.each([
    [0, 1, 0x78n],
    [0, 2, 0x5678n],
    [0, 4, 0x92345678n],
    [0, 8, 0x8000000092345678n],
    [7, 1, 0x80n],
    [6, 4, undefined],
    [1, 8, undefined],
    [8, 1, undefined],
  ] as const)('at %i, %i bytes long', (offset, size, value) => {
    expect(unsignedAt(bytes, offset, size)).toBe(value);
  });
});
