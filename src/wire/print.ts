/**
 * Packets and patterns in packetdrill's notation: `S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,sackOK>`.
 *
 * The same printer writes live and script numbers; a `NumberView` tells which. What packetdrill has no words for is
 * added in the same manner, so that a report never hides it: reserved bits, a data offset that lies, unknown options.
 * Deliberately absent: payload as text, addresses and ports of the innermost packet, time.
 */
import { toHex } from '../base/hex';
import { printFlags } from './flags';
import { nameIcmp } from './icmp-names';
import { innermost, outerLayers, trafficClassOf } from './layers';
import { printOptions, printOptionsPattern } from './option-text';
import { encodeOptions } from './options';
import type { IcmpPattern, IcmpQuote, PacketPattern, SegmentPattern, UdpPattern } from './pattern';
import { line, printIpPattern, printLayer, printLayerPattern, printNumber, printTrafficClass } from './print-layers';
import { quotedPacket } from './quoted';
import { hasFlags } from './segment';
import { TCP_MINIMUM } from './tcp';
import {
  type IcmpMessage,
  type IpVersion,
  type Layer,
  type Packet,
  TCP_FLAG,
  type TcpSegment,
  type Transport,
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

/** One line for any packet. */
export function printPacket(packet: Packet, view: NumberView = LIVE_NUMBERS): string {
  const outer = outerLayers(packet);
  return line([...outer.map(printLayer), printInnermost(packet, outer.at(-1), view)]);
}

/** @param last the last of the headers around it, if there are any */
function printInnermost(packet: Packet, last: Layer | undefined, view: NumberView): string {
  const inner = innermost(packet);
  if (inner !== undefined) return line([printTrafficClass(trafficClassOf(inner)), printTransport(inner.payload, view)]);
  const opaque = last === undefined ? packet : last.payload;
  return opaque.kind === 'opaque' ? `opaque ${printBytes(opaque.bytes)}` : '';
}

function printTransport(transport: Transport, view: NumberView): string {
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
  const layers = pattern.encapsulation ?? [];
  return line([
    ...layers.filter(({ kind }) => kind !== 'psp').map(printLayerPattern),
    printIpPattern(pattern.ip),
    // The one that stands behind the IP part.
    ...layers.filter(({ kind }) => kind === 'psp').map(printLayerPattern),
    printTransportPattern(pattern, version),
  ]);
}

function printTransportPattern(pattern: PacketPattern, version: IpVersion | undefined): string {
  switch (pattern.kind) {
    case 'tcp':
      return printSegmentPattern(pattern);
    case 'udp':
      return printUdpPattern(pattern);
    case 'icmp':
      return printIcmpPattern(pattern, version);
  }
}

function printSegmentPattern(pattern: SegmentPattern): string {
  const length = pattern.length ?? pattern.payload?.length;
  return line([
    printPorts(pattern),
    printFlags(pattern.flags & (pattern.flagsMask ?? 0xfff)),
    printPatternRange(pattern.seq, length),
    // As in a packet, what is 0 and means nothing is left out.
    pattern.ack === 0 && !hasFlags(pattern, TCP_FLAG.ACK) ? '' : printNumber('ack', pattern.ack),
    printNumber('win', pattern.window),
    pattern.urgentPointer === 0 ? '' : printNumber('urg', pattern.urgentPointer),
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
  const [mtu, id] = [printNumber('mtu', pattern.mtu), printNumber('id', pattern.id)];
  return line(['icmp', type, code ?? '', mtu, id, printQuote(pattern.quoted)]);
}

function printQuote(quoted: IcmpQuote | undefined): string {
  if (quoted === undefined) return '';
  return quoted.kind === 'tcp' ? `[${printRange(quoted.seq, quoted.length)}]` : `[${quoted.kind} (${quoted.length})]`;
}

/** packetdrill writes both ports or none, so one alone has a `*` beside it. */
function printPorts({ sourcePort, targetPort }: SegmentPattern | UdpPattern): string {
  if (sourcePort === undefined && targetPort === undefined) return '';
  return `${sourcePort ?? '*'} > ${targetPort ?? '*'}`;
}
