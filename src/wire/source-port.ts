/** A TCP segment whose source port changes, without being made anew. */
import { assert } from '../base/assert';

const IPV6_HEADER_BYTES = 40;
const CHECKSUM_AT = 16;
const BYTES_PER_HALF = 2;

export class PortedSegment {
  /** IPv4 or IPv6 with TCP right behind its header. */
  readonly bytes: Uint8Array;
  /** The same memory, as halves of words in the order of this machine, which sums of the Internet do not mind (RFC 1071). */
  readonly #halves: Uint16Array;
  readonly #portAt: number;
  readonly #checksumAt: number;

  /** @param bytes at an even place in their memory */
  constructor(bytes: Uint8Array) {
    assert(bytes.byteOffset % BYTES_PER_HALF === 0, 'a segment lies at an odd place');
    this.bytes = bytes;
    this.#halves = new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / BYTES_PER_HALF));
    this.#portAt = tcpOffset(bytes) / BYTES_PER_HALF;
    this.#checksumAt = this.#portAt + CHECKSUM_AT / BYTES_PER_HALF;
  }

  /** Changes the port where it stands, and the checksum with it (RFC 1624 section 3). */
  setSourcePort(port: number): void {
    const halves = this.#halves;
    const half = swap(port);
    const before = (~(halves[this.#checksumAt] ?? 0) & 0xffff) + (~(halves[this.#portAt] ?? 0) & 0xffff);
    const folded = ((before + half) & 0xffff) + ((before + half) >>> 16);
    halves[this.#portAt] = half;
    halves[this.#checksumAt] = ~((folded & 0xffff) + (folded >>> 16));
  }
}

/** Both architectures that there are system calls for are little endian. */
function swap(half: number): number {
  return (half >> 8) | ((half & 0xff) << 8);
}

function tcpOffset(packet: Uint8Array): number {
  const first = packet[0] ?? 0;
  return first >> 4 === 4 ? (first & 0xf) * 4 : IPV6_HEADER_BYTES;
}
