/** Bytes that are read piece by piece: of a file, which may be large, or of a buffer. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface Bytes {
  readonly size: number;
  /** What there is from the offset on, up to the length. */
  read(offset: number, length: number): Buffer;
}

export function bytesOf(buffer: Buffer): Bytes {
  return { size: buffer.length, read: (offset, length) => buffer.subarray(offset, offset + length) };
}

/** Opens a file for as long as the action runs. */
export function withFile<T>(path: string, action: (bytes: Bytes) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return action({
      size,
      read: (offset, length) => {
        // A length is a number out of a file, which may say anything.
        const piece = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
        return piece.subarray(0, piece.length === 0 ? 0 : readSync(descriptor, piece, 0, piece.length, offset));
      },
    });
  } finally {
    closeSync(descriptor);
  }
}

const STRIDE = 4 << 20;

/** Where the needle stands from the offset on; `undefined` when it does not. */
export function find(bytes: Bytes, needle: string, from = 0): number | undefined {
  for (let offset = from; offset < bytes.size; offset += STRIDE) {
    // What begins in one stride may end in the next.
    const at = bytes.read(offset, STRIDE + needle.length - 1).indexOf(needle, 0, 'latin1');
    if (at >= 0) return offset + at;
  }
  return undefined;
}

/** The text from the offset on, up to a zero byte; not longer than a line of a log. */
export function textAt(bytes: Bytes, offset: number): string {
  const [text = ''] = bytes.read(offset, 1024).toString('latin1').split('\0');
  return text;
}
