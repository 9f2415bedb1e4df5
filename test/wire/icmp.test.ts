import { expect, it } from 'vitest';
import { decodeIcmp, encodeIcmp, isIcmpError } from '../../src/wire/icmp';
import { bytes } from './captured';

it('reads every field', () => {
  const raw = bytes('03 04 1234 0000 05dc 4500');
  const message = { kind: 'icmp', version: 4, type: 3, code: 4, checksum: 0x1234, rest: 1500 } as const;
  const whole = { ...message, payload: bytes('4500') };
  expect(decodeIcmp(raw, 4)).toEqual(whole);
  expect(encodeIcmp(whole)).toEqual(raw);
  expect(decodeIcmp(raw, 6)?.version).toBe(6);
});

it('needs 8 bytes', () => {
  expect(decodeIcmp(new Uint8Array(7), 4)).toBeUndefined();
  expect(decodeIcmp(new Uint8Array(8), 4)).toBeDefined();
});

it('knows which types are errors', () => {
  const errors = (version: 4 | 6) =>
    Array.from({ length: 256 }, (_, type) => type).filter((type) => isIcmpError(version, type));
  expect(errors(4)).toEqual([3, 4, 5, 11, 12]);
  expect(errors(6)).toHaveLength(128);
  expect(isIcmpError(6, 127)).toBe(true);
  expect(isIcmpError(6, 128)).toBe(false);
});
