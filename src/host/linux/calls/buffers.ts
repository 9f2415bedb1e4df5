/** Memory that calls read into and send from. */
import { concatBytes } from '../../../wire/bytes';
import type { InputBuffer, OutputBuffer } from '../../host';
import { addressOf } from '../libc';
import { encodeVector } from '../message-header';

export interface Buffers {
  /** An array of struct iovec. */
  readonly vector: BigUint64Array;
  readonly memory: readonly Uint8Array[];
  /** Of all together, NULL ones as they claim. */
  readonly bytes: number;
}

/** What a call sends; zero: NULL. It is not copied, which would take milliseconds of the timed part when it is long. */
export function outputMemory(buffer: OutputBuffer): Uint8Array | 0 {
  return buffer.kind === 'null' ? 0 : buffer.bytes;
}

/** How much of it the call is told to send. */
export function outputSize(buffer: OutputBuffer): number {
  return buffer.kind === 'null' ? buffer.size : buffer.bytes.length;
}

/** Fresh memory to read into; zero: NULL. */
export function inputMemory({ isNull, size }: InputBuffer): Uint8Array | 0 {
  return isNull ? 0 : new Uint8Array(size);
}

export function outputBuffers(buffers: readonly OutputBuffer[]): Buffers {
  return together(buffers.map((buffer) => [outputMemory(buffer), outputSize(buffer)]));
}

export function inputBuffers(buffers: readonly InputBuffer[]): Buffers {
  return together(buffers.map((buffer) => [inputMemory(buffer), buffer.size]));
}

/**
 * What was read, over all buffers in order.
 * @param returned may be more than there is room for, with MSG_TRUNC
 */
export function bytesRead(memory: readonly (Uint8Array | 0)[], returned: number): Uint8Array {
  const real = memory.filter((one) => one !== 0);
  const [only = new Uint8Array(0), ...others] = real;
  return others.length === 0 ? only.slice(0, returned) : concatBytes(real).slice(0, returned);
}

function together(entries: readonly (readonly [memory: Uint8Array | 0, size: number])[]): Buffers {
  return {
    vector: encodeVector(entries.map(([memory, size]) => [memory === 0 ? 0 : addressOf(memory), size])),
    memory: entries.flatMap(([memory]) => (memory === 0 ? [] : [memory])),
    bytes: entries.reduce((sum, [, size]) => sum + size, 0),
  };
}
