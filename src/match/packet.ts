/** Comparing a packet with a pattern, field by field; every field that differs is reported. */
import { toHex } from '../base/hex';
import { printFlags } from '../wire/print';
import type { IcmpPattern, IpPattern, PacketPattern, SegmentPattern, UdpPattern } from '../wire/pattern';
import { type IcmpMessage, type Packet, TCP_FLAG, type TcpSegment, type UdpDatagram } from '../wire/wire';
import type { Mismatch } from './match';
import { matchOptions } from './options';

const ALL_FLAGS = 0xfff;

/** The mismatches of a packet, in script numbers, with a pattern; none means that it fits. */
export function matchPacket(pattern: PacketPattern, packet: Packet): readonly Mismatch[] {
  const transport = packet.kind === 'opaque' ? undefined : packet.payload;
  if (transport?.kind !== pattern.kind) {
    return [{ field: 'protocol', expected: pattern.kind, observed: transport?.kind ?? 'no IP packet' }];
  }
  return [...matchTransport(pattern, transport), ...matchIp(pattern.ip, packet)];
}

function matchTransport(
  pattern: PacketPattern,
  transport: TcpSegment | UdpDatagram | IcmpMessage,
): readonly Mismatch[] {
  if (pattern.kind === 'tcp' && transport.kind === 'tcp') return matchSegment(pattern, transport);
  if (pattern.kind === 'udp' && transport.kind === 'udp') return matchUdp(pattern, transport);
  if (pattern.kind === 'icmp' && transport.kind === 'icmp') return matchIcmp(pattern, transport);
  return [];
}

function matchSegment(pattern: SegmentPattern, segment: TcpSegment): readonly Mismatch[] {
  const hasAck = (segment.flags & TCP_FLAG.ACK) !== 0;
  return [
    ...matchFlags(pattern, segment.flags),
    ...matchNumber('seq', pattern.seq, segment.seq),
    ...matchNumber('length', pattern.length, segment.payload.length),
    ...(pattern.ack === undefined ? [] : matchNumber('ack', pattern.ack, hasAck ? segment.ack : undefined)),
    ...matchNumber('win', pattern.window, segment.window),
    ...matchNumber('urg', pattern.urgentPointer, segment.urgentPointer),
    ...(pattern.options === undefined ? [] : matchOptions(pattern.options, segment.options)),
    ...matchBytes(pattern.payload, segment.payload),
    ...matchNumber('source port', pattern.sourcePort, segment.sourcePort),
    ...matchNumber('target port', pattern.targetPort, segment.targetPort),
  ];
}

function matchFlags(pattern: SegmentPattern, observed: number): readonly Mismatch[] {
  const mask = pattern.flagsMask ?? ALL_FLAGS;
  if ((observed & mask) === (pattern.flags & mask)) return [];
  return [{ field: 'flags', expected: printFlags(pattern.flags), observed: printFlags(observed) }];
}

function matchUdp(pattern: UdpPattern, datagram: UdpDatagram): readonly Mismatch[] {
  return [
    ...matchNumber('length', pattern.length, datagram.payload.length),
    ...matchBytes(pattern.payload, datagram.payload),
    ...matchNumber('source port', pattern.sourcePort, datagram.sourcePort),
    ...matchNumber('target port', pattern.targetPort, datagram.targetPort),
  ];
}

function matchIcmp(pattern: IcmpPattern, message: IcmpMessage): readonly Mismatch[] {
  return [
    ...matchNumber('type', pattern.type, message.type),
    ...matchNumber('code', pattern.code, message.code),
    ...matchNumber('mtu', pattern.mtu, message.version === 4 ? message.rest & 0xffff : message.rest),
    ...matchNumber('id', pattern.id, message.rest >>> 16),
  ];
}

function matchIp(pattern: IpPattern | undefined, packet: Packet): readonly Mismatch[] {
  if (pattern === undefined || packet.kind === 'opaque') return [];
  const isV4 = packet.kind === 'ipv4';
  const tos = isV4 ? packet.header.tos : packet.header.trafficClass;
  return [
    ...matchNumber('ttl', pattern.ttl, isV4 ? packet.header.ttl : packet.header.hopLimit),
    ...matchNumber('tos', pattern.tos, tos),
    ...matchEcn(pattern.ecn, tos & 3),
    ...matchNumber('flowlabel', pattern.flowLabel, isV4 ? undefined : packet.header.flowLabel),
    ...matchNumber('id', pattern.id, isV4 ? packet.header.id : undefined),
    ...matchNumber(
      "don't fragment",
      pattern.dontFragment === undefined ? undefined : Number(pattern.dontFragment),
      isV4 ? (packet.header.flags >> 1) & 1 : undefined,
    ),
  ];
}

const ECN_NAMES = ['noecn', 'ect1', 'ect0', 'ce'] as const;

function matchEcn(expected: IpPattern['ecn'], observed: number): readonly Mismatch[] {
  if (expected === undefined) return [];
  const fits = expected === 'either-ect' ? observed === 1 || observed === 2 : observed === expected;
  if (fits) return [];
  return [
    {
      field: 'ecn',
      expected: expected === 'either-ect' ? 'ect01' : (ECN_NAMES[expected] ?? ''),
      observed: ECN_NAMES[observed] ?? '',
    },
  ];
}

function matchNumber(field: string, expected: number | undefined, observed: number | undefined): readonly Mismatch[] {
  if (expected === undefined || expected === observed) return [];
  return [{ field, expected: String(expected), observed: observed === undefined ? 'absent' : String(observed) }];
}

function matchBytes(expected: Uint8Array | undefined, observed: Uint8Array): readonly Mismatch[] {
  if (expected === undefined || toHex(expected) === toHex(observed)) return [];
  return [{ field: 'payload', expected: printBytes(expected), observed: printBytes(observed) }];
}

const SHOWN_BYTES = 24;

function printBytes(bytes: Uint8Array): string {
  const head = toHex(bytes.subarray(0, SHOWN_BYTES));
  return bytes.length > SHOWN_BYTES ? `${head}... (${bytes.length} bytes)` : head || 'none';
}
