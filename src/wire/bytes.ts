/** Small helpers for network byte order. `DataView` reads and writes big endian unless told otherwise. */

/** A view for reading or writing the bytes in place. The caller checks lengths; beyond them a view throws. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One byte string out of several. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The bytes, with zeros behind them up to a multiple of four: the unit of the length fields in IP and TCP headers. */
export function padToWord(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 === 0 ? bytes : concatBytes([bytes, new Uint8Array(4 - (bytes.length % 4))]);
}

const ZEROS = new Uint8Array(65_535);

/** So many zeros, for reading only: payloads that nobody has given are of them, and need not be looked through. */
export function zeros(length: number): Uint8Array {
  return length <= ZEROS.length ? ZEROS.subarray(0, length) : new Uint8Array(length);
}

/** Whether the bytes came from `zeros`. */
export function areKnownZeros(bytes: Uint8Array): boolean {
  return bytes.buffer === ZEROS.buffer;
}

const WORD_BYTES = 4;

/** Where the first byte is that is not zero; -1 without one. Word by word: payloads are long, and guests interpret this. */
export function firstNonZero(bytes: Uint8Array): number {
  const words = wordsOf(bytes);
  let at = 0;
  while (at < words.length && words[at] === 0) at++;
  for (at *= WORD_BYTES; at < bytes.length; at++) if (bytes[at] !== 0) return at;
  return -1;
}

const END_BYTES = 256;

/**
 * Whether two packets are of the same length, and have the same bytes in front and at the end. That tells a packet that has just
 * been sent from others: its headers are in front, and in them a checksum of the rest. To look at all of 60 KB takes a
 * guest longer than most specs tolerate.
 */
export function hasSameEnds(left: Uint8Array, right: Uint8Array): boolean {
  return (
    left.length === right.length &&
    sameBytes(left.subarray(0, END_BYTES), right.subarray(0, END_BYTES)) &&
    sameBytes(left.subarray(-END_BYTES), right.subarray(-END_BYTES))
  );
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  const [leftWords, rightWords] = [wordsOf(left), wordsOf(right)];
  let at = 0;
  while (at < leftWords.length && leftWords[at] === rightWords[at]) at++;
  for (at *= WORD_BYTES; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Without the last ones that make no whole word; a copy, since words must be aligned. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / WORD_BYTES));
}
