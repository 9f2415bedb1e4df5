/**
 * A QEMU on its way to a template: it goes from the snapshot `booted` to where the snapshot `warm` is, by the same way, and has
 * translated by then what runs need. One that has not come to the same state is not taken.
 */
import { randomBytes } from 'node:crypto';
import type { Copier } from './copier';
import { type GuestProcess, startGuest } from './guest-process';
import { HandedFile } from './handed-file';
import { ENVIRONMENT } from './running-qemu';
import { type OpenSnapshot, untilPaused, writeState } from './snapshot';
import { LARGEST_JOB_BYTES, type WarmOriginal } from './template';
import { VmError } from './trouble';

/** By these bytes the place for the job is found in QEMU's memory. */
const MARK_BYTES = 32;
const START = { kind: 'restore', share: 'off', waits: true, stops: true } as const;
/** What of all this makes a template another one, beside its snapshot. */
export const TEMPLATE_FORM = JSON.stringify([START, ENVIRONMENT, LARGEST_JOB_BYTES]);

export class WarmingQemu {
  readonly #guest: GuestProcess;
  readonly #mark = randomBytes(MARK_BYTES);
  readonly #job: HandedFile;
  /** Where QEMU writes what is not in the guest's memory. */
  readonly #state = HandedFile.holding();
  #statePath = '';

  /** Starts it. @param booted may be closed afterwards */
  constructor(qemu: string, { memory, state }: OpenSnapshot) {
    this.#job = HandedFile.holding(this.#mark, new Uint8Array(LARGEST_JOB_BYTES - MARK_BYTES));
    this.#guest = startGuest(qemu, [memory, state, this.#job, this.#state], ({ pathOf, fdOf }) => {
      this.#statePath = pathOf(this.#state);
      const files = { memory: pathOf(memory), stateFd: fdOf(state), job: pathOf(this.#job) };
      return {
        time: 'virtual',
        accelerator: 'tcg',
        start: { ...START, ...files },
      };
    });
  }

  /** Waits until it is warm. @returns the state of its devices, as a snapshot has it. @throws VmError */
  async warmUp(): Promise<Uint8Array> {
    await untilPaused(this.#guest);
    await writeState(this.#guest, this.#statePath);
    return this.#state.read();
  }

  /** To be called when it is warm. @throws VmError, and what the copier throws */
  open(copier: Copier): WarmOriginal {
    const { pid, files } = this.#guest;
    if (pid === undefined) throw new VmError('vm-died', 'QEMU ended before it was copied');
    const process = copier.open(pid);
    const place = process.find(this.#mark);
    const unused = [this.#job, this.#state];
    const close = (): Promise<void> => {
      process.close();
      return this.close();
    };
    return { process, place, files, unused, close };
  }

  async close(): Promise<void> {
    await this.#guest.close();
    for (const file of [this.#job, this.#state]) file.close();
  }
}
