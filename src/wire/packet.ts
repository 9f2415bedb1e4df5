/** Whole packets: the layers put together and taken apart. The contract stands in `wire.ts`. */
import { unreachable } from '../base/assert';
import { concatBytes } from './bytes';
import { decodeGre, encodeGre } from './gre';
import { decodeIcmp, encodeIcmp } from './icmp';
import { decodeIpv4, encodeIpv4 } from './ipv4';
import { decodeIpv6, encodeIpv6 } from './ipv6';
import { decodeMpls, encodeMpls } from './mpls';
import { decodeTcp, encodeTcp } from './tcp';
import { decodeUdp, encodeUdp } from './udp';
import type {
  GrePacket,
  IpPayload,
  IpVersion,
  Ipv4Packet,
  Ipv6Packet,
  Layer,
  MplsPacket,
  OpaquePacket,
  Packet,
  Transport,
} from './wire';

/** IANA's protocol numbers, which are IPv6's next headers too. */
export const PROTOCOL = { ICMP: 1, IPV4: 4, TCP: 6, UDP: 17, IPV6: 41, GRE: 47, ICMPV6: 58, MPLS: 137 } as const;

/** EtherTypes, by which GRE names what it carries (RFC 2784 section 2.4, RFC 4023 section 4). */
export const ETHER_TYPE = { IPV4: 0x0800, IPV6: 0x86dd, MPLS: 0x8847 } as const;

/** How many headers in a row are taken apart; what stands behind them is opaque. Nested bytes cost no deep stack. */
const MOST_LAYERS = 16;

/** Decodes any bytes; never throws. The packet owns a copy, so the caller may use its buffer again. */
export function decodePacket(bytes: Uint8Array): Packet {
  return decodeLayers(Uint8Array.from(bytes), MOST_LAYERS);
}

/** @param room how many layers may be taken apart yet */
function decodeLayers(bytes: Uint8Array, room: number): Packet {
  const version = (bytes[0] ?? 0) >> 4;
  const packet = version === 4 ? decodePacket4(bytes, room) : version === 6 ? decodePacket6(bytes, room) : undefined;
  return packet ?? { kind: 'opaque', bytes };
}

function decodePacket4(bytes: Uint8Array, room: number): Ipv4Packet | undefined {
  const split = decodeIpv4(bytes);
  if (split === undefined) return undefined;
  const { header, payload, trailer } = split;
  // Only the first fragment starts with a transport header.
  const inner: IpPayload =
    header.fragmentOffset > 0
      ? { kind: 'opaque', protocol: header.protocol, bytes: payload }
      : decodeIpPayload(4, header.protocol, payload, room);
  return { kind: 'ipv4', header, payload: inner, trailer };
}

function decodePacket6(bytes: Uint8Array, room: number): Ipv6Packet | undefined {
  const split = decodeIpv6(bytes);
  if (split === undefined) return undefined;
  const { header, payload, trailer } = split;
  return { kind: 'ipv6', header, payload: decodeIpPayload(6, header.nextHeader, payload, room), trailer };
}

function decodeIpPayload(version: IpVersion, protocol: number, bytes: Uint8Array, room: number): IpPayload {
  return (
    decodeTransport(version, protocol, bytes) ??
    (room > 1 ? decodeLayer(protocol, bytes, room - 1) : undefined) ?? { kind: 'opaque', protocol, bytes }
  );
}

function decodeTransport(version: IpVersion, protocol: number, bytes: Uint8Array): Transport | undefined {
  switch (protocol) {
    case PROTOCOL.TCP:
      return decodeTcp(bytes);
    case PROTOCOL.UDP:
      return decodeUdp(bytes);
    case icmpProtocol(version):
      return decodeIcmp(bytes, version);
    default:
      return undefined;
  }
}

function decodeLayer(protocol: number, bytes: Uint8Array, room: number): Layer | undefined {
  switch (protocol) {
    case PROTOCOL.IPV4:
    case PROTOCOL.IPV6: {
      const packet = decodeLayers(bytes, room);
      return packet.kind === (protocol === PROTOCOL.IPV4 ? 'ipv4' : 'ipv6') ? packet : undefined;
    }
    case PROTOCOL.GRE:
      return decodeGrePacket(bytes, room);
    case PROTOCOL.MPLS:
      return decodeMplsPacket(bytes, room);
    default:
      return undefined;
  }
}

function decodeGrePacket(bytes: Uint8Array, room: number): GrePacket | undefined {
  const split = decodeGre(bytes);
  if (split === undefined) return undefined;
  const { header, payload } = split;
  const opaque: OpaquePacket = { kind: 'opaque', bytes: payload };
  return {
    kind: 'gre',
    header,
    payload: (room > 1 ? decodeByType(header.protocol, payload, room - 1) : opaque) ?? opaque,
  };
}

/** What GRE carries, when it is what its EtherType says. */
function decodeByType(type: number, bytes: Uint8Array, room: number): Ipv4Packet | Ipv6Packet | MplsPacket | undefined {
  if (type === ETHER_TYPE.MPLS) return decodeMplsPacket(bytes, room);
  const packet = decodeLayers(bytes, room);
  const isAsTold = packet.kind === 'ipv4' ? type === ETHER_TYPE.IPV4 : type === ETHER_TYPE.IPV6;
  return packet.kind !== 'opaque' && isAsTold ? packet : undefined;
}

/** Labels do not say what is under them: the IP version does. */
function decodeMplsPacket(bytes: Uint8Array, room: number): MplsPacket | undefined {
  const split = decodeMpls(bytes);
  if (split === undefined) return undefined;
  const { labels, payload } = split;
  return {
    kind: 'mpls',
    labels,
    payload: room > 1 ? decodeLayers(payload, room - 1) : { kind: 'opaque', bytes: payload },
  };
}

/** The protocol number of ICMP for the version. */
export function icmpProtocol(version: IpVersion): number {
  return version === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6;
}

/** The packet's bytes: stored lengths and checksums are written as they are, nothing is computed. */
export function encodePacket(packet: Packet): Uint8Array {
  return packet.kind === 'opaque' ? Uint8Array.from(packet.bytes) : encodeLayer(packet);
}

function encodeLayer(layer: Layer): Uint8Array {
  switch (layer.kind) {
    case 'ipv4':
      return concatBytes([encodeIpv4(layer.header), encodeIpPayload(layer.payload), layer.trailer]);
    case 'ipv6':
      return concatBytes([encodeIpv6(layer.header), encodeIpPayload(layer.payload), layer.trailer]);
    case 'gre':
      return concatBytes([
        encodeGre(layer.header),
        layer.payload.kind === 'opaque' ? layer.payload.bytes : encodeLayer(layer.payload),
      ]);
    case 'mpls':
      return concatBytes([encodeMpls(layer.labels), encodePacket(layer.payload)]);
    default:
      return unreachable(layer);
  }
}

/** The bytes behind the IP header. */
export function encodeIpPayload(payload: IpPayload): Uint8Array {
  switch (payload.kind) {
    case 'tcp':
      return encodeTcp(payload);
    case 'udp':
      return encodeUdp(payload);
    case 'icmp':
      return encodeIcmp(payload);
    case 'opaque':
      return payload.bytes;
    case 'ipv4':
    case 'ipv6':
    case 'gre':
    case 'mpls':
      return encodeLayer(payload);
    default:
      return unreachable(payload);
  }
}
