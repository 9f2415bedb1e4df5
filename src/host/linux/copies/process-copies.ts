/**
 * Copies of a running process, threads and all: what fork(2) does, for a process that does not ask for it and has more
 * than one thread. Everything that was in memory is in the copy, code that the process has made for itself included.
 *
 * The process is stopped by ptrace(2) and made to call clone(2), once: what comes of it is frozen (`frozen`), and keeps the
 * memory as it was. The frozen process is made to call clone(2) for each copy; in a copy, which has one thread, each of the other
 * threads is cloned anew and given the registers that the original had. Nothing of it is told to the process: a system call
 * that it was sleeping in is made again, as after a signal.
 *
 * A copy that waits can be taken back to where it began, which takes less than making another: the pages that it has written to
 * get what the frozen process has there (`pages`), and its threads the registers that they began with.
 *
 * What the kernel keeps for a process is not in its memory. Files and sockets would be shared with the original: the caller
 * says which to replace, and counters for waking threads (eventfd(2)) are always made anew. A process with timers of
 * its own (timer_create(2)), io_uring or epoll is refused. x86-64 only.
 */
import { HostError } from '../../host';
import { PR_SET_PDEATHSIG, SIGKILL } from '../constants';
import { libc } from '../libc';
import type { ChildEnd } from '../wait-status';
import { childEnd } from './children';
import {
  refuseWhatCannotBeCopied,
  renewEventCounters,
  replaceFile,
  replaceSocket,
  requireSameDescriptors,
} from './descriptors';
import { FrozenProcess } from './frozen';
import { findInMemory, ProcessMemory } from './memory';
import { canSetLayout } from './process-layout';
import { Workplace } from './processor';
import { restoreProcess } from './restoring';
import type { SavePlan } from './saved-descriptors';
import { saveProcess } from './saving';
import { StoppedThread } from './stopped-thread';
import { stopAllThreads } from './stopping';
import { CALLS } from './x86-64';

/** What a copy has that its original has not. */
export interface CopyPlan {
  /** Descriptors of this process: wherever the original has `from` open, its copy has `to`. */
  readonly files: readonly { readonly from: number; readonly to: number }[];
  /** A descriptor of the original; the copy has one end of a new pair of sockets there. */
  readonly socket: number;
  /** Bytes in the memory of the copy. */
  readonly patch: { readonly address: number; readonly bytes: Uint8Array };
}

/** Whether processes can be copied here; ptrace(2) may be forbidden all the same. */
export function canCopy(): boolean {
  return process.arch === 'x64';
}

/** Whether processes can be saved and restored here. */
export function canRestore(): boolean {
  return canCopy() && canSetLayout();
}

export interface RestoredOriginal {
  readonly process: Original;
  /** As `SavePlan` had it. */
  readonly place: number;
}

/** A process of which there are to be copies: a child of this one, as idle as can be. */
export class Original {
  readonly #pid: number;
  #frozen: FrozenProcess | undefined;

  /** @param frozen what it was, when that is known */
  constructor(pid: number, frozen?: FrozenProcess) {
    this.#pid = pid;
    this.#frozen = frozen;
  }

  /**
   * One that `save` has written, as it was, whether that still runs or not.
   * @param files in the places of those that it was saved with
   * @returns `undefined` when what stands in the folder is damaged, or a file that it needs is another one by now
   * @throws HostError `system-call`, when the system does not let it be done
   */
  static async restore(folder: string, files: readonly number[]): Promise<RestoredOriginal | undefined> {
    const restored = await restoreProcess(folder, files);
    if (restored === undefined) return undefined;
    const { frozen, place } = restored;
    return { process: new Original(frozen.main.tid, frozen), place };
  }

  /**
   * Writes into a folder what it was when it was copied or saved for the first time.
   * @throws HostError `system-call`, when that is more than can be made again; errors of the file system
   */
  save(folder: string, plan: SavePlan): Promise<void> {
    return saveProcess(this.#freeze(), folder, plan);
  }

  /** Where it keeps these bytes. @throws HostError `system-call`, when it does not */
  find(bytes: Uint8Array): number {
    return findInMemory(this.#pid, bytes);
  }

  /**
   * Copies it, as it was when this was called for the first time. The copy is a child of this process too, and dies with it.
   * @throws HostError `system-call`
   */
  copy(plan: CopyPlan): ProcessCopy {
    return ProcessCopy.start(this.#freeze(), plan);
  }

  /** Forgets what it was; there will be no more copies, and none of those that there are can be taken back. */
  close(): void {
    this.#frozen?.end();
  }

  #freeze(): FrozenProcess {
    this.#frozen ??= FrozenProcess.of(this.#pid);
    return this.#frozen;
  }
}

/** The first one first. */
type Threads = readonly [StoppedThread, ...StoppedThread[]];

/** A child of this process. */
export class ProcessCopy {
  readonly pid: number;
  readonly end: Promise<ChildEnd>;
  /** The other end of the pair that it began with, a descriptor of this process. */
  readonly socket: number;
  readonly #frozen: FrozenProcess;
  /** Each of its threads, as it was when it began. */
  readonly #threads: Threads;
  readonly #workplace: Workplace;

  private constructor(frozen: FrozenProcess, threads: Threads, workplace: Workplace, socket: number) {
    this.pid = threads[0].tid;
    this.end = childEnd(this.pid);
    this.socket = socket;
    this.#frozen = frozen;
    this.#threads = threads;
    this.#workplace = workplace;
    void this.end.then(() => workplace.leave());
  }

  static start(frozen: FrozenProcess, plan: CopyPlan): ProcessCopy {
    const first = frozen.cloneProcess();
    const threads: [StoppedThread, ...StoppedThread[]] = [first];
    let workplace: Workplace | undefined;
    try {
      first.call(CALLS.prctl, PR_SET_PDEATHSIG, SIGKILL);
      workplace = new Workplace(first.tid);
      workplace.take([first.tid]);
      for (const { original, clearedAtEnd } of frozen.others)
        threads.push(StoppedThread.ofCopy(first.cloneThread(original, clearedAtEnd), original));
      const copy = new ProcessCopy(frozen, threads, workplace, furnish(first, frozen, plan));
      copy.#goOn();
      return copy;
    } catch (error) {
      workplace?.leave();
      libc.kill(first.tid, SIGKILL);
      // The first thread has not ended before the others have been waited for.
      for (const thread of threads.toReversed()) thread.awaitEnd();
      throw error;
    }
  }

  /**
   * Takes it back to where it began, with another plan. It must be as idle as its original.
   * @returns the other end of its new pair of sockets
   * @throws HostError `system-call`, when it has become something that cannot be taken back; it may have been killed then
   */
  rewind(plan: CopyPlan): number {
    const { main, others } = stopAllThreads(this.pid);
    const stopped = [main, ...others].map(({ tid }) => tid);
    try {
      const known = this.#threads.map(({ tid }) => tid);
      if (stopped.length !== known.length || !stopped.every((tid) => known.includes(tid)))
        throw new HostError('system-call', `process ${this.pid} has other threads than it began with`);
      refuseWhatCannotBeCopied(this.pid);
      requireSameDescriptors(this.pid, this.#frozen.descriptors);
      const first = StoppedThread.ofCopy(main.tid, this.#frozen.main);
      this.#frozen.restoreMemory(first);
      const socket = furnish(first, this.#frozen, plan);
      this.#workplace.take(known);
      this.#goOn();
      return socket;
    } catch (error) {
      libc.kill(this.pid, SIGKILL);
      // The first is waited for elsewhere (`end`).
      for (const { tid } of others) StoppedThread.ofCopy(tid, main).awaitEnd();
      throw error;
    }
  }

  /** Says that it only waits from now on, so that its processor is free for another. */
  rest(): void {
    this.#workplace.leave();
  }

  #goOn(): void {
    for (const thread of this.#threads.toReversed()) thread.goOn();
  }
}

/** @param copy its first thread. @returns the other end of the socket */
function furnish(copy: StoppedThread, { descriptors }: FrozenProcess, { files, socket, patch }: CopyPlan): number {
  const memory = new ProcessMemory(copy.tid);
  try {
    renewEventCounters(copy, descriptors);
    for (const file of files) replaceFile(copy, memory, descriptors, file);
    memory.write(patch.address, patch.bytes);
    return replaceSocket(copy, memory, descriptors, socket);
  } finally {
    memory.close();
  }
}
