/**
 * The processor of a copy. Its threads wait for each other hundreds of times, and one that is woken on another processor,
 * which has gone to sleep meanwhile, comes later than one that only has to be switched to.
 */
import { readFileSync } from 'node:fs';
import { libc } from '../libc';

/** The field `processor` of proc_pid_stat(5), counted from the state, which comes behind the name. */
const PROCESSOR_FIELD = 36;
const WORD_BITS = 64;

/**
 * Keeps a thread, and those that it will make, on the processor that the kernel has chosen for it, which was the idlest one.
 * Where that is not allowed it goes where it likes.
 */
export function stayWhereItIs(tid: number): void {
  const stat = readFileSync(`/proc/${tid}/stat`, 'latin1');
  const processor = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[PROCESSOR_FIELD]);
  const mask = new BigUint64Array(Math.floor(processor / WORD_BITS) + 1);
  mask[mask.length - 1] = 1n << BigInt(processor % WORD_BITS);
  libc.schedSetAffinity(tid, mask.byteLength, mask);
}
