/** struct msghdr and struct iovec: what sendmsg, recvmsg, readv and writev take. */

/** struct msghdr, as 64-bit words; lengths of the name and flags fill the lower half of theirs. */
export const MSGHDR = {
  name: 0,
  nameLength: 1,
  vector: 2,
  vectorLength: 3,
  control: 4,
  controlLength: 5,
  flags: 6,
  words: 7,
} as const;

/** An array of struct iovec. @param entries address (zero: NULL) and length of each */
export function encodeVector(entries: readonly (readonly [address: number, length: number])[]): BigUint64Array {
  const vector = new BigUint64Array(Math.max(entries.length, 1) * 2);
  for (const [index, [address, length]] of entries.entries()) {
    vector[index * 2] = BigInt(address);
    vector[index * 2 + 1] = BigInt(length);
  }
  return vector;
}
