/** recvmsg() on a socket with SO_TIMESTAMPNS: the bytes, the kernel's time stamp, and the address. */
import { MSG_DONTWAIT, SO_TIMESTAMPNS, SOL_SOCKET } from './constants';
import { addressOf, libc, succeed } from './libc';
import { encodeVector, MSGHDR } from './message-header';

const CONTROL_BYTES = 64;
const ADDRESS_BYTES = 128;
const [NAME_LENGTH, CONTROL_LENGTH] = [BigInt(ADDRESS_BYTES), BigInt(CONTROL_BYTES)];
/** In the control bytes, as 32-bit words: length (8 bytes), level, type, then a struct timespec. */
const STAMP_SECONDS_WORD = 4;
const STAMP_NS_WORD = 6;

export class StampedReceiver {
  /** Written by `receive`; the bytes up to the length that it returned. */
  readonly bytes: Uint8Array;
  /** struct sockaddr of where it came from. */
  readonly address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  readonly #fd: number;
  readonly #control = new Int32Array(CONTROL_BYTES / 4);
  readonly #vector: BigUint64Array;
  readonly #message = new BigUint64Array(MSGHDR.words);

  constructor(fd: number, largest: number) {
    this.#fd = fd;
    this.bytes = new Uint8Array(largest);
    this.#vector = encodeVector([[addressOf(this.bytes), largest]]);
    this.#message[MSGHDR.name] = BigInt(addressOf(new Uint8Array(this.address.buffer)));
    this.#message[MSGHDR.vector] = BigInt(addressOf(this.#vector));
    this.#message[MSGHDR.vectorLength] = 1n;
    this.#message[MSGHDR.control] = BigInt(addressOf(this.#control));
    succeed('SO_TIMESTAMPNS', libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, Int32Array.of(1), 4));
  }

  /** Takes one message without waiting. @returns its length, or minus the errno */
  receive(): number {
    // The kernel writes back how much of each it has used.
    this.#message[MSGHDR.nameLength] = NAME_LENGTH;
    this.#message[MSGHDR.controlLength] = CONTROL_LENGTH;
    return libc.recvmsg(this.#fd, this.#message, MSG_DONTWAIT);
  }

  /** The stamp of the last message, on CLOCK_REALTIME. */
  get stampSeconds(): number {
    return this.#control[STAMP_SECONDS_WORD] ?? 0;
  }

  get stampNs(): number {
    return this.#control[STAMP_NS_WORD] ?? 0;
  }
}
