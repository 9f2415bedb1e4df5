import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { encodePseudoHeader, internetChecksum, onesComplementSum } from '../../src/wire/checksum';
import { bytes } from './captured';

describe('the sum', () => {
  it('is that of the example in RFC 1071 section 3', () => {
    expect(onesComplementSum(bytes('0001 f203 f4f5 f6f7'))).toBe(0xddf2);
    expect(internetChecksum(bytes('0001 f203 f4f5 f6f7'))).toBe(0x220d);
  });

  it('of a header with its checksum is 0xffff', () => {
    expect(onesComplementSum(bytes('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7'))).toBe(0xffff);
    expect(internetChecksum(bytes('4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7'))).toBe(0xb861);
  });

  it('counts an odd last byte as the high half of a word', () => {
    expect(onesComplementSum(bytes('0102 03'))).toBe(0x0402);
  });

  it('carries around as often as needed', () => {
    expect(onesComplementSum(new Uint8Array(65_535).fill(0xff))).toBe(0xff00);
  });

  it('does not depend on how the words are split into parts, or on their order (RFC 1071 section 2)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (data, cut) => {
        const head = data.subarray(0, cut * 2);
        const tail = data.subarray(cut * 2);
        expect(onesComplementSum(head, tail)).toBe(onesComplementSum(data));
        if (tail.length % 2 === 0) expect(onesComplementSum(tail, head)).toBe(onesComplementSum(data));
      }),
    );
  });

  it('with the checksum added is always 0xffff', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (data) => {
        const even = data.length % 2 === 0 ? data : Uint8Array.of(...data, 0);
        const checksum = internetChecksum(even);
        expect(onesComplementSum(even, Uint8Array.of(checksum >> 8, checksum & 0xff))).toBe(0xffff);
      }),
    );
  });

  it('notices every change of a single bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 64 }), fc.nat(), fc.nat(7), (data, place, bit) => {
        const changed = Uint8Array.from(data);
        const at = place % data.length;
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(internetChecksum(changed)).not.toBe(internetChecksum(data));
      }),
    );
  });
});

describe('the pseudo header', () => {
  it('of IPv4 has 12 bytes: addresses, zero, protocol, length (RFC 9293 section 3.1)', () => {
    const pseudo = { version: 4, source: '192.0.2.2', target: '192.0.2.1', protocol: 6 } as const;
    expect(toHex(encodePseudoHeader(pseudo, 0x28))).toBe('c0000202c000020100060028');
  });

  it('of IPv6 has 40 bytes: addresses, length, zeros, next header (RFC 8200 section 8.1)', () => {
    const pseudo = { version: 6, source: '2001:db8::2', target: '::1', protocol: 58 } as const;
    expect(toHex(encodePseudoHeader(pseudo, 0x12345))).toBe(
      '20010db80000000000000000000000020000000000000000000000000000000100012345' + '0000003a',
    );
  });
});
