/**
 * Many packets by one system call. Calling the kernel for each costs JavaScript as much again as the kernel's own work, and
 * several times that in a guest, whose JavaScript is not optimized.
 */
import { FLOOD_AHEAD } from '../host';
import { SYSTEM_CALLS } from './constants';
import { dropEverything } from './drop-filter';
import { addressOf, libc } from './libc';

/** What came of handing packets over. */
export interface BatchOutcome {
  /** How many were taken, in their order. */
  readonly taken: number;
  /** Why the next one was not, when that is known: minus the errno, or zero. */
  readonly error: number;
}

/** A way for many packets. The kernel is told addresses: whoever has one keeps the packets until `write` returns. */
export interface PacketBatch {
  /** At most `FLOOD_AHEAD` of them. A list that was given before is taken to lie where it lay. */
  readonly write: (packets: readonly Uint8Array[]) => BatchOutcome;
  /** None of the packets that the kernel has sent until now need be kept. */
  readonly discardAll: () => void;
  readonly close: () => void;
}

const BYTES_PER_WORD = 8;

/** Where packets lie, in a table for the kernel. Asking for an address is a call too, so few are asked for. */
class AddressTable {
  readonly #halves: Uint32Array;
  readonly #placeOf: (index: number) => number;
  /** What was put last; a flood has the same list again and again. */
  #packets: readonly Uint8Array[] = [];
  #buffer: ArrayBufferLike | undefined;
  #base = 0;

  /**
   * @param words the table
   * @param placeOf the word that the address of packet `index` is put into; its length comes behind it
   */
  constructor(words: BigUint64Array, placeOf: (index: number) => number) {
    this.#halves = new Uint32Array(words.buffer);
    this.#placeOf = placeOf;
  }

  put(packets: readonly Uint8Array[]): void {
    if (packets === this.#packets) return;
    for (let index = 0; index < packets.length; index++) {
      const packet = packets[index];
      if (packet !== undefined) this.#putOne(packet, index);
    }
    this.#packets = packets;
  }

  /** In halves: a bigint for each word would have to be allocated. */
  #putOne(packet: Uint8Array, index: number): void {
    if (packet.buffer !== this.#buffer) {
      this.#buffer = packet.buffer;
      this.#base = addressOf(new Uint8Array(packet.buffer));
    }
    const at = 2 * this.#placeOf(index);
    const address = this.#base + packet.byteOffset;
    this.#halves[at] = address;
    this.#halves[at + 1] = Math.floor(address / 2 ** 32);
    this.#halves[at + 2] = packet.length;
  }
}

/** struct iocb of linux/aio_abi.h, in words: data, key, operation and descriptor, buffer, length ... */
const IOCB_WORDS = 8;
const IOCB_OPERATION = 2;
const IOCB_BUFFER = 3;
const IOCB_CMD_PREAD = 0n;
const IOCB_CMD_PWRITE = 1n;
const DESCRIPTOR_SHIFT = 32n;
/** struct io_event: data, obj, res, res2. The lower half of `res` has its sign, and no bigint is made of it. */
const EVENT_BYTES = 32;
const EVENT_RESULT_AT = 16;

let context: number | undefined;

/**
 * Where operations are queued: one for all, which ends with the process. To end it earlier takes the kernel an RCU grace
 * period, 20 ms or more, in the middle of a run.
 */
function contextOfProcess(): number | undefined {
  if (context !== undefined) return context;
  const made = new BigUint64Array(1);
  if (libc.syscall(SYSTEM_CALLS.ioSetup, FLOOD_AHEAD, addressOf(made), 0, 0, 0, 0) < 0) return undefined;
  context = Number(made[0]);
  return context;
}

/** Operations on a device by io_submit(2), which takes a list of them and does one after the other. */
class OperationList {
  /** Buffer and length of each are for its user to fill in. */
  readonly words = new BigUint64Array(FLOOD_AHEAD * IOCB_WORDS);
  readonly #context: number;
  readonly #list: BigUint64Array;
  readonly #listAt: number;
  readonly #events = Buffer.alloc(FLOOD_AHEAD * EVENT_BYTES);
  readonly #eventsAt = addressOf(this.#events);
  /** As they were when all had been done: looking at each would take JavaScript longer than all of them the kernel. */
  readonly #eventsOfSuccess = Buffer.alloc(FLOOD_AHEAD * EVENT_BYTES);

  constructor(context: number, fd: number, operation: bigint) {
    this.#context = context;
    const start = addressOf(this.words);
    const placeOf = (_: unknown, index: number): bigint => BigInt(start + index * IOCB_WORDS * BYTES_PER_WORD);
    this.#list = BigUint64Array.from({ length: FLOOD_AHEAD }, placeOf);
    this.#listAt = addressOf(this.#list);
    for (let index = 0; index < FLOOD_AHEAD; index++)
      this.words[index * IOCB_WORDS + IOCB_OPERATION] = operation | (BigInt(fd) << DESCRIPTOR_SHIFT);
  }

  /** Does the first of them. What comes behind one that failed may have been done. */
  run(count: number): BatchOutcome {
    const done = libc.syscall(SYSTEM_CALLS.ioSubmit, this.#context, count, this.#listAt, 0, 0, 0);
    if (done < 0) return { taken: 0, error: done };
    libc.syscall(SYSTEM_CALLS.ioGetevents, this.#context, done, done, this.#eventsAt, 0, 0);
    const end = done * EVENT_BYTES;
    if (this.#events.compare(this.#eventsOfSuccess, 0, end, 0, end) === 0) return { taken: done, error: 0 };
    for (let index = 0; index < done; index++) {
      const result = this.#events.readInt32LE(index * EVENT_BYTES + EVENT_RESULT_AT);
      if (result < 0) return { taken: index, error: result };
    }
    this.#events.copy(this.#eventsOfSuccess, 0, 0, end);
    return { taken: done, error: 0 };
  }
}

/** On a device that takes a packet by write(2) and gives one by read(2). */
export class DeviceBatch implements PacketBatch {
  readonly #writes: OperationList;
  readonly #reads: OperationList;
  readonly #addresses: AddressTable;
  readonly #scratch = new Uint8Array(BYTES_PER_WORD);
  readonly #endDropping: (() => void) | undefined;

  private constructor(context: number, fd: number) {
    this.#endDropping = dropEverything(fd);
    this.#writes = new OperationList(context, fd, IOCB_CMD_PWRITE);
    this.#reads = new OperationList(context, fd, IOCB_CMD_PREAD);
    this.#addresses = new AddressTable(this.#writes.words, (index) => index * IOCB_WORDS + IOCB_BUFFER);
    // At least one byte of a packet must be read, or the device counts it as dropped.
    const scratch = Array.from({ length: FLOOD_AHEAD }, () => this.#scratch);
    new AddressTable(this.#reads.words, (index) => index * IOCB_WORDS + IOCB_BUFFER).put(scratch);
  }

  /** @returns `undefined` where the kernel does not have it (CONFIG_AIO), or does not let us */
  static open(fd: number): DeviceBatch | undefined {
    const context = contextOfProcess();
    return context === undefined ? undefined : new DeviceBatch(context, fd);
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    this.#addresses.put(packets);
    return this.#writes.run(packets.length);
  }

  discardAll(): void {
    if (this.#endDropping !== undefined) return;
    while (this.#reads.run(FLOOD_AHEAD).error === 0);
  }

  close(): void {
    this.#endDropping?.();
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
  readonly #messages = new BigUint64Array(FLOOD_AHEAD * MESSAGE_WORDS);
  readonly #vectors = new BigUint64Array(FLOOD_AHEAD * VECTOR_WORDS);
  readonly #addresses = new AddressTable(this.#vectors, (index) => index * VECTOR_WORDS);

  /** @param target where all of them go, a struct sockaddr */
  constructor(fd: number, target: Uint8Array) {
    this.#fd = fd;
    this.#target = target;
    const [name, vectors] = [addressOf(this.#target), addressOf(this.#vectors)];
    for (let index = 0; index < FLOOD_AHEAD; index++) {
      const at = index * MESSAGE_WORDS;
      this.#messages[at + MESSAGE_NAME] = BigInt(name);
      this.#messages[at + MESSAGE_NAME_LENGTH] = BigInt(target.length);
      this.#messages[at + MESSAGE_VECTORS] = BigInt(vectors + index * VECTOR_WORDS * BYTES_PER_WORD);
      this.#messages[at + MESSAGE_VECTOR_COUNT] = 1n;
    }
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    this.#addresses.put(packets);
    const messages = addressOf(this.#messages);
    const sent = libc.syscall(SYSTEM_CALLS.sendmmsg, this.#fd, messages, packets.length, 0, 0, 0);
    // When it stopped before the last, it says why when it is called for the rest.
    return sent < 0 ? { taken: 0, error: sent } : { taken: sent, error: 0 };
  }

  discardAll(): void {
    // What comes back does not come here.
  }

  close(): void {
    // The socket is not this one's.
  }
}

/** One after the other: where packets need more than to be written, or there is no way for many. */
export class OneByOne implements PacketBatch {
  readonly #write: (packet: Uint8Array) => number;
  readonly #discard: () => number;

  /** @param discard one packet of the kernel's; less than zero when there is none */
  constructor(write: (packet: Uint8Array) => number, discard: () => number) {
    this.#write = write;
    this.#discard = discard;
  }

  write(packets: readonly Uint8Array[]): BatchOutcome {
    for (const [taken, packet] of packets.entries()) {
      const error = this.#write(packet);
      if (error < 0) return { taken, error };
    }
    return { taken: packets.length, error: 0 };
  }

  discardAll(): void {
    while (this.#discard() >= 0);
  }

  close(): void {
    // Nothing was opened.
  }
}
