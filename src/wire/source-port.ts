/** A TCP segment that differs from another one by its source port alone, without being made anew. */
const IPV6_HEADER_BYTES = 40;
const CHECKSUM_AT = 16;

/**
 * Changes the port where it stands, and the checksum with it (RFC 1624 section 3).
 * @param packet IPv4 or IPv6 with TCP right behind its header
 */
export function setSourcePort(packet: Uint8Array, port: number): void {
  const tcpAt = tcpOffset(packet);
  const sum = (~wordAt(packet, tcpAt + CHECKSUM_AT) & 0xffff) + (~wordAt(packet, tcpAt) & 0xffff) + port;
  const folded = (sum & 0xffff) + (sum >>> 16);
  setWord(packet, tcpAt, port);
  setWord(packet, tcpAt + CHECKSUM_AT, ~((folded & 0xffff) + (folded >>> 16)));
}

function tcpOffset(packet: Uint8Array): number {
  const first = packet[0] ?? 0;
  return first >> 4 === 4 ? (first & 0xf) * 4 : IPV6_HEADER_BYTES;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function setWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >> 8;
  bytes[at + 1] = word;
}
