import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/wire/bytes';
import { attribute, decodeMessages, encodeMessage, findAttribute, uint32 } from '../../../src/host/linux/netlink';

describe('netlink messages', () => {
  it('carry their length, type, flags and number', () => {
    const bytes = encodeMessage({ type: 20, flags: 0x301, body: Uint8Array.of(1, 2, 3) }, 7);
    expect([...bytes]).toEqual([19, 0, 0, 0, 20, 0, 1, 3, 7, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0]);
  });

  it('come one after the other, each at a multiple of four', () => {
    const first = { type: 2, flags: 0x10, body: Uint8Array.of(1, 2, 3) };
    const second = { type: 3, flags: 0, body: uint32(5) };
    const bytes = concatBytes([encodeMessage(first, 1), encodeMessage(second, 2)]);
    expect(decodeMessages(bytes)).toEqual([first, second]);
  });

  it.each([
    ['a header that is cut', (bytes: Uint8Array) => bytes.subarray(0, 15)],
    ['a body that is cut', (bytes: Uint8Array) => bytes.subarray(0, 18)],
    ['a length of zero', (bytes: Uint8Array) => bytes.with(0, 0)],
  ])('end at %s', (_, spoil) => {
    expect(decodeMessages(spoil(encodeMessage({ type: 2, flags: 0, body: uint32(1) }, 1)))).toEqual([]);
  });

  it('have attributes, nested ones marked by a flag', () => {
    const bytes = concatBytes([uint32(1), attribute(7, Uint8Array.of(9)), attribute(0x8000 | 3, uint32(4))]);
    expect(findAttribute(bytes, 4, 7)).toEqual(Uint8Array.of(9));
    expect(findAttribute(bytes, 4, 3)).toEqual(uint32(4));
    expect(findAttribute(bytes, 4, 5)).toBeUndefined();
    expect(findAttribute(bytes.subarray(0, -1), 4, 3)).toBeUndefined();
    expect(findAttribute(Uint8Array.of(3, 0, 1, 0), 0, 1)).toBeUndefined();
  });
});
