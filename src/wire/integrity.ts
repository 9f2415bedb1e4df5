/** Do a packet's checksums hold, and what would they have to be? */
import { concatBytes, zeros } from './bytes';
import { encodePseudoHeader, internetChecksum, onesComplementSum, type PseudoHeader } from './checksum';
import { encodeIpv4 } from './ipv4';
import { innermost, type InnermostPacket } from './layers';
import { encodeIpPayload, PROTOCOL } from './packet';
import type { Ipv4Header, Ipv4Packet, Packet, Transport } from './wire';

/** IPv4's flag of all fragments but the last. */
const MORE_FRAGMENTS = 1;

/** The checksum that the header must carry, whatever it carries now. */
export function ipv4Checksum(header: Ipv4Header): number {
  return internetChecksum(encodeIpv4({ ...header, checksum: 0 }));
}

/** Whether the IPv4 header's checksum is right. */
export function ipv4ChecksumHolds(packet: Ipv4Packet): boolean {
  return onesComplementSum(encodeIpv4(packet.header)) === 0xffff;
}

/** The checksum that the transport must carry, whatever it carries now; `undefined` when it has none. */
export function transportChecksum(pseudo: PseudoHeader, transport: Transport): number | undefined {
  if (transport.kind === 'opaque') return undefined;
  const { payload } = transport;
  const header = encodeIpPayload({ ...transport, checksum: 0, payload: zeros(0) });
  // Only the last part of a sum may have an odd length.
  const parts = header.length % 2 === 0 ? [header, payload] : [concatBytes([header, payload])];
  const checksum = internetChecksum(...covered(pseudo, ...parts));
  // RFC 768: a UDP checksum of 0 means that there is none, so a sum of 0 is sent in its other spelling.
  return checksum === 0 && transport.kind === 'udp' ? 0xffff : checksum;
}

/**
 * Whether the checksum of the innermost transport is right; `undefined` when that cannot be told: it is opaque, or a
 * fragment. A UDP datagram over IPv4 may go without one.
 */
export function transportChecksumHolds(whole: Packet): boolean | undefined {
  const packet = innermost(whole);
  if (packet === undefined || packet.payload.kind === 'opaque') return undefined;
  if (packet.kind === 'ipv4' && (packet.header.flags & MORE_FRAGMENTS) !== 0) return undefined;
  const { payload } = packet;
  if (payload.kind === 'udp' && payload.checksum === 0) return packet.kind === 'ipv4';
  return onesComplementSum(...covered(pseudoHeaderOf(packet), encodeIpPayload(payload))) === 0xffff;
}

/** What the checksum is taken over. ICMP for IPv4 is the one without a pseudo header (RFC 792). */
function covered(pseudo: PseudoHeader, ...parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pseudo.protocol === PROTOCOL.ICMP) return parts;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [encodePseudoHeader(pseudo, length), ...parts];
}

function pseudoHeaderOf(packet: InnermostPacket): PseudoHeader {
  const { source, target } = packet.header;
  return packet.kind === 'ipv4'
    ? { version: 4, source, target, protocol: packet.header.protocol }
    : { version: 6, source, target, protocol: packet.header.nextHeader };
}
