/**
 * Copies of a running process, threads and all: what fork(2) does, for a process that does not ask for it and has more
 * than one thread. Everything that was in memory is in the copy, code that the process has made for itself included.
 *
 * The process is stopped by ptrace(2) and made to call clone(2); in its copy, which has one thread, each of the other
 * threads is cloned anew and given the registers that the original had. Nothing of it is told to the process: a system call
 * that it was sleeping in is made again, as after a signal.
 *
 * What the kernel keeps for a process is not in its memory. Files and sockets would be shared with the original: the caller
 * says which to replace, and counters for waking threads (eventfd(2)) are always made anew. A process with timers of
 * its own (timer_create(2)), io_uring or epoll is refused. x86-64 only.
 */
import { PR_GET_TID_ADDRESS, PR_SET_PDEATHSIG, SIGKILL } from '../constants';
import { libc } from '../libc';
import type { ChildEnd } from '../wait-status';
import { childEnd } from './children';
import { refuseWhatCannotBeCopied, renewEventCounters, replaceFile, replaceSocket } from './descriptors';
import { allowCopying, findInMemory, ProcessMemory } from './memory';
import { stayWhereItIs } from './processor';
import { StoppedThread } from './stopped-thread';
import { stopAllThreads } from './stopping';
import { CALLS, scratchOf } from './x86-64';

/** What a copy has that its original has not. */
export interface CopyPlan {
  /** Descriptors of this process: wherever the original has `from` open, its copy has `to`. */
  readonly files: readonly { readonly from: number; readonly to: number }[];
  /** A descriptor of the original; the copy has one end of a new pair of sockets there. */
  readonly socket: number;
  /** Bytes in the memory of the copy. */
  readonly patch: { readonly address: number; readonly bytes: Uint8Array };
}

/** A child of this process. */
export interface ProcessCopy {
  readonly pid: number;
  /** The other end of the pair, a descriptor of this process. */
  readonly socket: number;
  readonly end: Promise<ChildEnd>;
}

/** Whether processes can be copied here; ptrace(2) may be forbidden all the same. */
export function canCopy(): boolean {
  return process.arch === 'x64';
}

/** A process of which there are to be copies: a child of this one, as idle as can be. */
export class Original {
  readonly #pid: number;
  #allowsCopying = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Where it keeps these bytes. @throws HostError `system-call`, when it does not */
  find(bytes: Uint8Array): number {
    return findInMemory(this.#pid, bytes);
  }

  /**
   * Copies it. The copy is a child of this process too, and dies with it.
   * @throws HostError `system-call`
   */
  copy(plan: CopyPlan): ProcessCopy {
    const { main, others, goOn } = stopAllThreads(this.#pid);
    let pid: number;
    let threads: readonly OtherThread[];
    try {
      refuseWhatCannotBeCopied(this.#pid);
      this.#allowCopying(main);
      threads = describeThreads(this.#pid, others);
      pid = main.cloneProcess();
    } finally {
      goOn();
    }
    return start(StoppedThread.ofCopy(pid, main), threads, plan);
  }

  /** Once: telling the areas of its memory takes the kernel milliseconds. */
  #allowCopying(main: StoppedThread): void {
    if (!this.#allowsCopying) allowCopying(main);
    this.#allowsCopying = true;
  }
}

/** One besides the first. */
interface OtherThread {
  readonly original: StoppedThread;
  readonly clearedAtEnd: bigint;
}

function describeThreads(pid: number, threads: readonly StoppedThread[]): readonly OtherThread[] {
  const memory = new ProcessMemory(pid);
  try {
    return threads.map((original) => ({ original, clearedAtEnd: clearedAtEnd(original, memory) }));
  } finally {
    memory.close();
  }
}

/** The word that the kernel clears when a thread ends (set_tid_address(2)), which pthread_join(3) waits for. */
function clearedAtEnd(thread: StoppedThread, memory: ProcessMemory): bigint {
  const at = scratchOf(thread.registers);
  thread.call(CALLS.prctl, PR_GET_TID_ADDRESS, at);
  return Buffer.from(memory.read(Number(at), BigUint64Array.BYTES_PER_ELEMENT)).readBigUInt64LE();
}

/** @param copy its only thread so far */
function start(copy: StoppedThread, others: readonly OtherThread[], plan: CopyPlan): ProcessCopy {
  const threads = [copy];
  try {
    copy.call(CALLS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    stayWhereItIs(copy.tid);
    for (const { original, clearedAtEnd } of others)
      threads.push(StoppedThread.ofCopy(copy.cloneThread(original, clearedAtEnd), original));
    const socket = furnish(copy, plan);
    const end = childEnd(copy.tid);
    for (const thread of threads.toReversed()) thread.goOn();
    return { pid: copy.tid, socket, end };
  } catch (error) {
    libc.kill(copy.tid, SIGKILL);
    // The first thread has not ended before the others have been waited for.
    for (const thread of threads.toReversed()) thread.awaitEnd();
    throw error;
  }
}

/** @returns the other end of the socket */
function furnish(copy: StoppedThread, { files, socket, patch }: CopyPlan): number {
  const memory = new ProcessMemory(copy.tid);
  try {
    renewEventCounters(copy);
    for (const { from, to } of files) replaceFile(copy, memory, from, to);
    memory.write(patch.address, patch.bytes);
    return replaceSocket(copy, memory, socket);
  } finally {
    memory.close();
  }
}
