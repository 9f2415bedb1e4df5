/** The head of a packet that an ICMP error carries: its IP header and the first eight bytes behind it (RFC 792). */
import { concatBytes, viewOf } from './bytes';
import { ICMP_HEADER, isIcmpError } from './icmp';
import { ipv4Checksum } from './integrity';
import { encodeIpv4, IPV4_MINIMUM } from './ipv4';
import { encodeIpv6, IPV6_LENGTH } from './ipv6';
import { decodePacket, encodeIpPayload, PROTOCOL } from './packet';
import type { IcmpPattern } from './pattern';
import { TCP_MINIMUM } from './tcp';
import { UDP_HEADER } from './udp';
import type { IcmpMessage, Ipv4Packet, Ipv6Packet, IpVersion } from './wire';

/** The packet that an error is about, in its own direction: `source` is who sent it. */
export interface QuotedPacket {
  readonly kind: 'tcp' | 'udp';
  readonly version: IpVersion;
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** Of a TCP segment; 0 for others. */
  readonly seq: number;
  /** Payload bytes, by the quoted length fields. Where the data offset is cut off, no TCP options are assumed. */
  readonly length: number;
}

/** What a Linux kernel sends with: 64 hops. */
const QUOTED_TTL = 64;
const DONT_FRAGMENT = 2;
const QUOTED_TRANSPORT_BYTES = 8;
/** Of the data offset, within a TCP header. */
const DATA_OFFSET_AT = 12;

/** Reads the quoted packet; `undefined` when too little of it is there, or when it is neither TCP nor UDP. */
export function quotedPacket(message: IcmpMessage): QuotedPacket | undefined {
  const packet = decodePacket(message.payload);
  if (packet.kind === 'opaque') return undefined;
  const isFragment = packet.kind === 'ipv4' && packet.header.fragmentOffset > 0;
  const transport = encodeIpPayload(packet.payload);
  const protocol = packet.kind === 'ipv4' ? packet.header.protocol : packet.header.nextHeader;
  const isTcp = protocol === PROTOCOL.TCP;
  if (isFragment || (!isTcp && protocol !== PROTOCOL.UDP)) return undefined;
  if (transport.length < QUOTED_TRANSPORT_BYTES) return undefined;
  const view = viewOf(transport);
  return {
    kind: isTcp ? 'tcp' : 'udp',
    version: packet.kind === 'ipv4' ? 4 : 6,
    source: packet.header.source,
    target: packet.header.target,
    sourcePort: view.getUint16(0),
    targetPort: view.getUint16(2),
    seq: isTcp ? view.getUint32(4) : 0,
    length: Math.max(0, transportLength(packet) - (isTcp ? tcpHeaderLength(view) : UDP_HEADER)),
  };
}

/** Bytes behind the IP header, by what the header says. */
function transportLength(packet: Ipv4Packet | Ipv6Packet): number {
  if (packet.kind === 'ipv6') return packet.header.payloadLength;
  return packet.header.totalLength - IPV4_MINIMUM - packet.header.options.length;
}

function tcpHeaderLength(view: DataView): number {
  return view.byteLength > DATA_OFFSET_AT ? (view.getUint8(DATA_OFFSET_AT) >> 4) * 4 : TCP_MINIMUM;
}

/** The quotation of a packet without TCP options. */
export function quotePacket(quoted: QuotedPacket): Uint8Array {
  const isTcp = quoted.kind === 'tcp';
  const head = new Uint8Array(QUOTED_TRANSPORT_BYTES);
  const view = viewOf(head);
  const length = (isTcp ? TCP_MINIMUM : UDP_HEADER) + quoted.length;
  view.setUint16(0, quoted.sourcePort);
  view.setUint16(2, quoted.targetPort);
  if (isTcp) view.setUint32(4, quoted.seq);
  else view.setUint16(4, length);
  const header = quoted.version === 4 ? quotedHeader4(quoted, length) : quotedHeader6(quoted, length);
  return concatBytes([header, head]);
}

/** How long the message is that the pattern sends, its first eight bytes included. */
export function messageLength({ type, quoted }: IcmpPattern, version: IpVersion): number {
  if (quoted?.kind === 'raw') return Math.max(ICMP_HEADER, quoted.length);
  if (quoted === undefined && !isIcmpError(version, type)) return ICMP_HEADER;
  return ICMP_HEADER + (version === 4 ? IPV4_MINIMUM : IPV6_LENGTH) + QUOTED_TRANSPORT_BYTES;
}

type Headline = Pick<QuotedPacket, 'kind' | 'source' | 'target'>;

function quotedHeader4({ kind, source, target }: Headline, length: number): Uint8Array {
  const header = {
    version: 4,
    ihl: IPV4_MINIMUM / 4,
    tos: 0,
    totalLength: IPV4_MINIMUM + length,
    id: 0,
    flags: DONT_FRAGMENT,
    fragmentOffset: 0,
    ttl: QUOTED_TTL,
    protocol: protocolOf(kind),
    checksum: 0,
    source,
    target,
    options: new Uint8Array(0),
  };
  return encodeIpv4({ ...header, checksum: ipv4Checksum(header) });
}

function quotedHeader6({ kind, source, target }: Headline, length: number): Uint8Array {
  return encodeIpv6({
    version: 6,
    trafficClass: 0,
    flowLabel: 0,
    payloadLength: length,
    nextHeader: protocolOf(kind),
    hopLimit: QUOTED_TTL,
    source,
    target,
  });
}

function protocolOf(kind: QuotedPacket['kind']): number {
  return kind === 'tcp' ? PROTOCOL.TCP : PROTOCOL.UDP;
}
