/**
 * What a guest is given to do, and what it says, as bytes. Both ends run the same Node, whose own serialization is the
 * fastest; and brotli, unlike Node's deflate, gives the same bytes on every processor, which matters because unpacking
 * them takes virtual time.
 */
import { deserialize, serialize } from 'node:v8';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Timeline } from '../timeline/timeline';
import type { HostTrouble, Trace } from '../trace/trace';

export interface Job {
  readonly timeline: Timeline;
  /** The working directory of the user, which paths of specs may start from. */
  readonly workingFolder: string;
  readonly files: readonly SideFile[];
}

/** A file of the host that the commands of a spec may call or read, with its absolute path. */
export interface SideFile {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

export type FromGuest =
  /** The runner is warm. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'unfit'; readonly trouble: HostTrouble }
  | { readonly kind: 'finished'; readonly trace: Trace }
  | { readonly kind: 'crashed'; readonly stack: string };

const LENGTH_BYTES = 4;
/** Higher ones take longer than they save. */
const QUALITY = 5;

/** Length, then the packed job. */
export function encodeJob(job: Job): Uint8Array {
  const packed = brotliCompressSync(serialize(job), { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  return framed(packed);
}

/** @param read gives the next so many bytes */
export function decodeJob(read: (length: number) => Uint8Array): Job {
  const length = lengthAt(read(LENGTH_BYTES), 0);
  return deserialize(brotliDecompressSync(read(length))) as Job;
}

export function encodeMessage(message: FromGuest): Uint8Array {
  return framed(serialize(message));
}

/** The whole messages in what has come so far. */
export function decodeMessages(bytes: Uint8Array): readonly FromGuest[] {
  const messages: FromGuest[] = [];
  for (let at = 0; at + LENGTH_BYTES <= bytes.length; ) {
    const end = at + LENGTH_BYTES + lengthAt(bytes, at);
    if (end > bytes.length) break;
    messages.push(deserialize(bytes.subarray(at + LENGTH_BYTES, end)) as FromGuest);
    at = end;
  }
  return messages;
}

function framed(content: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + content.length);
  bytes.writeUInt32LE(content.length);
  bytes.set(content, LENGTH_BYTES);
  return bytes;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
