/**
 * The system calls of a run: made on this thread or handed to one that may sleep, and what they leave behind for the end
 * of the run.
 */
import type { Ns } from '../../base/nanoseconds';
import type { OptionBytes } from '../../trace/trace';
import type { CallRequest, ReturnedCall, TimedOutcome } from '../host';
import { withAlarm } from './alarm';
import type { BlockingThreads } from './blocking-threads';
import { isCutShort, outcomeOf, prepareCall } from './calls/calls';
import type { PreparedCall } from './calls/prepared-call';
import type { RunClock } from './clock';
import { EINTR, IPPROTO_TCP, TCP_INFO } from './constants';
import { errnoName } from './errno';
import { Ledger } from './ledger';
import { libc } from './libc';

/** Longer than struct tcp_info of any kernel. */
const LARGEST_TCP_INFO = 1024;

export class SystemCalls {
  readonly #clock: RunClock;
  readonly #threads: BlockingThreads;
  readonly #ledger = new Ledger();

  constructor(clock: RunClock, threads: BlockingThreads) {
    this.#clock = clock;
    this.#threads = threads;
  }

  /** See `Run.call`. */
  make(request: CallRequest, limitNs: Ns): TimedOutcome {
    const prepared = prepareCall(request);
    this.#ledger.begin(prepared);
    // The alarm may be set long before the call begins, on a machine that is busy.
    const setNs = this.#clock.now();
    const made = prepared.maySleep ? withAlarm(limitNs, () => this.#make(prepared)) : this.#make(prepared);
    const { startedNs, endedNs, result } = made;
    this.#ledger.end(prepared, result);
    const interrupted = wasInterrupted(prepared, result) && endedNs - setNs >= limitNs;
    return { startedNs, endedNs, outcome: outcomeOf(prepared, result), interrupted };
  }

  /** See `Run.startBlockingCall`. */
  start(request: CallRequest, token: number): { readonly startedNs: Ns } {
    const prepared = prepareCall(request);
    this.#ledger.begin(prepared);
    const { seconds, ns } = this.#threads.start(prepared, token);
    return { startedNs: this.#clock.at(seconds, ns) };
  }

  /** See `Run.returnedCalls`. */
  returned(): readonly ReturnedCall[] {
    return this.#threads.collect().map(({ token, prepared, result, endedSeconds, endedNs, cancelled }) => {
      this.#ledger.end(prepared, result);
      return {
        token,
        endedNs: this.#clock.at(endedSeconds, endedNs),
        outcome: outcomeOf(prepared, result),
        cancelled: cancelled && wasInterrupted(prepared, result),
      };
    });
  }

  /** Interrupts those that still sleep. */
  cancel(): void {
    this.#threads.cancelAll();
  }

  /** No call will follow: those that sleep are interrupted, and the rights of this process are as before. */
  end(): void {
    this.cancel();
    this.returned();
    this.#ledger.restore();
  }

  /** Closes what they have opened; connections are reset. */
  closeAll(): void {
    this.#ledger.closeAll();
  }

  #make(prepared: PreparedCall): { readonly startedNs: Ns; readonly endedNs: Ns; readonly result: number } {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = prepared.values;
    const startedNs = this.#clock.now();
    const result = libc.syscall(prepared.number, a, b, c, d, e, f);
    return { startedNs, endedNs: this.#clock.now(), result };
  }
}

/** A signal came: the call moved nothing, or not all that it was to. */
function wasInterrupted(prepared: PreparedCall, result: number): boolean {
  return prepared.maySleep && (result === -EINTR || isCutShort(prepared, result));
}

/** getsockopt(TCP_INFO), as long as this kernel makes it. */
export function tcpInfoOf(fd: number): OptionBytes {
  const bytes = new Uint8Array(LARGEST_TCP_INFO);
  const length = Uint32Array.of(bytes.length);
  const result = libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, bytes, length);
  return result < 0 ? { errno: errnoName(result) } : { bytes: bytes.slice(0, length[0] ?? 0) };
}
