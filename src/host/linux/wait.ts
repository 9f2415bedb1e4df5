/**
 * Waiting on the run's clock: sleeping in ppoll for the most part, and reading the clock in a loop for the last stretch,
 * because a sleeping process is woken too late. Under virtual time the stretch must be zero: reading the clock in a loop
 * stops a clock that advances only while nobody runs; sleeps end in time there.
 */
import type { Ns } from '../../base/nanoseconds';
import { NS_PER_S } from '../../base/nanoseconds';
import type { RunClock } from './clock';
import { POLLIN } from './constants';
import { libc, newTimespec } from './libc';

/**
 * With ordinary scheduling the kernel may end a sleep late by 0.1 % of its length, and by 0.5 % in a process of positive
 * nice value (select_estimate_accuracy in fs/select.c). A sleep is therefore shorter by 0.8 %, and the next one is for
 * the rest, so that only the last and shortest is late.
 */
const SHORTER_BY = 1 / 128;

/** Bytes of a struct pollfd: int fd, short events, short revents. */
const POLLFD_WORDS = 2;

export class Waiter {
  readonly #clock: RunClock;
  readonly #spinNs: Ns;
  readonly #shorterBy: number;
  readonly #entries: Int32Array;
  readonly #count: number;
  readonly #timeout = newTimespec();

  /** @param spinNs how long before its time a wait stops sleeping; zero where a sleep ends in time */
  constructor(clock: RunClock, spinNs: Ns, fds: readonly number[]) {
    this.#clock = clock;
    this.#spinNs = spinNs;
    this.#shorterBy = spinNs > 0 ? SHORTER_BY : 0;
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
      if (this.#poll(count, sleepNs - Math.floor(sleepNs * this.#shorterBy))) return true;
    }
  }

  #poll(count: number, timeoutNs: Ns): boolean {
    // A longer sleep than 68 years does not fit; the loop around repeats it.
    this.#timeout[0] = Math.min(Math.floor(timeoutNs / NS_PER_S), 0x7fffffff);
    this.#timeout[2] = timeoutNs % NS_PER_S;
    return libc.ppoll(this.#entries, count, this.#timeout, null) > 0;
  }
}
