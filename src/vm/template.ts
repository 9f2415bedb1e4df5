/**
 * A warm guest in a QEMU that runs, of which runs are copies. QEMU translates the guest's code when that runs for the first
 * time; the translation is in the memory of QEMU, not of the guest, and a copy has it. To the guest a copy is the same as the snapshot `warm`: the template has come to that point from the
 * snapshot `booted` by the same way, and one that has not come to the same state is not taken. A copy that has done its job is taken
 * back for the next one: decision 0024.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CopiedProcess, CopyPlan, OpenCopied, ProcessCopy } from './copier';
import { GuestFiles, GuestProcess, startGuest } from './guest-process';
import { HandedFile } from './handed-file';
import { CopiedQemu, QMP_FD } from './running-qemu';
import { type OpenSnapshot, untilPaused, writeState } from './snapshot';
import { VmError } from './trouble';

/** By these bytes the place for the job is found in QEMU's memory. */
const MARK_BYTES = 32;
/** Of jobs that a template takes. */
const LARGEST_JOB_BYTES = 2 ** 20;

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

export class Template {
  readonly #guest: GuestProcess;
  readonly #mark = randomBytes(MARK_BYTES);
  /** Where QEMU writes what is not in the guest's memory. */
  readonly #state = HandedFile.holding();
  #statePath = '';
  /**
   * Copies that have done their job. To take one back is the more work the more memory it has ever written to, so those that had
   * much to do are kept for jobs of that kind.
   */
  readonly #idle: { readonly light: IdleCopy[]; readonly heavy: IdleCopy[] } = { light: [], heavy: [] };
  #isClosed = false;
  #original: { readonly process: CopiedProcess; readonly jobAddress: number } | undefined;

  /** Starts it; see `warmUp`. @param booted may be closed afterwards */
  constructor(qemu: string, { memory, state }: OpenSnapshot) {
    const job = HandedFile.holding(this.#mark, new Uint8Array(LARGEST_JOB_BYTES - MARK_BYTES));
    try {
      this.#guest = startGuest(qemu, [memory, state, job, this.#state], ({ pathOf, fdOf }) => {
        this.#statePath = pathOf(this.#state);
        const files = { memory: pathOf(memory), stateFd: fdOf(state), job: pathOf(job) };
        return {
          time: 'virtual',
          accelerator: 'tcg',
          start: { kind: 'restore', share: 'off', waits: true, stops: true, ...files },
        };
      });
    } finally {
      job.close();
    }
  }

  /** Waits until it is warm. @returns the state of its devices, as a snapshot has it. @throws VmError */
  async warmUp(): Promise<Uint8Array> {
    await untilPaused(this.#guest);
    await writeState(this.#guest, this.#statePath);
    return this.#state.read();
  }

  /** To be called when it is warm. @throws VmError, and what the copier throws */
  allowCopies(open: OpenCopied): void {
    if (this.#guest.pid === undefined) throw new VmError('vm-died', 'QEMU ended before it was copied');
    const process = open(this.#guest.pid);
    this.#original = { process, jobAddress: process.find(this.#mark) };
  }

  /** Whether there is room for it. */
  takes(job: Uint8Array): boolean {
    return job.length <= LARGEST_JOB_BYTES;
  }

  /** A guest that goes on from here, with a job, which may be a light one. @throws what the copier throws */
  copy(job: Uint8Array, isLight: boolean): GuestProcess {
    if (this.#original === undefined) throw new VmError('vm-died', 'the template is not warm');
    const { process, jobAddress } = this.#original;
    const { files } = this.#guest;
    const fresh = new GuestFiles();
    const plan = {
      files: files.all.map(({ fd }, index) => ({ from: fd, to: fresh.all[index]?.fd ?? fd })),
      socket: QMP_FD,
      patch: { address: jobAddress, bytes: job },
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
    this.#original?.process.close();
    this.#original = undefined;
    await this.#guest.close();
    this.#state.close();
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
