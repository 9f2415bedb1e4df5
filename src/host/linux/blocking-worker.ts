/**
 * The body of a blocking thread: makes the system calls that the main thread posts, one after the other, for ever.
 * It may sleep in one of them for any time; the main thread interrupts it by a signal.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../../base/assert';
import type { Control } from './blocking-protocol';
import { controlOf, NUMBER, STATE, WORD } from './blocking-protocol';
import { SIG_UNBLOCK, SIGUSR2, SYSTEM_CALLS } from './constants';
import { libc, newTimespec, readMonotonic } from './libc';

const SIGNAL_SET_WORDS = 16;

export function runBlockingWorker(): void {
  const control = controlOf(workerData as SharedArrayBuffer);
  const signals = new BigUint64Array(SIGNAL_SET_WORDS);
  signals[0] = 1n << BigInt(SIGUSR2 - 1);
  libc.pthreadSigmask(SIG_UNBLOCK, signals, null);
  control.words[WORD.threadId] = libc.syscall(SYSTEM_CALLS.gettid, 0, 0, 0, 0, 0, 0);
  present(parentPort, 'the port to the main thread').postMessage('ready');
  for (;;) serveOne(control);
}

function serveOne({ words, numbers }: Control): void {
  const state = Atomics.load(words, WORD.state);
  if (state !== STATE.posted) {
    Atomics.wait(words, WORD.state, state);
    return;
  }
  const time = newTimespec();
  const argument = (index: number) => numbers[NUMBER.firstArgument + index] ?? 0;
  const [a, b, c, d, e, f] = [argument(0), argument(1), argument(2), argument(3), argument(4), argument(5)];
  readMonotonic(time);
  words[WORD.startedSeconds] = time[0] ?? 0;
  words[WORD.startedNs] = time[2] ?? 0;
  Atomics.store(words, WORD.state, STATE.calling);
  const result = libc.syscall(numbers[NUMBER.call] ?? 0, a, b, c, d, e, f);
  readMonotonic(time);
  words[WORD.endedSeconds] = time[0] ?? 0;
  words[WORD.endedNs] = time[2] ?? 0;
  numbers[NUMBER.result] = result;
  Atomics.store(words, WORD.state, STATE.done);
  libc.write(words[WORD.eventFd] ?? -1, BigUint64Array.of(1n), 8);
}
