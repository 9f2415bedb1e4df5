import { describe, expect, it } from 'vitest';
import { encapsulate } from '../../src/wire/encapsulate';
import { decodePacket } from '../../src/wire/packet';
import { hasFlags, segmentEnd, segmentLength, tcpOf } from '../../src/wire/segment';
import { SYN4, UDP4 } from './captured';

const payload = new Uint8Array(10);

describe('sequence space', () => {
  it.each([
    ['.', 0x010, 110],
    ['S', 0x002, 111],
    ['F.', 0x011, 111],
    ['SF', 0x003, 112],
    ['R', 0x004, 110],
  ])('ten bytes with %s end at', (_, flags, end) => {
    expect(segmentEnd({ seq: 100, flags, payload })).toBe(end);
    expect(segmentLength({ flags, payload })).toBe(end - 100);
  });

  it('wraps', () => {
    expect(segmentEnd({ seq: 4_294_967_290, flags: 0x010, payload })).toBe(4);
  });
});

it('asks for all bits', () => {
  expect(hasFlags({ flags: 0x012 }, 0x012)).toBe(true);
  expect(hasFlags({ flags: 0x010 }, 0x012)).toBe(false);
});

it('finds the segment in a packet', () => {
  const encapsulated = decodePacket(encapsulate(SYN4, 4, [{ kind: 'ipv6' }]));
  expect(tcpOf(decodePacket(SYN4))?.targetPort).toBe(8080);
  expect(tcpOf(encapsulated)?.targetPort).toBe(8080);
  expect(tcpOf(decodePacket(UDP4))).toBeUndefined();
  expect(tcpOf(decodePacket(new Uint8Array(3)))).toBeUndefined();
});
