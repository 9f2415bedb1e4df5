/**
 * Many packets by one system call. Calling the kernel for each costs JavaScript as much again as the kernel's own work, and
 * several times that in a guest, whose JavaScript is not optimized.
 */
import { FLOOD_AHEAD } from '../host';
import { SYSTEM_CALLS } from './constants';
import { addressOf, libc } from './libc';

/** Packets by one call, at most. */
const BATCH_PACKETS = FLOOD_AHEAD;

/** What came of handing packets over. */
export interface BatchOutcome {
  /** How many were taken, in their order. */
  readonly taken: number;
  /** Why the next one was not, when that is known: minus the errno, or zero. */
  readonly error: number;
}

/** A way for many packets. The kernel is told addresses: whoever has one keeps the packets until `write` returns. */
export interface PacketBatch {
  readonly write: (packets: readonly Uint8Array[]) => BatchOutcome;
  readonly close: () => void;
}

const BYTES_PER_WORD = 8;

/** Where packets lie. Asking for an address is a call too, so those in the same memory are worked out. */
class Addresses {
  #buffer: ArrayBufferLike | undefined;
  #base = 0;

  /** Writes address and length, as two words of 64 bits in halves: a bigint for each would have to be allocated. */
  put({ buffer, byteOffset, length }: Uint8Array, halves: Uint32Array, at: number): void {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#base = addressOf(new Uint8Array(buffer));
    }
    const address = this.#base + byteOffset;
    halves[at] = address;
    halves[at + 1] = Math.floor(address / 2 ** 32);
    halves[at + 2] = length;
  }
}

/** struct iocb of linux/aio_abi.h, in words: data, key, operation and descriptor, buffer, length ... */
const IOCB_WORDS = 8;
const IOCB_OPERATION = 2;
const IOCB_BUFFER = 3;
const IOCB_CMD_PWRITE = 1n;
const DESCRIPTOR_SHIFT = 32n;
/** struct io_event, in words: data, obj, res, res2. */
const EVENT_WORDS = 4;
const EVENT_RESULT = 2;

/** Writes to a device by io_submit(2), which takes a list of writes and does one after the other. */
export class BatchWriter implements PacketBatch {
  readonly #context: number;
  readonly #requests = new BigUint64Array(BATCH_PACKETS * IOCB_WORDS);
  readonly #halves = new Uint32Array(this.#requests.buffer);
  readonly #list: BigUint64Array;
  readonly #events = new BigInt64Array(BATCH_PACKETS * EVENT_WORDS);
  readonly #addresses = new Addresses();

  private constructor(context: number, fd: number) {
    this.#context = context;
    const start = addressOf(this.#requests);
    this.#list = BigUint64Array.from({ length: BATCH_PACKETS }, (_, index) =>
      BigInt(start + index * IOCB_WORDS * BYTES_PER_WORD),
    );
    for (let index = 0; index < BATCH_PACKETS; index++)
      this.#requests[index * IOCB_WORDS + IOCB_OPERATION] = IOCB_CMD_PWRITE | (BigInt(fd) << DESCRIPTOR_SHIFT);
  }

  /** @returns `undefined` where the kernel does not have it (CONFIG_AIO), or does not let us */
  static open(fd: number): BatchWriter | undefined {
    const context = new BigUint64Array(1);
    const result = libc.syscall(SYSTEM_CALLS.ioSetup, BATCH_PACKETS, addressOf(context), 0, 0, 0, 0);
    return result < 0 ? undefined : new BatchWriter(Number(context[0]), fd);
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    packets.forEach((packet, index) => {
      this.#addresses.put(packet, this.#halves, 2 * (index * IOCB_WORDS + IOCB_BUFFER));
    });
    const [list, events] = [addressOf(this.#list), addressOf(this.#events)];
    const done = libc.syscall(SYSTEM_CALLS.ioSubmit, this.#context, packets.length, list, 0, 0, 0);
    if (done < 0) return { taken: 0, error: done };
    libc.syscall(SYSTEM_CALLS.ioGetevents, this.#context, done, done, events, 0, 0);
    for (let index = 0; index < done; index++) {
      const result = Number(this.#events[index * EVENT_WORDS + EVENT_RESULT]);
      if (result < 0) return { taken: index, error: result };
    }
    return { taken: done, error: 0 };
  }

  close(): void {
    libc.syscall(SYSTEM_CALLS.ioDestroy, this.#context, 0, 0, 0, 0, 0);
  }
}

/** struct mmsghdr, in words: a struct msghdr of seven, and how many bytes were sent. */
const MESSAGE_WORDS = 8;
const MESSAGE_NAME = 0;
const MESSAGE_NAME_LENGTH = 1;
const MESSAGE_VECTORS = 2;
const MESSAGE_VECTOR_COUNT = 3;
/** struct iovec. */
const VECTOR_WORDS = 2;

/** Sends by sendmmsg(2). */
export class BatchSender implements PacketBatch {
  readonly #fd: number;
  readonly #target: Uint8Array;
  readonly #messages = new BigUint64Array(BATCH_PACKETS * MESSAGE_WORDS);
  readonly #vectors = new BigUint64Array(BATCH_PACKETS * VECTOR_WORDS);
  readonly #halves = new Uint32Array(this.#vectors.buffer);
  readonly #addresses = new Addresses();

  /** @param target where all of them go, a struct sockaddr */
  constructor(fd: number, target: Uint8Array) {
    this.#fd = fd;
    this.#target = target;
    const [name, vectors] = [addressOf(this.#target), addressOf(this.#vectors)];
    for (let index = 0; index < BATCH_PACKETS; index++) {
      const at = index * MESSAGE_WORDS;
      this.#messages[at + MESSAGE_NAME] = BigInt(name);
      this.#messages[at + MESSAGE_NAME_LENGTH] = BigInt(target.length);
      this.#messages[at + MESSAGE_VECTORS] = BigInt(vectors + index * VECTOR_WORDS * BYTES_PER_WORD);
      this.#messages[at + MESSAGE_VECTOR_COUNT] = 1n;
    }
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    packets.forEach((packet, index) => this.#addresses.put(packet, this.#halves, 2 * index * VECTOR_WORDS));
    const messages = addressOf(this.#messages);
    const sent = libc.syscall(SYSTEM_CALLS.sendmmsg, this.#fd, messages, packets.length, 0, 0, 0);
    // When it stopped before the last, it says why when it is called for the rest.
    return sent < 0 ? { taken: 0, error: sent } : { taken: sent, error: 0 };
  }

  close(): void {
    // The socket is not this one's.
  }
}

/** One after the other: where packets need more than to be written, or there is no way for many. */
export class OneByOne implements PacketBatch {
  readonly #write: (packet: Uint8Array) => number;

  constructor(write: (packet: Uint8Array) => number) {
    this.#write = write;
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    for (const [taken, packet] of packets.entries()) {
      const error = this.#write(packet);
      if (error < 0) return { taken, error };
    }
    return { taken: packets.length, error: 0 };
  }

  close(): void {
    // Nothing was opened.
  }
}
