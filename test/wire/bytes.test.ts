import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatBytes, firstNonZero, padToWord, sameBytes, viewOf } from '../../src/wire/bytes';

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

it('finds the first byte that is not zero, wherever the bytes begin', () => {
  const bytes = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 7), { maxLength: 40 });
  fc.assert(
    fc.property(bytes, fc.nat(5), (list, from) => {
      const part = Uint8Array.from(list).subarray(from);
      expect(firstNonZero(part)).toBe(part.findIndex((byte) => byte !== 0));
    }),
  );
});

it('tells bytes that are the same from others', () => {
  const bytes = fc.array(fc.constantFrom(1, 2), { maxLength: 9 });
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      expect(sameBytes(Uint8Array.from(left), Uint8Array.from([9, ...right]).subarray(1))).toBe(
        left.join() === right.join(),
      );
    }),
  );
});
