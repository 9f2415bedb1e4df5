/** Unsigned numbers in the byte order of the machine, which is little-endian wherever packetspec runs. */

/** The number at the offset; `undefined` when it does not lie within the bytes. */
export function unsignedAt(bytes: Uint8Array, offset: number, size: 1 | 2 | 4 | 8): bigint | undefined {
  if (offset + size > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 8) return view.getBigUint64(offset, true);
  return BigInt(
    size === 4 ? view.getUint32(offset, true) : size === 2 ? view.getUint16(offset, true) : (bytes[offset] ?? 0),
  );
}
