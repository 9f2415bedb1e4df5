/**
 * A process as it was at one moment: a child of this one that has the memory and the descriptors of another, and never goes on. It
 * has one thread, and keeps the registers of all that the other had.
 */
import { PR_GET_TID_ADDRESS, PR_SET_PDEATHSIG, SIGKILL } from '../constants';
import { libc } from '../libc';
import { type Descriptors, describeDescriptors, refuseWhatCannotBeCopied } from './descriptors';
import { allowCopying, ProcessMemory } from './memory';
import { FrozenPages } from './pages';
import { StoppedThread, type ThreadState } from './stopped-thread';
import { stopAllThreads } from './stopping';
import { CALLS, scratchOf } from './x86-64';

/** A thread besides the first. */
export interface OtherThread {
  readonly original: ThreadState;
  /** The word that the kernel clears when it ends (set_tid_address(2)), which pthread_join(3) waits for. */
  readonly clearedAtEnd: bigint;
}

export class FrozenProcess {
  readonly main: StoppedThread;
  readonly others: readonly OtherThread[];
  readonly descriptors: Descriptors;
  #pages: FrozenPages | undefined;

  private constructor(main: StoppedThread, others: readonly OtherThread[], descriptors: Descriptors) {
    this.main = main;
    this.others = others;
    this.descriptors = descriptors;
  }

  /** Freezes what a child of this process is now; that goes on. @throws HostError `system-call` */
  static of(pid: number): FrozenProcess {
    const { main, others, goOn } = stopAllThreads(pid);
    try {
      refuseWhatCannotBeCopied(pid);
      allowCopying(main);
      const threads = describeThreads(pid, others);
      const descriptors = describeDescriptors(pid);
      const frozen = new FrozenProcess(StoppedThread.ofCopy(main.cloneProcess(), main), threads, descriptors);
      frozen.#dieWithThisProcess();
      return frozen;
    } finally {
      goOn();
    }
  }

  /**
   * Freezes a stopped process that has been made what another one was.
   * @param made its only thread, with what the first thread of the other had; it may be killed afterwards
   * @throws HostError `system-call`
   */
  static restored(made: StoppedThread, others: readonly OtherThread[]): FrozenProcess {
    const descriptors = describeDescriptors(made.tid);
    const frozen = new FrozenProcess(StoppedThread.ofCopy(made.cloneProcess(), made), others, descriptors);
    frozen.#dieWithThisProcess();
    return frozen;
  }

  /** Makes a process that has what it has. @returns its only thread, stopped. @throws HostError `system-call` */
  cloneProcess(): StoppedThread {
    return StoppedThread.ofCopy(this.main.cloneProcess(), this.main);
  }

  /** Gives a stopped copy the memory that it began with. @throws HostError `system-call` */
  restoreMemory(copy: StoppedThread): void {
    this.#pages ??= new FrozenPages(this.main.tid);
    this.#pages.restore(copy);
  }

  end(): void {
    this.#pages?.close();
    libc.kill(this.main.tid, SIGKILL);
    this.main.awaitEnd();
  }

  #dieWithThisProcess(): void {
    try {
      this.main.call(CALLS.prctl, PR_SET_PDEATHSIG, SIGKILL);
    } catch (error) {
      this.end();
      throw error;
    }
  }
}

function describeThreads(pid: number, threads: readonly StoppedThread[]): readonly OtherThread[] {
  const memory = new ProcessMemory(pid);
  try {
    return threads.map((original) => ({ original, clearedAtEnd: clearedAtEnd(original, memory) }));
  } finally {
    memory.close();
  }
}

function clearedAtEnd(thread: StoppedThread, memory: ProcessMemory): bigint {
  const at = scratchOf(thread.registers);
  thread.call(CALLS.prctl, PR_GET_TID_ADDRESS, at);
  return Buffer.from(memory.read(Number(at), BigUint64Array.BYTES_PER_ELEMENT)).readBigUInt64LE();
}
