import { expect, it } from 'vitest';
import { decodeUdp, encodeUdp } from '../../src/wire/udp';
import { bytes } from './captured';

it('reads every field, and takes all behind the header as payload', () => {
  const raw = bytes('0102 0304 0007 0506 6869');
  const datagram = { kind: 'udp', sourcePort: 0x0102, targetPort: 0x0304, length: 7, checksum: 0x0506 } as const;
  const whole = { ...datagram, payload: bytes('6869') };
  expect(decodeUdp(raw)).toEqual(whole);
  expect(encodeUdp(whole)).toEqual(raw);
});

it('needs 8 bytes', () => {
  expect(decodeUdp(new Uint8Array(7))).toBeUndefined();
  expect(decodeUdp(new Uint8Array(8))).toBeDefined();
});
