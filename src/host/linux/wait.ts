/**
 * Waiting on the run's clock: sleeping in ppoll for the most part, and reading the clock in a loop for the last stretch,
 * because a sleeping process is woken too late. Under virtual time the stretch must be zero: reading the clock in a loop
 * stops a clock that advances only while nobody runs.
 */
import type { Ns } from '../../base/nanoseconds';
import { NS_PER_S } from '../../base/nanoseconds';
import type { RunClock } from './clock';
import { POLLIN } from './constants';
import { libc, newTimespec } from './libc';

/** Bytes of a struct pollfd: int fd, short events, short revents. */
const POLLFD_WORDS = 2;

export class Waiter {
  readonly #clock: RunClock;
  readonly #spinNs: Ns;
  readonly #entries: Int32Array;
  readonly #count: number;
  readonly #timeout = newTimespec();

  constructor(clock: RunClock, spinNs: Ns, fds: readonly number[]) {
    this.#clock = clock;
    this.#spinNs = spinNs;
    this.#count = fds.length;
    this.#entries = new Int32Array(POLLFD_WORDS * fds.length);
    for (const [index, fd] of fds.entries()) {
      this.#entries[index * POLLFD_WORDS] = fd;
      this.#entries[index * POLLFD_WORDS + 1] = POLLIN;
    }
  }

  /** Until one of the descriptors is readable, or the time has come. */
  untilReadable(untilNs: Ns): void {
    if (this.#sleep(untilNs, this.#count)) return;
    while (this.#clock.now() < untilNs) {
      if (this.#poll(this.#count, 0)) return;
    }
  }

  /** Until the time has come. */
  untilExactly(untilNs: Ns): void {
    this.#sleep(untilNs, 0);
    while (this.#clock.now() < untilNs);
  }

  /** Sleeps until the spin stretch begins. @returns whether a descriptor became readable */
  #sleep(untilNs: Ns, count: number): boolean {
    for (;;) {
      const sleepNs = untilNs - this.#spinNs - this.#clock.now();
      if (sleepNs <= 0) return count > 0 && this.#poll(count, 0);
      if (this.#poll(count, sleepNs)) return true;
    }
  }

  #poll(count: number, timeoutNs: Ns): boolean {
    // A longer sleep than 68 years does not fit; the loop around repeats it.
    this.#timeout[0] = Math.min(Math.floor(timeoutNs / NS_PER_S), 0x7fffffff);
    this.#timeout[2] = timeoutNs % NS_PER_S;
    return libc.ppoll(this.#entries, count, this.#timeout, null) > 0;
  }
}
