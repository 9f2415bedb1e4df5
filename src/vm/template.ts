/**
 * A warm guest in a QEMU that runs, of which runs are copies. QEMU translates the guest's code when that runs for the first
 * time; the translation is in the memory of QEMU, not of the guest, and a copy has it. To the guest a copy is the same as the snapshot
 * `warm`. A copy that has done its job is taken back for the next one: decision 0024. The original was made by this command
 * (`vm/warming`) or by an earlier one (`vm/saved-template`).
 */
import type { Socket } from 'node:net';
import type { CopiedProcess, CopyPlan, ProcessCopy } from './copier';
import { GuestFiles, GuestProcess } from './guest-process';
import type { HandedFile } from './handed-file';
import { CopiedQemu, QMP_FD } from './running-qemu';

/** Of jobs that a template takes. */
export const LARGEST_JOB_BYTES = 2 ** 20;

interface StartedCopy {
  readonly copy: ProcessCopy;
  /** Where its monitor is. */
  readonly socket: number;
}

/** One that has done its job. */
interface IdleCopy {
  readonly copy: ProcessCopy;
  readonly monitor: Socket;
}

/** A QEMU that is warm, and never goes on. */
export interface WarmOriginal {
  readonly process: CopiedProcess;
  /** Where in its memory it keeps the job of its guest. */
  readonly place: number;
  readonly files: GuestFiles;
  /** What else it has open, which no copy uses. */
  readonly unused: readonly HandedFile[];
  readonly close: () => Promise<void>;
}

export class Template {
  readonly #original: WarmOriginal;
  /**
   * Copies that have done their job. To take one back is the more work the more memory it has ever written to, so those that had
   * much to do are kept for jobs of that kind.
   */
  readonly #idle: { readonly light: IdleCopy[]; readonly heavy: IdleCopy[] } = { light: [], heavy: [] };
  #isClosed = false;

  constructor(original: WarmOriginal) {
    this.#original = original;
  }

  /** Whether there is room for it. */
  takes(job: Uint8Array): boolean {
    return job.length <= LARGEST_JOB_BYTES;
  }

  /** A guest that goes on from here, with a job, which may be a light one. @throws what the copier throws */
  copy(job: Uint8Array, isLight: boolean): GuestProcess {
    const { process, place, files } = this.#original;
    const fresh = new GuestFiles();
    const plan = {
      files: files.all.map(({ fd }, index) => ({ from: fd, to: fresh.all[index]?.fd ?? fd })),
      socket: QMP_FD,
      patch: { address: place, bytes: job },
    };
    const idle = isLight ? this.#idle.light : this.#idle.heavy;
    const { copy, socket } = takeBack(idle, plan) ?? copied(process.copy(plan));
    const qemu = new CopiedQemu(copy, socket, (monitor) => this.#keep({ copy, monitor }, idle));
    const guest = new GuestProcess(qemu, fresh);
    // It is stopped, as the template is.
    guest.goOn();
    return guest;
  }

  #keep(done: IdleCopy, idle: IdleCopy[]): void {
    done.copy.rest();
    if (this.#isClosed) end(done);
    else idle.push(done);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const idle of Object.values(this.#idle)) for (const one of idle.splice(0)) end(one);
    await this.#original.close();
  }
}

/** One that has done its job, back at the beginning; `undefined` when there is none. */
function takeBack(idle: IdleCopy[], plan: CopyPlan): StartedCopy | undefined {
  for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
    try {
      const socket = one.copy.rewind(plan);
      one.monitor.destroy();
      return { copy: one.copy, socket };
    } catch {
      // It has become something else than it was. Another copy costs some time, and nothing else.
      end(one);
    }
  }
  return undefined;
}

function copied(copy: ProcessCopy): StartedCopy {
  return { copy, socket: copy.socket };
}

function end({ copy: { pid }, monitor }: IdleCopy): void {
  monitor.destroy();
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
