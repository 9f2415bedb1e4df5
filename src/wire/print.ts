/**
 * Packets and patterns in packetdrill's notation: `S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,sackOK>`.
 *
 * The same printer writes live and script numbers; a `NumberView` tells which. What packetdrill has no words for is
 * added in the same manner, so that a report never hides it: reserved bits, a data offset that lies, unknown options.
 * Deliberately absent: payload as text, addresses, ports, time.
 */
import { toHex } from '../base/hex';
import { printFlags } from './flags';
import { nameIcmp } from './icmp-names';
import { printOptions, printOptionsPattern } from './option-text';
import { encodeOptions } from './options';
import type { IcmpPattern, IpPattern, PacketPattern, SegmentPattern, UdpPattern } from './pattern';
import { quotedPacket } from './quoted';
import { hasFlags } from './segment';
import { TCP_MINIMUM } from './tcp';
import {
  type IcmpMessage,
  type IpVersion,
  type OpaqueTransport,
  type Packet,
  TCP_FLAG,
  type TcpSegment,
  type UdpDatagram,
} from './wire';

export { printFlags } from './flags';

/** How live sequence numbers are to be printed, for one direction of one connection. */
export interface NumberView {
  /** Numbers that name bytes of the packet's sender. */
  readonly seq: (live: number) => number;
  /** Numbers that name bytes of its receiver: the acknowledgment, SACK edges, what an ICMP error quotes. */
  readonly ack: (live: number) => number;
}

/** Prints the numbers of the wire. */
const LIVE_NUMBERS: NumberView = { seq: (live) => live, ack: (live) => live };

/** How much of opaque bytes is printed. */
const HEAD_BYTES = 16;

/** ECN codepoints by the two low bits of the byte (RFC 3168 section 5). */
const ECN_WORDS = ['noecn', 'ect1', 'ect0', 'ce'] as const;

/** One line for any packet. */
export function printPacket(packet: Packet, view: NumberView = LIVE_NUMBERS): string {
  if (packet.kind === 'opaque') return `opaque ${printBytes(packet.bytes)}`;
  const { payload } = packet;
  const tos = packet.kind === 'ipv4' ? packet.header.tos : packet.header.trafficClass;
  return `${printTrafficClass(tos)}${printTransport(payload, view)}`;
}

function printTransport(transport: TcpSegment | UdpDatagram | IcmpMessage | OpaqueTransport, view: NumberView): string {
  switch (transport.kind) {
    case 'tcp':
      return printSegment(transport, view);
    case 'udp':
      return `udp (${transport.payload.length})`;
    case 'icmp':
      return printMessage(transport, view);
    case 'opaque':
      return `protocol ${transport.protocol}, ${printBytes(transport.bytes)}`;
  }
}

function printSegment(segment: TcpSegment, view: NumberView): string {
  const acknowledges = hasFlags(segment, TCP_FLAG.ACK);
  // Without the ACK flag the field means nothing, so it cannot be mapped; what stands there is worth a look anyway.
  const strayAck = segment.ack === 0 ? '' : `ack ${segment.ack}`;
  return line([
    printFlags(segment.flags),
    printRange(view.seq(segment.seq), segment.payload.length),
    acknowledges ? `ack ${view.ack(segment.ack)}` : strayAck,
    `win ${segment.window}`,
    segment.urgentPointer === 0 ? '' : `urg ${segment.urgentPointer}`,
    segment.options.length === 0 ? '' : `<${printOptions(segment.options, view.ack)}>`,
    printDataOffset(segment),
  ]);
}

/** The end is not wrapped: packetdrill's notation demands that it be the sum. */
function printRange(seq: number, length: number): string {
  return `${seq}:${seq + length}(${length})`;
}

function printDataOffset(segment: TcpSegment): string {
  const words = (TCP_MINIMUM + encodeOptions(segment.options).length) / 4;
  return segment.dataOffset === words ? '' : `data_offset ${segment.dataOffset}`;
}

/** The ECN codepoint where that is all there is in the byte, otherwise the byte; nothing for 0. */
function printTrafficClass(tos: number): string {
  if (tos === 0) return '';
  return `[${ECN_WORDS[tos] ?? `tos 0x${toHex(Uint8Array.of(tos))}`}] `;
}

function printMessage(message: IcmpMessage, view: NumberView): string {
  const { type, code } = nameIcmp(message.version, message.type, message.code);
  return line(['icmp', type, code ?? '', printRest(message), printQuotation(message, view)]);
}

/** The MTU or the identifier, for the types that have one. */
function printRest({ version, type, code, rest }: IcmpMessage): string {
  const isTooBig = version === 4 ? type === 3 && code === 4 : type === 2;
  if (isTooBig) return `mtu ${version === 4 ? rest & 0xffff : rest}`;
  const isEcho = version === 4 ? type === 0 || type === 8 : type === 128 || type === 129;
  return isEcho ? `id ${rest >>> 16}` : '';
}

function printQuotation(message: IcmpMessage, view: NumberView): string {
  const quoted = quotedPacket(message);
  if (quoted === undefined) return '';
  return quoted.kind === 'udp' ? `[udp (${quoted.length})]` : `[${printRange(view.ack(quoted.seq), quoted.length)}]`;
}

function printBytes(bytes: Uint8Array): string {
  const head = toHex(bytes.subarray(0, HEAD_BYTES));
  const rest = bytes.length > HEAD_BYTES ? '...' : '';
  return `${bytes.length} bytes${bytes.length === 0 ? '' : ` ${head}${rest}`}`;
}

/**
 * One line for a pattern, with absent fields left out or, where the notation needs a word in their place, `*`. An empty
 * option list, which forbids all options, is `<>`.
 *
 * @param version tells which names ICMP's numbers have; without it they are printed as `type_3 code_4`.
 */
export function printPattern(pattern: PacketPattern, version?: IpVersion): string {
  const ip = printIpPattern(pattern.ip ?? {});
  switch (pattern.kind) {
    case 'tcp':
      return line([ip, printSegmentPattern(pattern)]);
    case 'udp':
      return line([ip, printUdpPattern(pattern)]);
    case 'icmp':
      return line([ip, printIcmpPattern(pattern, version)]);
  }
}

function printSegmentPattern(pattern: SegmentPattern): string {
  const length = pattern.length ?? pattern.payload?.length;
  return line([
    printPorts(pattern),
    printFlags(pattern.flags & (pattern.flagsMask ?? 0xfff)),
    printPatternRange(pattern.seq, length),
    printNumber('ack', pattern.ack),
    printNumber('win', pattern.window),
    printNumber('urg', pattern.urgentPointer),
    pattern.options === undefined ? '' : `<${printOptionsPattern(pattern.options)}>`,
  ]);
}

function printPatternRange(seq: number | undefined, length: number | undefined): string {
  if (seq !== undefined && length !== undefined) return printRange(seq, length);
  if (length !== undefined) return `*:*(${length})`;
  return seq === undefined ? '' : `${seq}:*(*)`;
}

function printUdpPattern(pattern: UdpPattern): string {
  const length = pattern.length ?? pattern.payload?.length;
  return line([printPorts(pattern), 'udp', length === undefined ? '' : `(${length})`]);
}

function printIcmpPattern(pattern: IcmpPattern, version: IpVersion | undefined): string {
  const { type, code } =
    version === undefined
      ? { type: `type_${pattern.type}`, code: `code_${pattern.code}` }
      : nameIcmp(version, pattern.type, pattern.code);
  const quoted = pattern.quotedSeq === undefined ? '' : `[${printRange(pattern.quotedSeq, 0)}]`;
  return line(['icmp', type, code ?? '', printNumber('mtu', pattern.mtu), printNumber('id', pattern.id), quoted]);
}

/** packetdrill writes both ports or none, so one alone has a `*` beside it. */
function printPorts({ sourcePort, targetPort }: SegmentPattern | UdpPattern): string {
  if (sourcePort === undefined && targetPort === undefined) return '';
  return `${sourcePort ?? '*'} > ${targetPort ?? '*'}`;
}

function printIpPattern(ip: IpPattern): string {
  const parts = [
    ip.tos === undefined ? '' : `tos 0x${toHex(Uint8Array.of(ip.tos))}`,
    ip.ecn === undefined ? '' : ip.ecn === 'either-ect' ? 'ect01' : ECN_WORDS[ip.ecn],
    ip.flowLabel === undefined ? '' : `flowlabel 0x${ip.flowLabel.toString(16)}`,
    printNumber('ttl', ip.ttl),
    printNumber('id', ip.id),
    ip.dontFragment === undefined ? '' : ip.dontFragment ? 'df' : 'nodf',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `[${parts.join(', ')}]`;
}

function printNumber(word: string, value: number | undefined): string {
  return value === undefined ? '' : `${word} ${value}`;
}

/** The parts that are not empty, with spaces between. */
function line(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
