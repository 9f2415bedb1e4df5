/** TCP segments side by side in memory that differ in their source ports, which change without making them anew. */

const IPV6_HEADER_BYTES = 40;
const BYTES_PER_HALF = 2;
/** The checksum stands so many halves behind the port, which is the first field of a TCP header. */
const CHECKSUM_BEHIND_PORT = 16 / BYTES_PER_HALF;
const ALIGNED_BYTES = 8;

export class PortedSegments {
  readonly segments: readonly Uint8Array[];
  /** All of them, as halves of words in the order of this machine, which sums of the Internet do not mind (RFC 1071). */
  readonly #halves: Uint16Array;
  readonly #apart: number;
  readonly #portAt: number;
  /** The sum over a segment without its port and its checksum (RFC 1624 section 3). */
  readonly #sumOfRest: number;

  /**
   * @param segment IPv4 or IPv6 with TCP right behind its header
   * @param count how many of it
   */
  constructor(segment: Uint8Array, count: number) {
    const apart = Math.ceil(segment.length / ALIGNED_BYTES) * ALIGNED_BYTES;
    const block = new Uint8Array(count * apart);
    this.segments = Array.from({ length: count }, (_, place) => {
      const bytes = block.subarray(place * apart, place * apart + segment.length);
      bytes.set(segment);
      return bytes;
    });
    this.#halves = new Uint16Array(block.buffer);
    this.#apart = apart / BYTES_PER_HALF;
    this.#portAt = tcpOffset(segment) / BYTES_PER_HALF;
    this.#sumOfRest = folded(
      ~(this.#halves[this.#portAt + CHECKSUM_BEHIND_PORT] ?? 0) & 0xffff,
      ~(this.#halves[this.#portAt] ?? 0) & 0xffff,
    );
  }

  /** The first segment comes from this port, and each behind it from the next. */
  setSourcePorts(first: number): void {
    // Many times a run, in a guest whose JavaScript is hardly optimized: no calls, and nothing twice.
    const halves = this.#halves;
    const rest = this.#sumOfRest;
    const [apart, end] = [this.#apart, halves.length];
    let at = this.#portAt;
    for (let port = first; at < end; port++) {
      // Both architectures that there are system calls for are little endian.
      const half = ((port & 0xff) << 8) | (port >> 8);
      const sum = rest + half;
      halves[at] = half;
      halves[at + CHECKSUM_BEHIND_PORT] = ~((sum & 0xffff) + (sum >>> 16));
      at += apart;
    }
  }
}

/** The sum of two halves, in ones' complement. */
function folded(left: number, right: number): number {
  const sum = left + right;
  return (sum & 0xffff) + (sum >>> 16);
}

function tcpOffset(packet: Uint8Array): number {
  const first = packet[0] ?? 0;
  return first >> 4 === 4 ? (first & 0xf) * 4 : IPV6_HEADER_BYTES;
}
