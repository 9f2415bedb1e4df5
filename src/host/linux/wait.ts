/**
 * Waiting on the run's clock: sleeping in ppoll for the most part, and reading the clock in a loop for the last stretch,
 * because a sleeping process is woken too late. Under virtual time the stretch must be zero: reading the clock in a loop
 * stops a clock that advances only while nobody runs; sleeps end in time there.
 */
import type { Ns } from '../../base/nanoseconds';
import { NS_PER_MS, NS_PER_S } from '../../base/nanoseconds';
import type { RunClock } from './clock';
import { POLLIN } from './constants';
import { libc, newTimespec } from './libc';

/**
 * In real time, a wait is many short sleeps. With ordinary scheduling the kernel may end a long one late by 0.1 % of its length
 * (select_estimate_accuracy in fs/select.c). And a sleep that ends much too late says that the machine stood still, which a virtual machine
 * whose host has other things to do is not told in any other way.
 */
const NAP_NS = 10 * NS_PER_MS;
/** A sleep that ends later than this is late: on a machine that is not busy, all end within a tenth. */
const NOTICEABLE_NS = NS_PER_MS;

/** Bytes of a struct pollfd: int fd, short events, short revents. */
const POLLFD_WORDS = 2;

export class Waiter {
  readonly #clock: RunClock;
  readonly #spinNs: Ns;
  readonly #napNs: Ns;
  #oversleptNs: Ns = 0;
  readonly #entries: Int32Array;
  readonly #count: number;
  readonly #timeout = newTimespec();

  /** @param spinNs how long before its time a wait stops sleeping; zero where a sleep ends in time */
  constructor(clock: RunClock, spinNs: Ns, fds: readonly number[]) {
    this.#clock = clock;
    this.#spinNs = spinNs;
    this.#napNs = spinNs > 0 ? NAP_NS : Number.POSITIVE_INFINITY;
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

  /** Time zero has moved. */
  restart(): void {
    this.#oversleptNs = 0;
  }

  /** How much too late sleeps have ended since it was restarted, in all; nothing where they end in time. */
  get oversleptNs(): Ns {
    return this.#oversleptNs;
  }

  /** Sleeps until the spin stretch begins. @returns whether a descriptor became readable */
  #sleep(untilNs: Ns, count: number): boolean {
    for (;;) {
      const nowNs = this.#clock.now();
      const sleepNs = Math.min(untilNs - this.#spinNs - nowNs, this.#napNs);
      if (sleepNs <= 0) return count > 0 && this.#poll(count, 0);
      const isReadable = this.#poll(count, sleepNs);
      if (this.#spinNs > 0) this.#noteEnd(nowNs + sleepNs);
      if (isReadable) return true;
    }
  }

  #noteEnd(dueNs: Ns): void {
    const lateNs = this.#clock.now() - dueNs;
    if (lateNs > NOTICEABLE_NS) this.#oversleptNs += lateNs;
  }

  #poll(count: number, timeoutNs: Ns): boolean {
    // A longer sleep than 68 years does not fit; the loop around repeats it.
    this.#timeout[0] = Math.min(Math.floor(timeoutNs / NS_PER_S), 0x7fffffff);
    this.#timeout[2] = timeoutNs % NS_PER_S;
    return libc.ppoll(this.#entries, count, this.#timeout, null) > 0;
  }
}
