/**
 * Scheduling of the timed part: SCHED_FIFO at the lowest priority, so that neither neighbours nor the compiler threads
 * of this process delay a segment, and timers without slack. Children get ordinary scheduling.
 * Deliberately absent: mlockall, which crashes V8.
 */
import { PR_SET_TIMERSLACK, SCHED_FIFO, SCHED_OTHER, SCHED_RESET_ON_FORK } from './constants';
import { libc } from './libc';

const CALLING_THREAD = 0;
/** Zero brings back the slack that the process had when it began. */
const DEFAULT_SLACK = 0;

/**
 * Begins the scheduling of the timed part.
 *
 * @param otherThreads thread ids which do a share of the timed work
 * @returns `other` when this process may not use SCHED_FIFO
 */
export function raiseScheduling(otherThreads: readonly number[]): 'fifo' | 'other' {
  libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  const results = [CALLING_THREAD, ...otherThreads].map((thread) =>
    libc.schedSetScheduler(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, Int32Array.of(1)),
  );
  return (results[0] ?? -1) >= 0 ? 'fifo' : 'other';
}

/** Back to ordinary scheduling. */
export function lowerScheduling(otherThreads: readonly number[]): void {
  for (const thread of [CALLING_THREAD, ...otherThreads]) {
    // A process that may not give up SCHED_RESET_ON_FORK may keep it.
    const result = libc.schedSetScheduler(thread, SCHED_OTHER, Int32Array.of(0));
    if (result < 0) libc.schedSetScheduler(thread, SCHED_OTHER | SCHED_RESET_ON_FORK, Int32Array.of(0));
  }
  libc.prctl(PR_SET_TIMERSLACK, DEFAULT_SLACK, 0, 0, 0);
}
