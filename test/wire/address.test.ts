import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes, formatAddress, parseAddress } from '../../src/wire/address';
import { bytes } from './captured';

function canonical(text: string): string | undefined {
  const parsed = parseAddress(text);
  return parsed && formatAddress(parsed.bytes);
}

describe('canonical text', () => {
  it.each([
    // RFC 5952, sections 4.1 to 4.3 and 5.
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
  ])('of %s is %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('reads back to the same bytes', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 })
        .map((list) => Uint8Array.from(list)),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(address, (raw) => {
        expect(parseAddress(formatAddress(raw))).toEqual({ version: raw.length === 4 ? 4 : 6, bytes: raw });
      }),
    );
  });

  it('of IPv6 is what the URL standard writes too', () => {
    const groups = fc.array(fc.constantFrom(0, 0, 0, 1, 0xabcd), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, (values) => {
        const raw = Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]));
        const spelled = values.map((value) => value.toString(16)).join(':');
        expect(`[${formatAddress(raw)}]`).toBe(new URL(`http://[${spelled}]/`).hostname);
      }),
    );
  });
});

describe('parseAddress', () => {
  it('gives version and bytes', () => {
    expect(parseAddress('192.0.2.1')).toEqual({ version: 4, bytes: bytes('c0000201') });
    expect(parseAddress('2001:db8::2')).toEqual({ version: 6, bytes: bytes('20010db8000000000000000000000002') });
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '1.2.3.-4',
    '0x1.2.3.4',
    'localhost',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1::2::3',
    '12345::',
    'g::',
    '::1%lo',
    '::1/64',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('agrees with Node about what an address is', () => {
    const piece = fc.constantFrom('0', '1', 'ff', '12345', ':', '::', '.', '1.2.3.4', '256', '01', 'g', '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseAddress(text);
        expect(parsed?.version === 4, text).toBe(isIPv4(text));
        expect(parsed?.version === 6, text).toBe(isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });
});

it('addressBytes asserts the version', () => {
  expect(() => addressBytes('::1', 4)).toThrow('::1 is no IPv4 address');
  expect(() => formatAddress(new Uint8Array(5))).toThrow('4 or 16 bytes');
});
