import { expect, it } from 'vitest';
import { decodeIpv4, encodeIpv4 } from '../../src/wire/ipv4';
import { bytes } from './captured';

it('splits header, options, payload and trailer', () => {
  // Router alert (RFC 2113), DSCP EF with ECN CE, all three flags, TTL 1, protocol 103.
  const packet = bytes('46bb001c abcd ffff 01 67 1234 c0000201 e0000016 94040000 01020304 ff');
  const split = decodeIpv4(packet);
  expect(split).toEqual({
    header: {
      version: 4,
      ihl: 6,
      tos: 0xbb,
      totalLength: 28,
      id: 0xabcd,
      flags: 7,
      fragmentOffset: 0x1fff,
      ttl: 1,
      protocol: 103,
      checksum: 0x1234,
      source: '192.0.2.1',
      target: '224.0.0.22',
      options: bytes('94040000'),
    },
    payload: bytes('01020304'),
    trailer: bytes('ff'),
  });
  expect(split && encodeIpv4(split.header)).toEqual(packet.subarray(0, 24));
});

it('needs 20 bytes', () => {
  expect(decodeIpv4(bytes('45' + '00'.repeat(18)))).toBeUndefined();
  expect(decodeIpv4(bytes('45' + '00'.repeat(19)))).toBeDefined();
});

it('a total length of just the header leaves everything to the trailer', () => {
  const split = decodeIpv4(bytes(`450000140000000040ff0000 c0000201 c0000202 abcd`));
  expect(split).toMatchObject({ payload: bytes(''), trailer: bytes('abcd') });
});
