/**
 * A warm guest in a QEMU that runs, of which runs are copies. QEMU translates the guest's code when that runs for the first
 * time, which is nine tenths of what a short run costs; the translation is in the memory of QEMU, not of the guest,
 * and a copy has it. To the guest a copy is the same as the snapshot `warm`: the template has come to that point from the
 * snapshot `booted` by the same way, and one that has not come to the same state is not taken.
 */
import { randomBytes } from 'node:crypto';
import type { CopiedProcess, OpenCopied } from './copier';
import { GuestFiles, GuestProcess, startGuest } from './guest-process';
import { HandedFile } from './handed-file';
import { CopiedQemu, QMP_FD } from './running-qemu';
import { type OpenSnapshot, untilPaused, writeState } from './snapshot';
import { VmError } from './trouble';

/** By these bytes the place for the job is found in QEMU's memory. */
const MARK_BYTES = 32;
/** Of jobs that a template takes. */
const LARGEST_JOB_BYTES = 2 ** 20;

export class Template {
  readonly #guest: GuestProcess;
  readonly #mark = randomBytes(MARK_BYTES);
  /** Where QEMU writes what is not in the guest's memory. */
  readonly #state = HandedFile.holding();
  #statePath = '';
  #original: { readonly process: CopiedProcess; readonly jobAddress: number } | undefined;

  /** Starts it; see `warmUp`. @param booted may be closed afterwards */
  constructor(qemu: string, { memory, state }: OpenSnapshot) {
    const job = HandedFile.holding(this.#mark, new Uint8Array(LARGEST_JOB_BYTES - MARK_BYTES));
    try {
      this.#guest = startGuest(qemu, [memory, state, job, this.#state], ({ pathOf, fdOf }) => {
        this.#statePath = pathOf(this.#state);
        const files = { memory: pathOf(memory), stateFd: fdOf(state), job: pathOf(job) };
        return { time: 'virtual', accelerator: 'tcg', start: { kind: 'restore', share: 'off', waits: true, ...files } };
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

  /** A guest that goes on from here, with a job. @throws what the copier throws */
  copy(job: Uint8Array): GuestProcess {
    if (this.#original === undefined) throw new VmError('vm-died', 'the template is not warm');
    const { process, jobAddress } = this.#original;
    const { files } = this.#guest;
    const fresh = new GuestFiles();
    const copy = process.copy({
      files: files.all.map(({ fd }, index) => ({ from: fd, to: fresh.all[index]?.fd ?? fd })),
      socket: QMP_FD,
      patch: { address: jobAddress, bytes: job },
    });
    const guest = new GuestProcess(new CopiedQemu(copy), fresh);
    // It is stopped, as the template is. When it does not go on, its end says why.
    guest.qmp.command('cont').catch(() => undefined);
    return guest;
  }

  async close(): Promise<void> {
    await this.#guest.close();
    this.#state.close();
  }
}
