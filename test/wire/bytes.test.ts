import { expect, it } from 'vitest';
import { concatBytes, padToWord, viewOf } from '../../src/wire/bytes';

it('views a part of a larger buffer at its own offsets', () => {
  const part = Uint8Array.of(0, 0, 0x12, 0x34).subarray(2);
  expect(viewOf(part).getUint16(0)).toBe(0x1234);
  expect(() => viewOf(part).getUint16(1)).toThrow(RangeError);
});

it('concatenates parts, empty ones included', () => {
  expect(concatBytes([])).toEqual(new Uint8Array(0));
  expect(concatBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
});

it('pads to a multiple of four, and only then', () => {
  expect(padToWord(Uint8Array.of(1, 2, 3, 4))).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(padToWord(Uint8Array.of(1, 2, 3, 4, 5))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0));
  expect(padToWord(new Uint8Array(0))).toEqual(new Uint8Array(0));
});
