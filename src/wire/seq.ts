/**
 * Sequence numbers: 32-bit counters that wrap (RFC 9293 section 3.4).
 *
 * Deliberately absent: an order. `a < b` means nothing on a circle; a distance does, as long as the two numbers are
 * less than 2^31 apart.
 */

/** `seq` moved by `count` bytes, forwards or backwards, modulo 2^32. */
export function seqAdd(seq: number, count: number): number {
  return (seq + count) >>> 0;
}

/**
 * How many bytes lie from `from` to `to`: negative when `to` comes first. Modulo 2^32, from -2^31 to 2^31 - 1; numbers
 * that are opposite on the circle are -2^31 apart, in both directions.
 */
export function seqDistance(from: number, to: number): number {
  return (to - from) | 0;
}
