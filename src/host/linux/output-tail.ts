/** The end of what a command prints into a pipe. The rest is read and dropped, so that the command never waits. */
import { EAGAIN, EINTR, F_SETFL, F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK, SYSTEM_CALLS } from './constants';
import { libc, succeed } from './libc';

const KEPT_BYTES = 8 * 1024;
/** As much as a pipe holds. */
const CHUNK_BYTES = 64 * 1024;
/** Room for what is printed when nobody reads any more; the most that an ordinary user may have. */
const ROOM_BYTES = 1024 * 1024;

/** One for all: what is read does not outlive the reading. */
const chunk = Buffer.alloc(CHUNK_BYTES);

export class OutputTail {
  /** Where to write; to be closed once the child has it. */
  readonly writeEnd: number;
  readonly #readEnd: number;
  #tail = Buffer.alloc(0);
  #isWhole = true;
  #isOpen = true;

  constructor() {
    const ends = new Int32Array(2);
    succeed('pipe2', libc.pipe2(ends, O_CLOEXEC));
    const [readEnd = -1, writeEnd = -1] = ends;
    this.#readEnd = readEnd;
    this.writeEnd = writeEnd;
    libc.syscall(SYSTEM_CALLS.fcntl, readEnd, F_SETFL, O_NONBLOCK, 0, 0, 0);
  }

  /** What to wait for; -1 when nobody can write any more. */
  get readEnd(): number {
    return this.#isOpen ? this.#readEnd : -1;
  }

  /** Takes what is there, at most one pipe full: a command may print faster than one can read. */
  take(): void {
    for (let room = CHUNK_BYTES; room > 0 && this.#isOpen; ) {
      const length = libc.read(this.#readEnd, chunk, room);
      if (length === -EINTR) continue;
      if (length === -EAGAIN) return;
      if (length <= 0) this.close();
      else this.#keep(chunk.subarray(0, length));
      room -= Math.max(length, 0);
    }
  }

  /** Text of what was taken: the last 8 KiB. */
  text(): string {
    const bytes = this.#tail;
    // A character that was cut through.
    const start = this.#isWhole ? 0 : bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return bytes.toString('utf8', Math.max(start, 0));
  }

  /** Makes room for those who go on printing: they must neither wait, nor be killed because nobody reads. */
  leaveOpen(): void {
    if (this.#isOpen) libc.syscall(SYSTEM_CALLS.fcntl, this.#readEnd, F_SETPIPE_SZ, ROOM_BYTES, 0, 0, 0);
  }

  close(): void {
    if (this.#isOpen) libc.close(this.#readEnd);
    this.#isOpen = false;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#tail.length + bytes.length > KEPT_BYTES) this.#isWhole = false;
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES);
  }
}
