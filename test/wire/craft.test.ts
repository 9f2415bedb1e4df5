import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { type CraftContext, craftPacket, whyNotCraftable } from '../../src/wire/craft';
import { ipv4ChecksumHolds, transportChecksumHolds } from '../../src/wire/integrity';
import { decodePacket } from '../../src/wire/packet';
import type { Malformation, PacketPattern, SegmentPattern } from '../../src/wire/pattern';
import type { Ipv4Packet, Ipv6Packet, TcpSegment } from '../../src/wire/wire';
import { craftContext, segmentPattern } from './arbitraries';
import { FINACK4, bytes, SYN6, UDP6 } from './captured';

const V4: CraftContext = {
  version: 4,
  sourceAddress: '192.0.2.1',
  targetAddress: '192.0.2.2',
  sourcePort: 40_000,
  targetPort: 8080,
  seq: 1000,
  ack: 2000,
};
const V6: CraftContext = { ...V4, version: 6, sourceAddress: '2001:db8::1', targetAddress: '2001:db8::2' };
const ACK: SegmentPattern = { kind: 'tcp', flags: 0x010 };
const SYN: SegmentPattern = { kind: 'tcp', flags: 0x002 };

function decodeIp(raw: Uint8Array): Ipv4Packet | Ipv6Packet {
  const packet = decodePacket(raw);
  if (packet.kind === 'opaque') throw new Error(`not an IP packet: ${toHex(raw)}`);
  return packet;
}

function craftSegment(pattern: SegmentPattern, context = V4): TcpSegment {
  const { payload } = decodeIp(craftPacket(pattern, context));
  if (payload.kind !== 'tcp') throw new Error('not a segment');
  return payload;
}

function craftWrong(malformed: Malformation, context = V4): Ipv4Packet | Ipv6Packet {
  return decodeIp(craftPacket({ ...ACK, malformed }, context));
}

describe('against packets of a real kernel', () => {
  it('a FIN over IPv4, byte for byte', () => {
    const pattern: SegmentPattern = {
      kind: 'tcp',
      flags: 0x011,
      window: 63,
      options: {
        open: false,
        list: [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', val: 0x442fb423, ecr: 0x442faf07 }],
      },
      ip: { ttl: 64, id: 0x5352, dontFragment: true },
    };
    const context: CraftContext = {
      version: 4,
      sourceAddress: '192.0.2.2',
      targetAddress: '192.0.2.1',
      sourcePort: 0xda12,
      targetPort: 8080,
      seq: 0x4ac1c4a3,
      ack: 0x4ac1c4a3,
    };
    expect(toHex(craftPacket(pattern, context))).toBe(toHex(FINACK4));
  });

  it('a SYN over IPv6, byte for byte', () => {
    const pattern: SegmentPattern = {
      kind: 'tcp',
      flags: 0x0c2,
      seq: 0x65182e53,
      window: 64_800,
      sourcePort: 0xb14a,
      options: {
        open: false,
        list: [
          { kind: 'mss', value: 1440 },
          { kind: 'sackOK' },
          { kind: 'timestamp', val: 0x37b86323 },
          { kind: 'nop' },
          { kind: 'wscale', shift: 10 },
        ],
      },
      ip: { ttl: 64, flowLabel: 0xee82 },
    };
    const context = { ...V6, sourceAddress: '2001:db8::2', targetAddress: '2001:db8::1' };
    expect(toHex(craftPacket(pattern, context))).toBe(toHex(SYN6));
  });

  it('a datagram over IPv6, byte for byte', () => {
    const pattern: PacketPattern = {
      kind: 'udp',
      payload: new TextEncoder().encode('hello'),
      ip: { ttl: 64, flowLabel: 0xb1e33 },
    };
    const context = { ...V6, sourceAddress: '2001:db8::2', targetAddress: '2001:db8::1' };
    expect(toHex(craftPacket(pattern, { ...context, sourcePort: 0x8143, targetPort: 9 }))).toBe(toHex(UDP6));
  });
});

describe('absent fields', () => {
  it('of a segment come from the connection or have a default', () => {
    expect(craftSegment(ACK)).toMatchObject({
      sourcePort: 40_000,
      targetPort: 8080,
      seq: 1000,
      ack: 2000,
      dataOffset: 5,
      flags: 0x010,
      window: 65_535,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(0),
    });
  });

  it('the acknowledgment of a segment without ACK is 0', () => {
    expect(craftSegment(SYN).ack).toBe(0);
    expect(craftSegment({ ...SYN, ack: 7 }).ack).toBe(7);
  });

  it('the window may have another default', () => {
    expect(craftSegment(ACK, { ...V4, window: 1 }).window).toBe(1);
    expect(craftSegment({ ...ACK, window: 2 }, { ...V4, window: 1 }).window).toBe(2);
  });

  it('of the IPv4 header', () => {
    expect(decodeIp(craftPacket(ACK, V4)).header).toMatchObject({ ttl: 255, id: 0, flags: 0, tos: 0, totalLength: 40 });
  });

  it('of the IPv6 header', () => {
    const header = { hopLimit: 255, trafficClass: 0, flowLabel: 0, payloadLength: 20, nextHeader: 6 };
    expect(decodeIp(craftPacket(ACK, V6)).header).toMatchObject(header);
  });

  it('a length without payload sends zeros', () => {
    expect(craftSegment({ ...ACK, length: 3 }).payload).toEqual(bytes('000000'));
    expect(craftSegment({ ...ACK, payload: bytes('616263') }).payload).toEqual(bytes('616263'));
  });
});

it('an option list that is no multiple of four is filled up with zeros', () => {
  const segment = craftSegment({ ...SYN, options: { list: [{ kind: 'wscale', shift: 7 }], open: false } });
  expect(segment).toMatchObject({ dataOffset: 6, options: [{ kind: 'wscale', shift: 7 }, { kind: 'eol' }] });
});

describe('the byte with DSCP and ECN', () => {
  it.each([
    [{}, 0],
    [{ tos: 0xb9 }, 0xb9],
    [{ ecn: 3 }, 3],
    [{ ecn: 'either-ect' }, 2],
    [{ tos: 0xb9, ecn: 0 }, 0xb8],
    [{ tos: 0xb8, ecn: 2 }, 0xba],
  ] as const)('%j is %i', (ip, tos) => {
    expect(decodeIp(craftPacket({ ...ACK, ip }, V4)).header).toMatchObject({ tos });
    expect(decodeIp(craftPacket({ ...ACK, ip }, V6)).header).toMatchObject({ trafficClass: tos });
  });
});

describe('wrong on purpose', () => {
  it('checksums are written as they are', () => {
    expect(craftWrong({ tcpChecksum: 0x1234 }).payload).toMatchObject({ checksum: 0x1234 });
    expect(craftWrong({ ipChecksum: 0x1234 }).header).toMatchObject({ checksum: 0x1234 });
    expect(craftWrong({ tcpChecksum: 0 }, V6).payload).toMatchObject({ checksum: 0 });
  });

  it.each([
    [{ dataOffset: 3 }, { dataOffset: 3 }],
    [{ dataOffset: 15 }, { dataOffset: 15 }],
    [{ reservedBits: 5 }, { flags: 0x010 | (5 << 9) }],
    [{ rawOptions: bytes('0200ffff') }, { dataOffset: 6, options: [{ kind: 'malformed', bytes: bytes('0200ffff') }] }],
    [{ rawOptions: bytes('0101 02') }, { dataOffset: 6, options: [{}, {}, { bytes: bytes('0200') }] }],
  ])('%j keeps the checksums right', (malformed, segment) => {
    for (const context of [V4, V6]) {
      const packet = craftWrong(malformed, context);
      expect(packet.payload).toMatchObject(segment);
      expect(transportChecksumHolds(packet)).toBe(true);
      if (packet.kind === 'ipv4') expect(ipv4ChecksumHolds(packet)).toBe(true);
    }
  });

  it('raw options take the place of the list', () => {
    const options = { list: [{ kind: 'mss', value: 1460 } as const], open: false };
    const segment = craftSegment({ ...ACK, options, malformed: { rawOptions: bytes('01010101') } });
    expect(segment.options).toEqual(Array.from({ length: 4 }, () => ({ kind: 'nop' })));
  });

  it.each([0, 39, 41, 65_535])('a total length of %i keeps the checksum of the header right', (ipTotalLength) => {
    const packet = craftWrong({ ipTotalLength });
    expect(packet.header).toMatchObject({ totalLength: ipTotalLength });
    expect(packet.kind === 'ipv4' && ipv4ChecksumHolds(packet)).toBe(true);
    expect(craftWrong({ ipTotalLength }, V6).header).toMatchObject({ payloadLength: ipTotalLength });
  });

  it.each([0, 4, 5, 6, 10, 15])('a header length of %i words keeps the checksum right for who believes it', (words) => {
    const packet = craftWrong({ ipHeaderLength: words });
    expect(packet.header).toMatchObject({ ihl: words });
    expect(packet.kind === 'ipv4' && ipv4ChecksumHolds(packet)).toBe(true);
  });

  it('cuts the finished packet', () => {
    const whole = craftPacket(ACK, V4);
    expect(craftPacket({ ...ACK, malformed: { truncateTo: 33 } }, V4)).toEqual(whole.slice(0, 33));
    expect(craftPacket({ ...ACK, malformed: { truncateTo: 99 } }, V4)).toEqual(whole);
    expect(craftPacket({ ...ACK, malformed: { truncateTo: 0 } }, V4)).toHaveLength(0);
  });
});

describe('ICMP', () => {
  it('an error quotes the segment of the kernel under test: it is the target of the error', () => {
    const quoted = { sourcePort: 8080, targetPort: 40_001, seq: 0xcafe_f00d };
    const raw = craftPacket({ kind: 'icmp', type: 3, code: 4, mtu: 1200 }, { ...V4, quoted });
    expect(toHex(raw.subarray(20, 22))).toBe('0304');
    // The MTU is in the low 16 bits of the second word (RFC 1191 section 4).
    expect(toHex(raw.subarray(24, 28))).toBe('000004b0');
    expect(toHex(raw.subarray(40))).toBe('c0000202' + 'c0000201' + '1f90' + '9c41' + 'cafef00d');
  });

  it('without a quoted segment the ports are those of the connection', () => {
    const raw = craftPacket({ kind: 'icmp', type: 1, code: 4 }, V6);
    expect(raw).toHaveLength(40 + 8 + 40 + 8);
    expect(toHex(raw.subarray(88))).toBe('1f90' + '9c40' + '00000000');
  });

  it('the sequence number of the pattern goes before that of the context', () => {
    const quoted = { sourcePort: 1, targetPort: 2, seq: 3 };
    const raw = craftPacket(
      { kind: 'icmp', type: 3, code: 1, quoted: { kind: 'tcp', seq: 4, length: 0 } },
      { ...V4, quoted },
    );
    expect(toHex(raw.subarray(48))).toBe('0001' + '0002' + '00000004');
  });

  it('packet too big has 32 bits for the MTU (RFC 4443 section 3.2)', () => {
    const raw = craftPacket({ kind: 'icmp', type: 2, code: 0, mtu: 0x12345678 }, V6);
    expect(toHex(raw.subarray(44, 48))).toBe('12345678');
  });

  it.each([
    [V4, 8, 20],
    [V6, 128, 40],
  ] as const)('an echo request has an identifier and quotes nothing', (context, type, header) => {
    const raw = craftPacket({ kind: 'icmp', type, code: 0, id: 0xbeef }, context);
    expect(raw).toHaveLength(header + 8);
    expect(toHex(raw.subarray(header + 4))).toBe('beef0000');
  });
});

describe('what an ICMP message quotes', () => {
  it('has the length of the quoted packet in its IP header', () => {
    const raw = craftPacket({ kind: 'icmp', type: 3, code: 4, quoted: { kind: 'tcp', seq: 7, length: 1000 } }, V4);
    // Total length 20 + 20 + 1000 behind version and TOS, protocol 6; then the ports and the number.
    expect(toHex(raw.subarray(28, 32))).toBe('45000410');
    expect(raw[37]).toBe(6);
    expect(toHex(raw.subarray(48))).toBe('1f90' + '9c40' + '00000007');
  });

  it('is a datagram with its length', () => {
    const raw = craftPacket({ kind: 'icmp', type: 1, code: 4, quoted: { kind: 'udp', length: 10 } }, V6);
    expect(raw).toHaveLength(40 + 8 + 40 + 8);
    // Payload length 18 and next header 17.
    expect(toHex(raw.subarray(52, 55))).toBe('001211');
    expect(toHex(raw.subarray(88))).toBe('1f90' + '9c40' + '0012' + '0000');
  });

  it('may be nothing but zeros, up to a length of the message', () => {
    const raw = craftPacket({ kind: 'icmp', type: 0, code: 0, id: 7, quoted: { kind: 'raw', length: 64 } }, V4);
    expect(raw).toHaveLength(20 + 64);
    expect(toHex(raw.subarray(28))).toBe('00'.repeat(56));
    expect(transportChecksumHolds(decodePacket(raw))).toBe(true);
  });

  it('is there in an echo request too when it is written', () => {
    const quoted = { kind: 'tcp', seq: 0, length: 0 } as const;
    expect(craftPacket({ kind: 'icmp', type: 8, code: 0, quoted }, V4)).toHaveLength(20 + 8 + 28);
  });
});

describe('what no packet can hold', () => {
  const mss = { kind: 'mss', value: 1460 } as const;
  const full = { list: Array.from({ length: 10 }, () => mss), open: false };
  const over = { list: [...full.list, mss], open: false };

  it.each<[string, PacketPattern, 4 | 6, string | undefined]>([
    ['40 bytes of options', { ...SYN, options: full }, 4, undefined],
    ['44 bytes of options', { ...SYN, options: over }, 4, 'the TCP options take 44 bytes, a segment has room for 40'],
    ['41 raw bytes', { ...SYN, malformed: { rawOptions: new Uint8Array(41) } }, 6, 'take 44 bytes'],
    ['a full IPv4 packet', { ...ACK, length: 65_495 }, 4, undefined],
    ['one byte more', { ...ACK, length: 65_496 }, 4, 'the packet takes 65536 bytes, IPv4 has room for 65535'],
    ['a full IPv6 payload', { ...ACK, length: 65_515 }, 6, undefined],
    ['one byte more', { ...ACK, length: 65_516 }, 6, 'IPv6 has room for 65535'],
    ['options count', { ...ACK, options: full, length: 65_456 }, 4, 'takes 65536 bytes'],
    ['a datagram', { kind: 'udp', length: 65_508 }, 4, 'takes 65536 bytes'],
    ['an error', { kind: 'icmp', type: 3, code: 0 }, 4, undefined],
    ['a full message', { kind: 'icmp', type: 0, code: 0, quoted: { kind: 'raw', length: 65_515 } }, 4, undefined],
    ['one byte more', { kind: 'icmp', type: 0, code: 0, quoted: { kind: 'raw', length: 65_516 } }, 4, '65536 bytes'],
    ['a full outer packet', { ...ACK, length: 65_475, encapsulation: [{ kind: 'ipv4' }] }, 4, undefined],
    ['one byte more', { ...ACK, length: 65_476, encapsulation: [{ kind: 'ipv4' }] }, 4, 'takes 65536 bytes, IPv4'],
    ['4 in 6', { ...ACK, length: 65_495, encapsulation: [{ kind: 'ipv6' }] }, 4, undefined],
    ['one byte more', { ...ACK, length: 65_496, encapsulation: [{ kind: 'ipv6' }] }, 4, 'takes 65536 bytes, IPv6'],
  ])('%s', (_, pattern, version, problem) => {
    const found = whyNotCraftable(pattern, version);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  it('is a defect of ours when it comes this far', () => {
    expect(() => craftPacket({ ...SYN, options: over }, V4)).toThrow('got past the checks');
  });
});

it('everything that a pattern says arrives, with right checksums and lengths', () => {
  fc.assert(
    fc.property(segmentPattern, craftContext, (pattern, context) => {
      const raw = craftPacket(pattern, context);
      const packet = decodeIp(raw);
      const { flags, seq, ack, window, urgentPointer, payload } = pattern;
      expect(packet.payload).toMatchObject({ kind: 'tcp', flags, seq, ack, window, urgentPointer, payload });
      expect(packet.trailer).toHaveLength(0);
      expect(transportChecksumHolds(packet)).toBe(true);
      if (packet.kind === 'ipv4') {
        expect(ipv4ChecksumHolds(packet)).toBe(true);
        expect(packet.header.totalLength).toBe(raw.length);
      } else expect(packet.header.payloadLength).toBe(raw.length - 40);
    }),
    { numRuns: 500 },
  );
});
