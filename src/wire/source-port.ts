/** A TCP segment that differs from another one by its source port alone, without being made anew. */
import { viewOf } from './bytes';

const IPV6_HEADER_BYTES = 40;
const CHECKSUM_AT = 16;

/**
 * The packet from another port, with its checksum (RFC 1624 section 3).
 * @param packet IPv4 or IPv6 with TCP right behind its header
 */
export function withSourcePort(packet: Uint8Array, port: number): Uint8Array {
  const bytes = packet.slice();
  const view = viewOf(bytes);
  const first = view.getUint8(0);
  const tcpAt = first >> 4 === 4 ? (first & 0xf) * 4 : IPV6_HEADER_BYTES;
  const old = view.getUint16(tcpAt);
  const sum = (~view.getUint16(tcpAt + CHECKSUM_AT) & 0xffff) + (~old & 0xffff) + port;
  const folded = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(tcpAt, port);
  view.setUint16(tcpAt + CHECKSUM_AT, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  return bytes;
}
