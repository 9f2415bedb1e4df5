/** Crafting IP headers: a pattern and two addresses become the bytes in front of a payload. */
import { concatBytes, viewOf } from './bytes';
import { internetChecksum } from './checksum';
import { encodeIpv4, IPV4_CHECKSUM_OFFSET, IPV4_MINIMUM } from './ipv4';
import { encodeIpv6 } from './ipv6';
import type { IpPattern, Malformation } from './pattern';
import type { IpVersion } from './wire';

/** The ends of a packet. */
export interface IpEnds {
  readonly version: IpVersion;
  readonly sourceAddress: string;
  readonly targetAddress: string;
}

const TTL = 255;
/** Flag bit of the IPv4 header. */
const DONT_FRAGMENT = 2;
const ECT0 = 2;

/**
 * The packet: header and payload. Absent fields are TTL 255, IPv4 id 0, DF not set, ECN and DSCP 0, flow label 0.
 *
 * @param protocol of the payload
 * @param malformed what the header says wrong on purpose
 */
export function craftIp(
  payload: Uint8Array,
  protocol: number,
  ip: IpPattern,
  ends: IpEnds,
  malformed: Malformation = {},
): Uint8Array {
  return ends.version === 4
    ? craftIpv4(payload, protocol, ip, ends, malformed)
    : craftIpv6(payload, protocol, ip, ends, malformed);
}

function craftIpv4(
  payload: Uint8Array,
  protocol: number,
  ip: IpPattern,
  ends: IpEnds,
  malformed: Malformation,
): Uint8Array {
  const header = encodeIpv4({
    version: 4,
    ihl: malformed.ipHeaderLength ?? IPV4_MINIMUM / 4,
    tos: trafficClass(ip),
    totalLength: malformed.ipTotalLength ?? IPV4_MINIMUM + payload.length,
    id: ip.id ?? 0,
    flags: ip.dontFragment === true ? DONT_FRAGMENT : 0,
    fragmentOffset: 0,
    ttl: ip.ttl ?? TTL,
    protocol,
    checksum: 0,
    source: ends.sourceAddress,
    target: ends.targetAddress,
    options: new Uint8Array(0),
  });
  const packet = concatBytes([header, payload]);
  viewOf(packet).setUint16(IPV4_CHECKSUM_OFFSET, malformed.ipChecksum ?? headerChecksum(packet, malformed));
  return packet;
}

/** Taken over the header as the receiver sees it: a wrong length makes it look at other bytes. */
function headerChecksum(packet: Uint8Array, malformed: Malformation): number {
  const told = (malformed.ipHeaderLength ?? 0) * 4;
  const seen = told >= IPV4_MINIMUM && told <= packet.length ? told : IPV4_MINIMUM;
  return internetChecksum(packet.subarray(0, seen));
}

/** IPv6 has no header checksum and no header length; `ipTotalLength` is written as its payload length. */
function craftIpv6(
  payload: Uint8Array,
  protocol: number,
  ip: IpPattern,
  ends: IpEnds,
  malformed: Malformation,
): Uint8Array {
  const header = encodeIpv6({
    version: 6,
    trafficClass: trafficClass(ip),
    flowLabel: ip.flowLabel ?? 0,
    payloadLength: malformed.ipTotalLength ?? payload.length,
    nextHeader: protocol,
    hopLimit: ip.ttl ?? TTL,
    source: ends.sourceAddress,
    target: ends.targetAddress,
  });
  return concatBytes([header, payload]);
}

/** The byte with DSCP and ECN. `either-ect` leaves the choice to us: ECT(0), as senders do. */
function trafficClass(ip: IpPattern): number {
  const tos = ip.tos ?? 0;
  if (ip.ecn === undefined) return tos;
  return (tos & 0xfc) | (ip.ecn === 'either-ect' ? ECT0 : ip.ecn);
}
