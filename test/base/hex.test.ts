import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/base/hex';

describe('hex', () => {
  it('writes every byte as two lower-case digits', () => {
    expect(toHex(Uint8Array.of(0, 9, 15, 16, 171, 255))).toBe('00090f10abff');
    expect(toHex(new Uint8Array(0))).toBe('');
  });

  it.each([
    ['', []],
    ['0aFF', [10, 255]],
    ['45 00\n00 3c', [0x45, 0, 0, 0x3c]],
  ])('%j spells %j', (text, bytes) => {
    expect(fromHex(text)).toEqual(Uint8Array.from(bytes));
  });

  it.each(['0', 'abc', '0g', '0x00', '-1', '4.'])('%j spells no bytes', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });

  it('comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });
});
