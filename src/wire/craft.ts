/**
 * Crafting: a pattern and the numbers of its connection become the bytes of a packet.
 *
 * Absent fields are filled in: window 65535, urgent pointer 0, no options, TTL 255, IPv4 id 0, DF not set, and every
 * length and checksum. Everything is a *live* number here: the caller has mapped `seq`, `ack`, SACK edges, the echoed
 * time stamp and the quoted `seq` of the pattern from script numbers before.
 *
 * An option list that is not a multiple of four bytes is filled up with zeros, which read as an end of the list.
 * Deliberately absent: a judgement about flags, numbers and order; what a pattern says is sent.
 */
import { assert } from '../base/assert';
import { padToWord, zeros } from './bytes';
import type { PseudoHeader } from './checksum';
import { encapsulate, encapsulationLength } from './encapsulate';
import { ICMP_HEADER } from './icmp';
import { transportChecksum } from './integrity';
import { craftIp, type IpEnds } from './ip-header';
import { IPV4_MINIMUM } from './ipv4';
import { IPV6_LENGTH } from './ipv6';
import { encodeOptions, fillOption } from './options';
import { encodeIpPayload, icmpProtocol, PROTOCOL } from './packet';
import type { IcmpPattern, Malformation, PacketPattern, SegmentPattern, UdpPattern } from './pattern';
import { messageLength, quotePacket } from './quoted';
import { TCP_MINIMUM, TCP_OPTIONS_MAXIMUM } from './tcp';
import { UDP_HEADER } from './udp';
import { type IcmpMessage, type IpVersion, TCP_FLAG, type TcpSegment, type UdpDatagram } from './wire';

/** The connection that the packet belongs to, from the sender's side. */
export interface CraftContext extends IpEnds {
  readonly sourcePort: number;
  readonly targetPort: number;
  /** Sent when the pattern has no `seq`. */
  readonly seq: number;
  /** Sent when the pattern has no `ack` and sets the ACK flag. */
  readonly ack: number;
  /** Not scaled; 65535 when absent. */
  readonly window?: number;
  /**
   * The segment that an ICMP error quotes, in its own direction: the kernel under test sent it, from its own port.
   * When absent, the ports are those of the connection and `seq` is 0.
   */
  readonly quoted?: { readonly sourcePort: number; readonly targetPort: number; readonly seq: number };
}

const WINDOW = 65_535;
const MAXIMUM_LENGTH = 65_535;
const RESERVED_SHIFT = 9;

/** The bytes of the packet, ready for the link. */
export function craftPacket(pattern: PacketPattern, context: CraftContext): Uint8Array {
  const problem = whyNotCraftable(pattern, context.version);
  assert(problem === undefined, `a packet that cannot be crafted got past the checks: ${String(problem)}`);
  const malformed: Malformation = pattern.kind === 'tcp' ? (pattern.malformed ?? {}) : {};
  const protocol = protocolOf(pattern, context.version);
  const transport = craftTransport(pattern, context, protocol);
  const inner = craftIp(transport, protocol, pattern.ip ?? {}, context, malformed);
  const packet = encapsulate(inner, context.version, pattern.encapsulation ?? []);
  return packet.slice(0, malformed.truncateTo ?? packet.length);
}

/**
 * Why no packet can hold what the pattern asks for, as a sentence for the author of the spec; `undefined` when one can.
 * Whoever lets users write patterns asks this before a run.
 */
export function whyNotCraftable(pattern: PacketPattern, version: IpVersion): string | undefined {
  if (pattern.encapsulation?.some(({ kind }) => kind === 'psp') === true)
    return 'packetspec has no PSP: it does not encrypt';
  const optionBytes = pattern.kind === 'tcp' ? optionArea(pattern).length : 0;
  if (optionBytes > TCP_OPTIONS_MAXIMUM) {
    return `the TCP options take ${optionBytes} bytes, a segment has room for ${TCP_OPTIONS_MAXIMUM}`;
  }
  const outermost = pattern.encapsulation?.[0]?.kind ?? (version === 4 ? 'ipv4' : 'ipv6');
  const whole = packetLength(pattern, version);
  // IPv6 counts what stands behind its header (RFC 8200 section 3), IPv4 the whole packet.
  const length = outermost === 'ipv6' ? whole - IPV6_LENGTH : whole;
  return length > MAXIMUM_LENGTH
    ? `the packet takes ${length} bytes, IPv${outermost === 'ipv6' ? 6 : 4} has room for ${MAXIMUM_LENGTH}`
    : undefined;
}

/** In bytes, before anything is cut off. */
export function packetLength(pattern: PacketPattern, version: IpVersion): number {
  const inner = (version === 4 ? IPV4_MINIMUM : IPV6_LENGTH) + transportLength(pattern, version);
  return encapsulationLength(pattern.encapsulation ?? []) + inner;
}

function transportLength(pattern: PacketPattern, version: IpVersion): number {
  switch (pattern.kind) {
    case 'tcp':
      return TCP_MINIMUM + optionArea(pattern).length + payloadOf(pattern).length;
    case 'udp':
      return UDP_HEADER + payloadOf(pattern).length;
    case 'icmp':
      return messageLength(pattern, version);
  }
}

function protocolOf(pattern: PacketPattern, version: IpVersion): number {
  switch (pattern.kind) {
    case 'tcp':
      return PROTOCOL.TCP;
    case 'udp':
      return PROTOCOL.UDP;
    case 'icmp':
      return icmpProtocol(version);
  }
}

/** The bytes behind the IP header. The checksum is right for them as they are, deliberate mistakes included. */
function craftTransport(pattern: PacketPattern, context: CraftContext, protocol: number): Uint8Array {
  const { version, sourceAddress: source, targetAddress: target } = context;
  const pseudo: PseudoHeader = { version, source, target, protocol };
  const transport = buildTransport(pattern, context);
  const wrong = pattern.kind === 'tcp' ? pattern.malformed?.tcpChecksum : undefined;
  const checksum = wrong ?? transportChecksum(pseudo, transport) ?? 0;
  return encodeIpPayload({ ...transport, checksum });
}

function buildTransport(pattern: PacketPattern, context: CraftContext): TcpSegment | UdpDatagram | IcmpMessage {
  switch (pattern.kind) {
    case 'tcp':
      return buildSegment(pattern, context);
    case 'udp':
      return buildDatagram(pattern, context);
    case 'icmp':
      return buildMessage(pattern, context);
  }
}

function buildSegment(pattern: SegmentPattern, context: CraftContext): TcpSegment {
  const { malformed = {} } = pattern;
  const area = optionArea(pattern);
  const acknowledges = (pattern.flags & TCP_FLAG.ACK) !== 0;
  const reserved = (malformed.reservedBits ?? 0) << RESERVED_SHIFT;
  return {
    kind: 'tcp',
    sourcePort: pattern.sourcePort ?? context.sourcePort,
    targetPort: pattern.targetPort ?? context.targetPort,
    seq: pattern.seq ?? context.seq,
    ack: pattern.ack ?? (acknowledges ? context.ack : 0),
    dataOffset: malformed.dataOffset ?? (TCP_MINIMUM + area.length) / 4,
    flags: pattern.flags | reserved,
    window: pattern.window ?? context.window ?? WINDOW,
    checksum: 0,
    urgentPointer: pattern.urgentPointer ?? 0,
    // The area is finished bytes, and `malformed` is the option that is written without a look at it.
    options: [{ kind: 'malformed', bytes: area }],
    payload: payloadOf(pattern),
  };
}

function optionArea(pattern: SegmentPattern): Uint8Array {
  const area = pattern.malformed?.rawOptions ?? encodeOptions((pattern.options?.list ?? []).map(fillOption));
  return padToWord(area);
}

function buildDatagram(pattern: UdpPattern, context: CraftContext): UdpDatagram {
  const payload = payloadOf(pattern);
  return {
    kind: 'udp',
    sourcePort: pattern.sourcePort ?? context.sourcePort,
    targetPort: pattern.targetPort ?? context.targetPort,
    length: UDP_HEADER + payload.length,
    checksum: 0,
    payload,
  };
}

function buildMessage(pattern: IcmpPattern, context: CraftContext): IcmpMessage {
  const { version } = context;
  return {
    kind: 'icmp',
    version,
    type: pattern.type,
    code: pattern.code,
    checksum: 0,
    rest: restOf(pattern, version),
    payload: messageBody(pattern, context),
  };
}

/** What stands behind the first eight bytes of a message. */
function messageBody(pattern: IcmpPattern, context: CraftContext): Uint8Array {
  const length = messageLength(pattern, context.version) - ICMP_HEADER;
  return pattern.quoted?.kind === 'raw' || length === 0 ? new Uint8Array(length) : quotationFor(pattern, context);
}

/**
 * The identifier of an echo has the high 16 bits. The MTU has the low 16 in ICMP (RFC 1191 section 4), and all 32 in
 * ICMPv6 (RFC 4443 section 3.2).
 */
function restOf(pattern: IcmpPattern, version: IpVersion): number {
  const mtu = pattern.mtu ?? 0;
  const id = (pattern.id ?? 0) & 0xffff;
  return version === 4 ? ((id << 16) | (mtu & 0xffff)) >>> 0 : ((id << 16) | mtu) >>> 0;
}

/** The error goes to whoever sent the quoted segment, so that segment's source is the error's target. */
function quotationFor({ quoted }: IcmpPattern, context: CraftContext): Uint8Array {
  return quotePacket({
    kind: quoted?.kind === 'udp' ? 'udp' : 'tcp',
    version: context.version,
    source: context.targetAddress,
    target: context.sourceAddress,
    sourcePort: context.quoted?.sourcePort ?? context.targetPort,
    targetPort: context.quoted?.targetPort ?? context.sourcePort,
    seq: quoted?.kind === 'tcp' ? quoted.seq : (context.quoted?.seq ?? 0),
    length: quoted?.length ?? 0,
  });
}

function payloadOf(pattern: SegmentPattern | UdpPattern): Uint8Array {
  return pattern.payload ?? zeros(pattern.length ?? 0);
}
