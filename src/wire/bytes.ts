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
