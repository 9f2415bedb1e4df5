import { expect, it } from 'vitest';
import { decodeIpv6, encodeIpv6 } from '../../src/wire/ipv6';
import { bytes } from './captured';

it('splits header, payload and trailer', () => {
  const packet = bytes(`6ab12345 0002 3b ff ${'00'.repeat(15)}01 20010db8${'00'.repeat(11)}02 aabb cc`);
  const split = decodeIpv6(packet);
  expect(split).toEqual({
    header: {
      version: 6,
      trafficClass: 0xab,
      flowLabel: 0x12345,
      payloadLength: 2,
      nextHeader: 59,
      hopLimit: 255,
      source: '::1',
      target: '2001:db8::2',
    },
    payload: bytes('aabb'),
    trailer: bytes('cc'),
  });
  expect(split && encodeIpv6(split.header)).toEqual(packet.subarray(0, 40));
});

it('needs 40 bytes', () => {
  expect(decodeIpv6(bytes('60' + '00'.repeat(38)))).toBeUndefined();
  expect(decodeIpv6(bytes('60' + '00'.repeat(39)))).toBeDefined();
});
