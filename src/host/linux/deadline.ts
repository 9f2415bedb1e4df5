/**
 * A time at which this process ends, whatever it does then: for a first process, which no signal's default action ends.
 * The handler is libc's `_exit`, so that it needs nothing of JavaScript.
 */
import { type Ns, NS_PER_S } from '../../base/nanoseconds';
import { CLOCK_MONOTONIC, SIGXCPU, SYSTEM_CALLS } from './constants';
import { addressOf, functionAddress, libc, newTimespec, succeed } from './libc';
import { handleWith } from './signals';

/** struct sigevent: value (8), signal (4), how to notify (4), and padding. */
const SIGEVENT_WORDS = 16;
const SIGNAL_AT = 2;

export class Deadline {
  readonly #timer = new Int32Array(1);

  /** There is none yet. @throws HostError `system-call` */
  constructor() {
    handleWith(SIGXCPU, functionAddress('_exit'));
    const event = new Int32Array(SIGEVENT_WORDS);
    event[SIGNAL_AT] = SIGXCPU;
    const [eventAddress, timerAddress] = [addressOf(event), addressOf(this.#timer)];
    const create = libc.syscall(SYSTEM_CALLS.timerCreate, CLOCK_MONOTONIC, eventAddress, timerAddress, 0, 0, 0);
    succeed('timer_create', create);
  }

  /** From now on; zero takes it back. @throws HostError `system-call` */
  set(ns: Ns): void {
    // struct itimerspec: interval, which stays zero, and value.
    const times = new Int32Array(2 * newTimespec().length);
    times[4] = Math.floor(ns / NS_PER_S);
    times[6] = ns % NS_PER_S;
    const timer = this.#timer[0] ?? 0;
    succeed('timer_settime', libc.syscall(SYSTEM_CALLS.timerSettime, timer, 0, addressOf(times), 0, 0, 0));
  }
}
