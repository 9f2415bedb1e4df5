/**
 * JSON lines over a pair of descriptors, without the event loop: both ends of the conversation between the harness and an
 * agent wait for each other in the timed part of a run.
 */
import { type Ns, NS_PER_S } from '../../../base/nanoseconds';
import { lineOf } from '../../../trace/jsonl';
import { EAGAIN, EINTR, POLLIN, POLLOUT } from '../constants';
import { libc, newTimespec, readMonotonic } from '../libc';

const CHUNK_BYTES = 64 * 1024;
/** More than any answer: a hundred thousand sockets. A line without an end is none. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;

export type Received =
  | { readonly kind: 'line'; readonly text: string }
  /** Nothing came in time, or the other descriptor is readable. */
  | { readonly kind: 'nothing' }
  /** The other side has gone. */
  | { readonly kind: 'ended' };

export class LineChannel {
  readonly readFd: number;
  readonly #writeFd: number;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #timeout = newTimespec();
  /** What has come behind the last newline, in the pieces in which it came. */
  #rest: Buffer[] = [];
  readonly #lines: string[] = [];
  #hasEnded = false;

  constructor(readFd: number, writeFd: number) {
    this.readFd = readFd;
    this.#writeFd = writeFd;
  }

  /** Tells the other side that nobody is here any more. To be called once; then nothing is sent or received. */
  close(): void {
    libc.close(this.readFd);
    libc.close(this.#writeFd);
  }

  /** @returns false when the other side has gone */
  send(value: unknown): boolean {
    const bytes = Buffer.from(lineOf(value));
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.subarray(at);
      const written = libc.write(this.#writeFd, rest, rest.length);
      if (written === -EAGAIN) libc.ppoll(Int32Array.of(this.#writeFd, POLLOUT), 1, null, null);
      else if (written < 0 && written !== -EINTR) return false;
      else at += Math.max(written, 0);
    }
    return true;
  }

  /**
   * The next line.
   * @param timeoutNs how long it is waited for; 0 takes what is there
   * @param wakeFd ends the waiting when it is readable
   */
  receive(timeoutNs: Ns, wakeFd = -1): Received {
    const untilNs = monotonicNs() + timeoutNs;
    for (;;) {
      const text = this.#lines.shift();
      if (text !== undefined) return { kind: 'line', text };
      if (this.#hasEnded) return { kind: 'ended' };
      const isReadable = this.#wait(Math.max(untilNs - monotonicNs(), 0), wakeFd);
      if (!isReadable) return { kind: 'nothing' };
      this.#read();
    }
  }

  /** @returns whether there is something to be read, or an end to be seen */
  #wait(timeoutNs: Ns, wakeFd: number): boolean {
    this.#timeout[0] = Math.floor(timeoutNs / NS_PER_S);
    this.#timeout[2] = timeoutNs % NS_PER_S;
    const entries = Int32Array.of(this.readFd, POLLIN, wakeFd, POLLIN);
    return libc.ppoll(entries, 2, this.#timeout, null) > 0 && (entries[1] ?? 0) >>> 16 !== 0;
  }

  #read(): void {
    const length = libc.read(this.readFd, this.#chunk, this.#chunk.length);
    if (length === -EINTR || length === -EAGAIN) return;
    if (length <= 0) {
      this.#hasEnded = true;
      return;
    }
    const bytes = Buffer.from(this.#chunk.subarray(0, length));
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#lines.push(Buffer.concat([...this.#rest, bytes.subarray(from, end)]).toString());
      this.#rest = [];
      from = end + 1;
    }
    if (from < bytes.length) this.#rest.push(bytes.subarray(from));
    if (this.#rest.reduce((sum, piece) => sum + piece.length, 0) > LONGEST_LINE_BYTES) this.#hasEnded = true;
  }
}

const time = newTimespec();

function monotonicNs(): Ns {
  readMonotonic(time);
  return (time[0] ?? 0) * NS_PER_S + (time[2] ?? 0);
}
