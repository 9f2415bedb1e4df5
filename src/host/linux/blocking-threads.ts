/**
 * Threads that sleep in system calls while the main thread goes on. They are made once per process and used by all of
 * its runs; descriptors are common to all threads.
 *
 * A process cannot exit while a thread of it sleeps in a system call, so whatever still sleeps is interrupted first,
 * and what cannot be interrupted is left behind by ending the process at once.
 */
import { Worker } from 'node:worker_threads';
import { HostError } from '../host';
import type { Control } from './blocking-protocol';
import { CONTROL_BYTES, controlOf, NUMBER, STATE, WORD } from './blocking-protocol';
import type { PreparedCall } from './calls/prepared-call';
import { EFD_CLOEXEC, EFD_NONBLOCK, SIGUSR2, SYSTEM_CALLS } from './constants';
import { libc, pause, succeed } from './libc';
import { whileAtHome } from './namespace';
import { ProcFile } from './proc-file';
import { makeInterrupting } from './signals';

/** Sleeping instead of spinning: with one processor, the other thread needs it. */
const POLL_NS = 10_000;
const ASLEEP_WITHIN_POLLS = 100_000;
const CANCELLED_WITHIN_POLLS = 20_000;

interface Thread {
  readonly worker: Worker;
  readonly control: Control;
  readonly id: number;
  readonly stat: ProcFile;
  readonly systemCall: ProcFile;
  call: OutstandingCall | undefined;
  /** It did not come back from a call. */
  stuck: boolean;
}

interface OutstandingCall {
  readonly token: number;
  readonly prepared: PreparedCall;
  cancelled: boolean;
}

/** Moments are CLOCK_MONOTONIC. */
export interface EndedCall {
  readonly token: number;
  readonly prepared: PreparedCall;
  readonly result: number;
  readonly endedSeconds: number;
  readonly endedNs: number;
  readonly cancelled: boolean;
}

export class BlockingThreads {
  /** Readable when a call has returned. */
  readonly eventFd: number;
  readonly #workerPath: string | undefined;
  readonly #threads: Thread[] = [];

  /** @param workerPath a script that calls `runBlockingWorker` */
  constructor(workerPath: string | undefined) {
    this.#workerPath = workerPath;
    this.eventFd = succeed('eventfd', libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  }

  /** Ids of the threads that are ready. */
  get threadIds(): readonly number[] {
    return this.#usable().map(({ id }) => id);
  }

  /**
   * Starts threads until there are as many as calls that will sleep at the same time.
   * @throws HostError `blocking-thread`
   */
  async prepare(count: number): Promise<void> {
    makeInterrupting(SIGUSR2);
    while (this.#usable().length < count) {
      const thread = await startThread(this.#workerPath, this.eventFd);
      if (this.#threads.length === 0) process.on('exit', (code) => this.#leave(code));
      this.#threads.push(thread);
    }
  }

  /**
   * Hands the call to a thread, and returns when that sleeps in it or is done.
   * @returns when the call began, on CLOCK_MONOTONIC
   * @throws HostError `blocking-thread`
   */
  start(prepared: PreparedCall, token: number): { readonly seconds: number; readonly ns: number } {
    const thread = this.#usable().find(({ call }) => call === undefined);
    if (thread === undefined) throw this.#noThread();
    thread.call = { token, prepared, cancelled: false };
    const { words, numbers } = thread.control;
    numbers[NUMBER.call] = prepared.number;
    numbers.set(prepared.values, NUMBER.firstArgument);
    Atomics.store(words, WORD.state, STATE.posted);
    Atomics.notify(words, WORD.state);
    awaitAsleep(thread, prepared.number);
    return { seconds: words[WORD.startedSeconds] ?? 0, ns: words[WORD.startedNs] ?? 0 };
  }

  /** The calls that have returned since the last time. */
  collect(): readonly EndedCall[] {
    libc.read(this.eventFd, new BigUint64Array(1), 8);
    const ended: EndedCall[] = [];
    for (const thread of this.#threads) {
      const { call, control } = thread;
      if (call === undefined || Atomics.load(control.words, WORD.state) !== STATE.done) continue;
      ended.push({
        token: call.token,
        prepared: call.prepared,
        result: control.numbers[NUMBER.result] ?? 0,
        endedSeconds: control.words[WORD.endedSeconds] ?? 0,
        endedNs: control.words[WORD.endedNs] ?? 0,
        cancelled: call.cancelled,
      });
      thread.call = undefined;
      Atomics.store(control.words, WORD.state, STATE.idle);
    }
    return ended;
  }

  /** Interrupts the calls that still sleep; `collect` then has their ends. One that cannot be interrupted is given up. */
  cancelAll(): void {
    for (const thread of this.#usable()) {
      if (thread.call !== undefined) cancel(thread, thread.call);
    }
  }

  #usable(): readonly Thread[] {
    return this.#threads.filter(({ stuck }) => !stuck);
  }

  #noThread(): HostError {
    const count = this.#usable().length;
    const message =
      count === 0
        ? 'a blocking call was made, but no thread was prepared for it'
        : `${count} blocking calls sleep already, and there is no thread for one more`;
    return new HostError('blocking-thread', message);
  }

  /** At the end of the process. */
  #leave(code: number): void {
    this.cancelAll();
    if (this.#threads.some(({ stuck }) => stuck)) libc.syscall(SYSTEM_CALLS.exitGroup, code, 0, 0, 0, 0, 0);
  }
}

async function startThread(workerPath: string | undefined, eventFd: number): Promise<Thread> {
  if (workerPath === undefined) {
    throw new HostError('blocking-thread', 'this host was opened without a script for the blocking thread');
  }
  const memory = new SharedArrayBuffer(CONTROL_BYTES);
  const control = controlOf(memory);
  control.words[WORD.eventFd] = eventFd;
  // A thread keeps the network alive that it was born in.
  const worker = whileAtHome(() => new Worker(workerPath, { workerData: memory, execArgv: [] }));
  await new Promise<void>((resolve, reject) => {
    const fail = (message: string, cause?: unknown) =>
      reject(new HostError('blocking-thread', `${workerPath}: ${message}`, undefined, cause));
    worker.once('message', () => resolve());
    worker.once('error', (error: Error) => fail(error.message, error));
    worker.once('exit', (code) => fail(`the thread ended with code ${code}`));
  });
  worker.removeAllListeners();
  worker.unref();
  const id = control.words[WORD.threadId] ?? 0;
  const stat = new ProcFile(`/proc/self/task/${id}/stat`);
  const systemCall = new ProcFile(`/proc/self/task/${id}/syscall`);
  return { worker, control, id, stat, systemCall, call: undefined, stuck: false };
}

/** Returns when the thread is done with the call, or the kernel says that it sleeps, and in this very call. */
function awaitAsleep(thread: Thread, call: number): void {
  for (let polls = 0; polls < ASLEEP_WITHIN_POLLS; polls++) {
    const state = Atomics.load(thread.control.words, WORD.state);
    if (state === STATE.done) return;
    if (state === STATE.calling && isAsleep(thread.stat.read()) && isIn(thread.systemCall.read(), call)) return;
    pause(POLL_NS);
  }
  thread.stuck = true;
  throw new HostError('blocking-thread', 'the thread neither sleeps in its call nor returns from it');
}

/** `1234 (name of the thread) S 1 ...`: the name may hold anything, parentheses too. */
export function isAsleep(stat: string): boolean {
  return stat[stat.lastIndexOf(')') + 2] === 'S';
}

/** `43 0x13 0x7ffd...`, or `running`. */
export function isIn(systemCall: string, call: number): boolean {
  return systemCall.startsWith(`${call} `);
}

/** Signals the thread until it is done: a signal that comes just before the call sleeps is lost. */
function cancel(thread: Thread, call: OutstandingCall): void {
  const isDone = () => Atomics.load(thread.control.words, WORD.state) === STATE.done;
  for (let polls = 0; polls < CANCELLED_WITHIN_POLLS; polls++) {
    if (isDone()) return;
    call.cancelled = true;
    libc.syscall(SYSTEM_CALLS.tgkill, process.pid, thread.id, SIGUSR2, 0, 0, 0);
    pause(POLL_NS);
  }
  thread.stuck = !isDone();
}
