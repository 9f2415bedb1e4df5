import { describe, expect, it } from 'vitest';
import { ipv4Checksum, ipv4ChecksumHolds, transportChecksum, transportChecksumHolds } from '../../src/wire/integrity';
import { decodePacket } from '../../src/wire/packet';
import { tcpOf } from '../../src/wire/segment';
import type { Ipv4Packet, Ipv6Packet } from '../../src/wire/wire';
import { bytes, CAPTURED, SYN4, UDP4, UDP6 } from './captured';

function decodeIp(raw: Uint8Array): Ipv4Packet | Ipv6Packet {
  const packet = decodePacket(raw);
  if (packet.kind === 'opaque') throw new Error('not an IP packet');
  return packet;
}

/** The packet with one byte replaced. */
function altered(raw: Uint8Array, at: number, byte: number): Ipv4Packet | Ipv6Packet {
  const copy = Uint8Array.from(raw);
  copy[at] = byte;
  return decodeIp(copy);
}

describe('checksums that a kernel computed', () => {
  it.each(Object.entries(CAPTURED))('%s holds', (_, raw) => {
    const packet = decodeIp(raw);
    expect(transportChecksumHolds(packet)).toBe(true);
    if (packet.kind === 'ipv4') expect(ipv4ChecksumHolds(packet)).toBe(true);
  });

  it('are those that we compute', () => {
    const packet = decodeIp(SYN4);
    const segment = tcpOf(packet) ?? { kind: 'opaque', protocol: 0, bytes: SYN4 };
    const pseudo = { version: 4, source: '192.0.2.2', target: '192.0.2.1', protocol: 6 } as const;
    expect(transportChecksum(pseudo, segment)).toBe(0xcc0a);
    expect(packet.kind === 'ipv4' && ipv4Checksum(packet.header)).toBe(0x6369);
  });
});

describe('checksums that do not hold', () => {
  it('of the header', () => {
    const packet = altered(SYN4, 8, 63);
    expect(packet.kind === 'ipv4' && ipv4ChecksumHolds(packet)).toBe(false);
    expect(transportChecksumHolds(packet)).toBe(true);
  });

  it.each(Object.entries(CAPTURED))('of the transport: %s with its last byte changed', (_, raw) => {
    expect(transportChecksumHolds(altered(raw, raw.length - 1, 0x55))).toBe(false);
  });

  it('of an address, which the pseudo header covers', () => {
    expect(transportChecksumHolds(altered(SYN4, 19, 9))).toBe(false);
  });
});

describe('packets without one', () => {
  it('UDP may go without over IPv4 (RFC 768), and may not over IPv6 (RFC 8200 section 8.1)', () => {
    const without = (raw: Uint8Array, at: number) => {
      const copy = Uint8Array.from(raw);
      copy.set([0, 0], at);
      return decodeIp(copy);
    };
    expect(transportChecksumHolds(without(UDP4, 26))).toBe(true);
    expect(transportChecksumHolds(without(UDP6, 46))).toBe(false);
  });

  it('nothing can be told of fragments and unknown protocols', () => {
    expect(transportChecksumHolds(altered(SYN4, 6, 0x20))).toBeUndefined();
    expect(transportChecksumHolds(altered(SYN4, 9, 47))).toBeUndefined();
    const pseudo = { version: 4, source: '192.0.2.2', target: '192.0.2.1', protocol: 47 } as const;
    expect(transportChecksum(pseudo, { kind: 'opaque', protocol: 47, bytes: bytes('01') })).toBeUndefined();
  });
});

it('a UDP checksum of 0 is sent as 0xffff', () => {
  const pseudo = { version: 4, source: '0.0.0.0', target: '0.0.0.0', protocol: 17 } as const;
  const datagram = { kind: 'udp', sourcePort: 0xffff - 17 - 8, targetPort: 0, length: 0, checksum: 0 } as const;
  expect(transportChecksum(pseudo, { ...datagram, payload: bytes('') })).toBe(0xffff);
});
