/** Makes an input shorter, as long as it shows the same failure. */

/** Tries to leave out pieces, the large ones first. @param isSame whether the shorter input still fails the same way */
export function shrink(
  input: Uint8Array,
  isSame: (shorter: Uint8Array) => boolean,
  mayGoOn: () => boolean,
): Uint8Array {
  let current = Uint8Array.from(input);
  for (let size = Math.ceil(current.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < current.length && mayGoOn(); ) {
      const shorter = Uint8Array.from(Buffer.concat([current.subarray(0, at), current.subarray(at + size)]));
      if (isSame(shorter)) current = shorter;
      else at += size;
    }
  }
  return current;
}
