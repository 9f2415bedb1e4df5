/**
 * What a guest is given to do, and what it says, as bytes. Both ends run the same Node, whose own serialization is the
 * fastest. Large jobs are packed: reading a byte costs a guest more than unpacking it, once the program that unpacks has
 * been translated. Brotli, unlike Node's deflate, gives the same bytes on every processor, which matters because
 * unpacking them takes virtual time.
 */
import { deserialize, serialize } from 'node:v8';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { forKernel } from '../timeline/for-kernel';
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

/** A trace without its timeline: whoever gave the job has that, and a guest would need a tenth of a handshake to say it. */
export type AnsweredTrace = Omit<Trace, 'timeline'>;

export type FromGuest =
  /** The runner is warm. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'unfit'; readonly trouble: HostTrouble }
  | { readonly kind: 'finished'; readonly trace: AnsweredTrace }
  | { readonly kind: 'crashed'; readonly stack: string };

const LENGTH_BYTES = 4;
/** The first byte of a job. */
const PLAIN = 0;
const PACKED = 1;
/** Nearly all jobs are smaller; the translation costs as much as reading so many bytes. */
export const PACKED_FROM_BYTES = 24 * 1024;
/** What V8 can write in a byte a character. */
const LATIN1 = /^[\0-\xff]*$/;
/** Higher ones take longer than they save. */
const QUALITY = 5;

/** Length, then the form, then the job. */
export function encodeJob(job: Job): Uint8Array {
  const bytes = serialize(canonical(job));
  if (bytes.length < PACKED_FROM_BYTES) return framed(Uint8Array.of(PLAIN), bytes);
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  return framed(Uint8Array.of(PACKED), packed);
}

/**
 * The same value in the form that it has of itself. V8 writes a whole number as a fraction where objects of the same shape have had
 * fractions in that place, and text in two bytes a character where it was cut out of such text: both depend on what else
 * this process has planned. Other bytes take a guest another time to read, and the nanoseconds of a trace with them.
 * Objects that occur more than once still do so in the copy.
 */
function canonical(value: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof value === 'number') return Object.is(value | 0, value) ? value | 0 : value;
  if (typeof value === 'string') return LATIN1.test(value) ? Buffer.from(value, 'latin1').toString('latin1') : value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  // Without a prototype it has no shape in common with others.
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value)
    ? []
    : (Object.create(null) as Record<string, unknown>);
  copies.set(value, copy);
  if (Array.isArray(copy)) for (const one of value as readonly unknown[]) copy.push(canonical(one, copies));
  else for (const [key, one] of Object.entries(value)) copy[key] = canonical(one, copies);
  return copy;
}

/** @param read gives the next so many bytes */
export function decodeJob(read: (length: number) => Uint8Array): Job {
  const length = lengthAt(read(LENGTH_BYTES), 0);
  return unpackJob(read(length));
}

/** @param frame a whole one, without its length */
export function unpackJob(frame: Uint8Array): Job {
  const content = frame.subarray(1);
  return deserialize(frame[0] === PACKED ? brotliDecompressSync(content) : content) as Job;
}

export function encodeMessage(message: FromGuest): Uint8Array {
  return framed(serialize(message.kind === 'finished' ? { ...message, trace: answered(message.trace) } : message));
}

function answered({ environment, observations, end }: AnsweredTrace): AnsweredTrace {
  return { environment, observations, end };
}

/** The whole trace. @param timeline that of the job */
export function wholeTrace(answer: AnsweredTrace, timeline: Timeline): Trace {
  return { timeline: forKernel(timeline, answer.environment.kernel), ...answer };
}

/** The whole messages in what has come so far. */
export function decodeMessages(bytes: Uint8Array): readonly FromGuest[] {
  const messages: FromGuest[] = [];
  for (let at = 0; at + LENGTH_BYTES <= bytes.length; ) {
    const end = at + LENGTH_BYTES + lengthAt(bytes, at);
    if (end > bytes.length) break;
    messages.push(unpackMessage(bytes.subarray(at + LENGTH_BYTES, end)));
    at = end;
  }
  return messages;
}

/** @param content a whole frame, without its length */
export function unpackMessage(content: Uint8Array): FromGuest {
  return deserialize(content) as FromGuest;
}

/** Takes a stream of frames apart that comes in pieces. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** The frames that are whole with this piece, without their lengths. */
  take(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const frames: Uint8Array[] = [];
    for (let wanted = this.#wanted(); wanted !== undefined && this.#bytes >= wanted; wanted = this.#wanted()) {
      const whole = this.#joined();
      frames.push(whole.subarray(LENGTH_BYTES, wanted));
      this.#pieces = [whole.subarray(wanted)];
      this.#bytes -= wanted;
    }
    return frames;
  }

  /** The bytes of the first frame with its length, once that is known. */
  #wanted(): number | undefined {
    return this.#bytes < LENGTH_BYTES ? undefined : LENGTH_BYTES + lengthAt(this.#first(), 0);
  }

  /** At least the bytes of a length: a long frame is not put together until it is there. */
  #first(): Uint8Array {
    const [first] = this.#pieces;
    return first !== undefined && first.length >= LENGTH_BYTES ? first : this.#joined();
  }

  #joined(): Uint8Array {
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }
}

function framed(...pieces: readonly Uint8Array[]): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(pieces.reduce((sum, piece) => sum + piece.length, 0));
  return Buffer.concat([length, ...pieces]);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
