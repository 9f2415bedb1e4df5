/**
 * The processors of copies. The threads of one wait for each other hundreds of times, and a thread that is woken on another processor,
 * which has gone to sleep meanwhile, comes later than one that only has to be switched to. So each copy stays on one processor while
 * it works: on the one that the kernel has chosen for it, unless another copy works there and there is one without.
 */
import { readFileSync } from 'node:fs';
import { present } from '../../../base/assert';
import { libc } from '../libc';

/** The field `processor` of proc_pid_stat(5), counted from the state, which comes behind the name. */
const PROCESSOR_FIELD = 36;
const WORD_BITS = 64;

/** How many copies work on each processor that this process may use. */
const working = new Map<number, number>();

/** Where a copy works. Where that is not allowed to be said, it works where it likes. */
export class Workplace {
  #processor: number;
  #isTaken = false;

  /** @param tid its only thread so far, stopped where the kernel has put it */
  constructor(tid: number) {
    const stat = readFileSync(`/proc/${tid}/stat`, 'latin1');
    this.#processor = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[PROCESSOR_FIELD]);
  }

  /** Has its threads, and those that they will make, work in one place from now on. */
  take(tids: readonly number[]): void {
    this.leave();
    this.#processor = quietest(this.#processor);
    working.set(this.#processor, workingOn(this.#processor) + 1);
    this.#isTaken = true;
    for (const tid of tids) stayOn(tid, this.#processor);
  }

  /** It works no more. */
  leave(): void {
    if (this.#isTaken) working.set(this.#processor, workingOn(this.#processor) - 1);
    this.#isTaken = false;
  }
}

function quietest(preferred: number): number {
  return allowed().reduce((best, one) => (workingOn(one) < workingOn(best) ? one : best), preferred);
}

function workingOn(processor: number): number {
  return working.get(processor) ?? 0;
}

/** As proc_pid_status(5) lists them: `0-3,6`. */
function allowed(): readonly number[] {
  const status = readFileSync('/proc/self/status', 'latin1');
  const list = present(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1], 'the processors');
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

function stayOn(tid: number, processor: number): void {
  const mask = new BigUint64Array(Math.floor(processor / WORD_BITS) + 1);
  mask[mask.length - 1] = 1n << BigInt(processor % WORD_BITS);
  libc.schedSetAffinity(tid, mask.byteLength, mask);
}
