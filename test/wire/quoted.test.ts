import { describe, expect, it } from 'vitest';
import { ipv4ChecksumHolds } from '../../src/wire/integrity';
import { decodePacket } from '../../src/wire/packet';
import { quotedPacket, quoteSegment } from '../../src/wire/quoted';
import type { IcmpMessage } from '../../src/wire/wire';
import { FINACK4, bytes, SYN6, UNREACHABLE4, UNREACHABLE6 } from './captured';

function messageWith(payload: Uint8Array): IcmpMessage {
  return { kind: 'icmp', version: 4, type: 3, code: 3, checksum: 0, rest: 0, payload };
}

function messageIn(raw: Uint8Array): IcmpMessage {
  const packet = decodePacket(raw);
  if (packet.kind === 'opaque' || packet.payload.kind !== 'icmp') throw new Error('no ICMP');
  return packet.payload;
}

describe('reading', () => {
  it('what a kernel quoted', () => {
    expect(quotedPacket(messageIn(UNREACHABLE4))).toEqual({
      kind: 'udp',
      version: 4,
      source: '192.0.2.1',
      target: '192.0.2.2',
      sourcePort: 9,
      targetPort: 0x857b,
      seq: 0,
      length: 5,
    });
    expect(quotedPacket(messageIn(UNREACHABLE6))).toMatchObject({ version: 6, source: '2001:db8::1', length: 5 });
  });

  it('a whole segment: the length does not count its options', () => {
    expect(quotedPacket(messageWith(FINACK4))).toMatchObject({ kind: 'tcp', seq: 0x4ac1c4a3, length: 0 });
    expect(quotedPacket(messageWith(SYN6))).toMatchObject({ version: 6, targetPort: 8080, length: 0 });
  });

  it('eight bytes of a segment: without its data offset, options count as payload', () => {
    expect(quotedPacket(messageWith(FINACK4.subarray(0, 28)))).toMatchObject({
      kind: 'tcp',
      seq: 0x4ac1c4a3,
      length: 12,
    });
  });

  it('a length that cannot be true is 0', () => {
    const lying = Uint8Array.from(FINACK4.subarray(0, 28));
    lying[3] = 30;
    expect(quotedPacket(messageWith(lying))?.length).toBe(0);
  });

  it.each([
    ['nothing', bytes('')],
    ['seven bytes of the segment', FINACK4.subarray(0, 27)],
    ['another ICMP message', UNREACHABLE4],
    ['no IP packet', bytes('00'.repeat(40))],
  ])('%s gives no answer', (_, payload) => {
    expect(quotedPacket(messageWith(payload))).toBeUndefined();
  });

  it('a later fragment gives no answer', () => {
    const fragment = Uint8Array.from(FINACK4);
    fragment[7] = 1;
    expect(quotedPacket(messageWith(fragment))).toBeUndefined();
  });
});

describe('writing', () => {
  it.each([
    [4, '192.0.2.2', '192.0.2.1', 28],
    [6, '2001:db8::2', '2001:db8::1', 48],
  ] as const)('IPv%i: what is written is read', (version, source, target, length) => {
    const quoted = { version, source, target, sourcePort: 8080, targetPort: 40_000, seq: 4_000_000_000 };
    const raw = quoteSegment(quoted);
    expect(raw).toHaveLength(length);
    expect(quotedPacket(messageWith(raw))).toEqual({ kind: 'tcp', ...quoted, length: 0 });
  });

  it('the quoted header has a right checksum', () => {
    const quoted = {
      version: 4,
      source: '192.0.2.2',
      target: '192.0.2.1',
      sourcePort: 1,
      targetPort: 2,
      seq: 3,
    } as const;
    const packet = decodePacket(quoteSegment(quoted));
    expect(packet.kind === 'ipv4' && ipv4ChecksumHolds(packet)).toBe(true);
  });
});
