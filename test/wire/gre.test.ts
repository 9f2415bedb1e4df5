import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGre, encodeGre, greChecksum, greLength, hasUnknownForm } from '../../src/wire/gre';
import { GRE_FLAG } from '../../src/wire/wire';
import { bytes } from './captured';

// RFC 2890 section 2 draws the header: checksum and reserved1, key, sequence number, each of four bytes.
describe('the header', () => {
  it.each([
    ['0000 0800', { flags: 0, protocol: 0x0800 }],
    ['2000 86dd 00000005', { flags: 0x2000, protocol: 0x86dd, key: 5 }],
    ['1000 0800 ffffffff', { flags: 0x1000, protocol: 0x0800, sequence: 0xffffffff }],
    ['8000 0800 fffe 0001', { flags: 0x8000, protocol: 0x0800, checksum: 0xfffe, offset: 1 }],
    [
      'b000 8847 fffe 0000 00000007 00000008',
      { flags: 0xb000, protocol: 0x8847, checksum: 0xfffe, offset: 0, key: 7, sequence: 8 },
    ],
  ])('%s', (hex, header) => {
    expect(decodeGre(bytes(`${hex} abcd`))).toEqual({ header, payload: bytes('abcd') });
    expect(encodeGre(header)).toEqual(bytes(hex));
    expect(greLength(header.flags)).toBe(bytes(hex).length);
  });

  it.each(['', '000008', '0001 0800', '4000 0800 0000 0000', '2000 0800 000000', 'b000 0800 0000 0000 00000007'])(
    '%s is none',
    (hex) => {
      expect(decodeGre(bytes(hex))).toBeUndefined();
    },
  );

  it('has its version and its routing in the flags', () => {
    expect([0, GRE_FLAG.KEY, 0x0ff8].some(hasUnknownForm)).toBe(false);
    expect([1, 7, 0x4000].every(hasUnknownForm)).toBe(true);
  });
});

it('encodes to the bytes that it was decoded from', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (raw) => {
      const split = decodeGre(raw);
      if (split !== undefined) expect([...encodeGre(split.header), ...split.payload]).toEqual([...raw]);
    }),
    { numRuns: 1000 },
  );
});

// RFC 2784 section 2.5: over header and payload, with the field zero.
it('has a checksum over itself and its payload', () => {
  const header = { flags: 0x8000, protocol: 0x0800, checksum: 0x1234, offset: 0 };
  expect(greChecksum(header, bytes('0001 0002'))).toBe(~(0x8000 + 0x0800 + 3) & 0xffff);
});
