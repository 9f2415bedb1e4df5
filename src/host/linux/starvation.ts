/**
 * How long the machine kept the kernel's own network work from a processor, and the threads that make calls.
 *
 * What softirqs cannot finish at once is left to the threads `ksoftirqd/N`, which compete with everything else that
 * runs. While such a thread waits, segments stay unprocessed and timers do not fire, which a spec would take for slow
 * TCP. A thread that waits between its look at the clock and the call it makes then takes the kernel's answer for late.
 * In a container without a view of the kernel's threads nothing of theirs is known.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Ns } from '../../base/nanoseconds';
import { ProcFile } from './proc-file';

/** Of /proc/PID/schedstat: time on a processor, time spent waiting for one, number of turns. */
const WAITED_COLUMN = 1;

/** Counts from when it was opened. */
export class StarvationMeter {
  readonly #threads: ProcFile[];
  #zeroNs = 0;

  constructor() {
    this.#threads = softirqThreads().map((pid) => new ProcFile(`/proc/${pid}/schedstat`));
    this.restart();
  }

  /**
   * Counts from now on.
   * @param callers threads of this process to be counted too; each is to be named once
   */
  restart(callers: readonly number[] = []): void {
    for (const caller of callers) this.#add(caller);
    this.#zeroNs = this.#totalNs();
  }

  /** Over all processors, since it was restarted. */
  waitedNs(): Ns {
    return this.#totalNs() - this.#zeroNs;
  }

  close(): void {
    for (const file of this.#threads) file.close();
  }

  #add(caller: number): void {
    try {
      this.#threads.push(new ProcFile(`/proc/self/task/${caller}/schedstat`));
    } catch {
      // Below a /proc of another process namespace it has another number.
    }
  }

  #totalNs(): Ns {
    return this.#threads.reduce((sum, file) => sum + Number(file.read().split(' ')[WAITED_COLUMN] ?? 0), 0);
  }
}

let known: readonly number[] | undefined;

/** They live as long as the kernel. */
function softirqThreads(): readonly number[] {
  known ??= readdirSync('/proc').flatMap((name) => (isSoftirqThread(name) ? [Number(name)] : []));
  return known;
}

function isSoftirqThread(name: string): boolean {
  if (!/^\d+$/.test(name)) return false;
  try {
    return readFileSync(`/proc/${name}/comm`, 'latin1').startsWith('ksoftirqd/');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
