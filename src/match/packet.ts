/**
 * Comparing a packet with a pattern, field by field; every field that differs is reported.
 *
 * The names of fields are stable, since reports and comparisons with other tools go by them:
 *
 *     encapsulation                          number and kinds of the headers around the packet: `ipv4 gre`
 *     outer source, outer target, outer ttl, outer tos, ... (as below)    an IP header around it
 *     gre flags, gre sum, gre off, gre key, gre seq, mpls                 a header between two IP headers
 *     protocol                               TCP, UDP or ICMP; when it differs, nothing else is compared
 *     flags, seq, length, ack, win, urg, options, payload                 a segment
 *     length, payload                        a datagram
 *     source port, target port               both
 *     type, code, mtu, id, quoted, length    a message; its length is that of the whole message
 *     ttl, tos, ecn, flowlabel, ip id, don't fragment                     the innermost IP header
 */
import { toHex } from '../base/hex';
import { firstNonZero } from '../wire/bytes';
import { ICMP_HEADER } from '../wire/icmp';
import { innermost } from '../wire/layers';
import type { IcmpPattern, IcmpQuote, PacketPattern, SegmentPattern, UdpPattern } from '../wire/pattern';
import { printFlags } from '../wire/print';
import { messageLength, quotedPacket } from '../wire/quoted';
import { hasFlags } from '../wire/segment';
import {
  type IcmpMessage,
  type Packet,
  TCP_FLAG,
  type TcpSegment,
  type Transport,
  type UdpDatagram,
} from '../wire/wire';
import { matchNumber, matchText } from './field';
import { matchIp, matchLayers } from './ip-fields';
import type { Mismatch } from './match';
import { matchOptions } from './options';

const ALL_FLAGS = 0xfff;

/** The mismatches of a packet, in script numbers, with a pattern; none means that it fits. */
export function matchPacket(pattern: PacketPattern, packet: Packet): readonly Mismatch[] {
  const around = matchLayers(pattern.encapsulation ?? [], packet);
  const inner = innermost(packet);
  if (inner?.payload.kind !== pattern.kind) {
    return [...around, { field: 'protocol', expected: pattern.kind, observed: inner?.payload.kind ?? 'no IP packet' }];
  }
  return [...around, ...matchTransport(pattern, inner.payload), ...matchIp(pattern.ip, inner)];
}

function matchTransport(pattern: PacketPattern, transport: Transport): readonly Mismatch[] {
  if (pattern.kind === 'tcp' && transport.kind === 'tcp') return matchSegment(pattern, transport);
  if (pattern.kind === 'udp' && transport.kind === 'udp') return matchUdp(pattern, transport);
  if (pattern.kind === 'icmp' && transport.kind === 'icmp') return matchIcmp(pattern, transport);
  return [];
}

function matchSegment(pattern: SegmentPattern, segment: TcpSegment): readonly Mismatch[] {
  return [
    ...matchFlags(pattern, segment.flags),
    ...matchNumber('seq', pattern.seq, segment.seq),
    ...matchNumber('length', pattern.length, segment.payload.length),
    ...matchNumber('ack', pattern.ack, acknowledgment(pattern, segment)),
    ...matchNumber('win', pattern.window, segment.window),
    ...matchNumber('urg', pattern.urgentPointer, segment.urgentPointer),
    ...(pattern.options === undefined ? [] : matchOptions(pattern.options, segment.options)),
    ...matchPayload(pattern, segment.payload),
    ...matchNumber('source port', pattern.sourcePort, segment.sourcePort),
    ...matchNumber('target port', pattern.targetPort, segment.targetPort),
  ];
}

function matchFlags(pattern: SegmentPattern, observed: number): readonly Mismatch[] {
  const mask = maskOf(pattern);
  if ((observed & mask) === (pattern.flags & mask)) return [];
  return [{ field: 'flags', expected: printFlags(pattern.flags), observed: printFlags(observed) }];
}

function maskOf(pattern: SegmentPattern): number {
  return pattern.flagsMask ?? ALL_FLAGS;
}

/** A pattern whose own flags exclude ACK means the field as it stands, and with ACK what the flag makes of it. */
function acknowledgment(pattern: SegmentPattern, segment: TcpSegment): number | undefined {
  const excludesAck = (maskOf(pattern) & ~pattern.flags & TCP_FLAG.ACK) !== 0;
  return excludesAck || hasFlags(segment, TCP_FLAG.ACK) ? segment.ack : undefined;
}

function matchUdp(pattern: UdpPattern, datagram: UdpDatagram): readonly Mismatch[] {
  return [
    ...matchNumber('length', pattern.length, datagram.payload.length),
    ...matchPayload(pattern, datagram.payload),
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
    ...matchQuote(pattern, message),
  ];
}

/** Kind and length of what is quoted. Its sequence number is one of the harness, which the message has as it was sent. */
function matchQuote(pattern: IcmpPattern, message: IcmpMessage): readonly Mismatch[] {
  const { quoted: expected, quotedByLength = false } = pattern;
  if (expected === undefined && !quotedByLength) return [];
  if (expected === undefined || quotedByLength || expected.kind === 'raw') {
    return matchNumber('length', messageLength(pattern, message.version), ICMP_HEADER + message.payload.length);
  }
  const observed = quotedPacket(message);
  return matchText('quoted', printQuote(expected), observed === undefined ? 'nothing' : printQuote(observed));
}

function printQuote({ kind, length }: Pick<IcmpQuote, 'kind' | 'length'>): string {
  return `${kind} (${length})`;
}

function matchPayload({ payload, zeros }: SegmentPattern | UdpPattern, observed: Uint8Array): readonly Mismatch[] {
  if (payload !== undefined) {
    if (toHex(payload) === toHex(observed)) return [];
    return [{ field: 'payload', expected: printBytes(payload), observed: printBytes(observed) }];
  }
  const at = zeros === true ? firstNonZero(observed) : -1;
  if (at === -1) return [];
  return [{ field: 'payload', expected: 'zeros', observed: `${printBytes(observed.subarray(at))} from byte ${at} on` }];
}

const SHOWN_BYTES = 24;

function printBytes(bytes: Uint8Array): string {
  const head = toHex(bytes.subarray(0, SHOWN_BYTES));
  return bytes.length > SHOWN_BYTES ? `${head}... (${bytes.length} bytes)` : head || 'none';
}
