/** Whole packets: the layers put together and taken apart. The contract stands in `wire.ts`. */
import { unreachable } from '../base/assert';
import { concatBytes } from './bytes';
import { decodeIcmp, encodeIcmp } from './icmp';
import { decodeIpv4, encodeIpv4 } from './ipv4';
import { decodeIpv6, encodeIpv6 } from './ipv6';
import { decodeTcp, encodeTcp } from './tcp';
import { decodeUdp, encodeUdp } from './udp';
import type { IpVersion, Packet, Transport } from './wire';

/** IANA's protocol numbers, which are IPv6's next headers too. */
export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;

/** Decodes any bytes; never throws. The packet owns a copy, so the caller may use its buffer again. */
export function decodePacket(bytes: Uint8Array): Packet {
  const own = Uint8Array.from(bytes);
  const version = (own[0] ?? 0) >> 4;
  if (version === 4) return decodePacket4(own);
  if (version === 6) return decodePacket6(own);
  return { kind: 'opaque', bytes: own };
}

function decodePacket4(bytes: Uint8Array): Packet {
  const split = decodeIpv4(bytes);
  if (split === undefined) return { kind: 'opaque', bytes };
  const { header, payload, trailer } = split;
  // Only the first fragment starts with a transport header.
  const transport: Transport =
    header.fragmentOffset > 0
      ? { kind: 'opaque', protocol: header.protocol, bytes: payload }
      : decodeTransport(4, header.protocol, payload);
  return { kind: 'ipv4', header, payload: transport, trailer };
}

function decodePacket6(bytes: Uint8Array): Packet {
  const split = decodeIpv6(bytes);
  if (split === undefined) return { kind: 'opaque', bytes };
  const { header, payload, trailer } = split;
  return { kind: 'ipv6', header, payload: decodeTransport(6, header.nextHeader, payload), trailer };
}

function decodeTransport(version: IpVersion, protocol: number, bytes: Uint8Array): Transport {
  return decodeKnown(version, protocol, bytes) ?? { kind: 'opaque', protocol, bytes };
}

function decodeKnown(version: IpVersion, protocol: number, bytes: Uint8Array): Transport | undefined {
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

/** The protocol number of ICMP for the version. */
export function icmpProtocol(version: IpVersion): number {
  return version === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6;
}

/** The packet's bytes: stored lengths and checksums are written as they are, nothing is computed. */
export function encodePacket(packet: Packet): Uint8Array {
  switch (packet.kind) {
    case 'opaque':
      return Uint8Array.from(packet.bytes);
    case 'ipv4':
      return concatBytes([encodeIpv4(packet.header), encodeTransport(packet.payload), packet.trailer]);
    case 'ipv6':
      return concatBytes([encodeIpv6(packet.header), encodeTransport(packet.payload), packet.trailer]);
    default:
      return unreachable(packet);
  }
}

/** The bytes behind the IP header. */
export function encodeTransport(transport: Transport): Uint8Array {
  switch (transport.kind) {
    case 'tcp':
      return encodeTcp(transport);
    case 'udp':
      return encodeUdp(transport);
    case 'icmp':
      return encodeIcmp(transport);
    case 'opaque':
      return transport.bytes;
    default:
      return unreachable(transport);
  }
}
