import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { areKnownZeros, concatBytes, firstNonZero, hasSameEnds, padToWord, viewOf, zeros } from '../../src/wire/bytes';

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
      expect(hasSameEnds(Uint8Array.from(left), Uint8Array.from([9, ...right]).subarray(1))).toBe(
        left.join() === right.join(),
      );
    }),
  );
});

it('tells long packets by their ends', () => {
  const packet = new Uint8Array(60_000);
  for (const [at, same] of [
    [0, false],
    [255, false],
    [30_000, true],
    [59_999, false],
  ] as const) {
    expect(hasSameEnds(packet, packet.with(at, 1))).toBe(same);
  }
  expect(hasSameEnds(packet, packet.subarray(1))).toBe(false);
});

it('knows its own zeros', () => {
  for (const length of [0, 1, 65_535, 65_536]) expect(zeros(length)).toEqual(new Uint8Array(length));
  expect(areKnownZeros(zeros(9))).toBe(true);
  expect(areKnownZeros(new Uint8Array(9))).toBe(false);
});
