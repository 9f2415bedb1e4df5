/**
 * A limit on how long a system call of the main thread may sleep: SIGALRM interrupts it. The alarm repeats, because
 * the first may come before the call sleeps. Signals of a timer go to the main thread, which is the one that calls.
 */
import type { Ns } from '../../base/nanoseconds';
import { NS_PER_S, NS_PER_US } from '../../base/nanoseconds';
import { ITIMER_REAL, SIGALRM } from './constants';
import { libc } from './libc';
import { makeInterrupting } from './signals';

const REPEAT_US = 10_000;
const US_PER_S = NS_PER_S / NS_PER_US;

/** struct itimerval: interval (seconds, microseconds), value (seconds, microseconds), as 32-bit halves. */
const armed = new Int32Array(8);
const disarmed = new Int32Array(8);

/** Makes the call, and interrupts what sleeps in it longer than the limit. */
export function withAlarm<T>(limitNs: Ns, call: () => T): T {
  makeInterrupting(SIGALRM);
  const limitUs = Math.max(Math.ceil(limitNs / NS_PER_US), 1);
  armed[2] = REPEAT_US;
  armed[4] = Math.floor(limitUs / US_PER_S);
  armed[6] = limitUs % US_PER_S;
  libc.setitimer(ITIMER_REAL, armed, null);
  try {
    return call();
  } finally {
    libc.setitimer(ITIMER_REAL, disarmed, null);
  }
}
