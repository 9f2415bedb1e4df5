import { describe, expect, it } from 'vitest';
import { ipv4ChecksumHolds } from '../../src/wire/integrity';
import { decodePacket } from '../../src/wire/packet';
import type { IcmpPattern } from '../../src/wire/pattern';
import { messageLength, type QuotedPacket, quotedPacket, quotePacket } from '../../src/wire/quoted';
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
  const ends4 = { version: 4, source: '192.0.2.2', target: '192.0.2.1' } as const;
  const ends6 = { version: 6, source: '2001:db8::2', target: '2001:db8::1' } as const;
  const ports = { sourcePort: 8080, targetPort: 40_000 };
  const table: readonly QuotedPacket[] = [
    { kind: 'tcp', ...ends4, ...ports, seq: 4_000_000_000, length: 0 },
    { kind: 'tcp', ...ends6, ...ports, seq: 4_000_000_000, length: 1440 },
    { kind: 'udp', ...ends4, ...ports, seq: 0, length: 10 },
    { kind: 'udp', ...ends6, ...ports, seq: 0, length: 0 },
  ];
  it.each(table)('$kind over IPv$version: what is written is read', (quoted) => {
    const raw = quotePacket(quoted);
    // RFC 792: the IP header and 64 bits more.
    expect(raw).toHaveLength((quoted.version === 4 ? 20 : 40) + 8);
    expect(quotedPacket(messageWith(raw))).toEqual(quoted);
  });

  it('the quoted header has a right checksum', () => {
    const packet = decodePacket(
      quotePacket({ kind: 'tcp', ...ends4, sourcePort: 1, targetPort: 2, seq: 3, length: 4 }),
    );
    expect(packet.kind === 'ipv4' && ipv4ChecksumHolds(packet)).toBe(true);
  });
});

describe('the length of a message', () => {
  it.each<[string, Omit<IcmpPattern, 'kind' | 'code'>, 4 | 6, number]>([
    ['an echo', { type: 8 }, 4, 8],
    ['an error', { type: 3 }, 4, 8 + 20 + 8],
    ['an error over IPv6', { type: 1 }, 6, 8 + 40 + 8],
    ['an echo that quotes', { type: 8, quoted: { kind: 'udp', length: 100 } }, 4, 36],
    ['raw', { type: 3, quoted: { kind: 'raw', length: 100 } }, 4, 100],
  ])('%s', (_, pattern, version, length) => {
    expect(messageLength({ kind: 'icmp', code: 0, ...pattern }, version)).toBe(length);
  });
});
