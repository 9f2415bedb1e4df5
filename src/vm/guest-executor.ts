/** An executor whose runs happen in guests: each run has one of its own, which starts from the same state as all others. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, Outcome } from '../suite/executor';
import type { Timeline } from '../timeline/timeline';
import type { ClockKind } from '../trace/trace';
import { type GuestMachine, GuestProcess, type Limit, type Handed } from './guest-process';
import { HandedFile } from './handed-file';
import { ensureImage } from './image';
import { initrdPieces } from './initrd';
import { encodeJob } from './job';
import type { Accelerator } from './qemu';
import { findQemu, requireNewEnough } from './qemu-program';
import { collectSideFiles } from './side-files';
import { BOOT_LIMIT, dropSnapshot, ensureSnapshot, type Snapshot } from './snapshot';
import { VmError, vmTroubleOf } from './trouble';
import type { BootableKernel } from './vm';

export interface GuestSettings {
  readonly kernel: BootableKernel;
  /** The folder that holds `dist/` and `node_modules/`. */
  readonly root: string;
  readonly time: ClockKind;
  /** Whether runs start from a snapshot, under virtual time; else each boots. */
  readonly snapshot: boolean;
}

/** What a guest does takes a processor about as long as its own clock; waiting takes none. */
const RUN_LIMIT: Limit = { busyMs: 180_000, wallMs: 1_200_000 };
/** A guest under a KVM that works is there in a second. */
const KVM_LIMIT: Limit = { busyMs: 10_000, wallMs: 10_000 };
const KVM_DEVICE = '/dev/kvm';
const LOOK_MS = 50;

/** Whether KVM works here, once that is known: the device says nothing, only a guest that comes up does. */
let kvmWorks: boolean | undefined;

export class GuestExecutor implements Executor {
  readonly usable = true;
  readonly sleepers = 0;
  readonly #settings: GuestSettings;
  #guest: GuestProcess | undefined;
  #isKilled = false;

  constructor(settings: GuestSettings) {
    this.#settings = settings;
  }

  get alive(): boolean {
    return !this.#isKilled;
  }

  async run(timeline: Timeline): Promise<Outcome> {
    try {
      const workingFolder = resolve('.');
      const files = collectSideFiles(timeline, workingFolder);
      const job = HandedFile.holding(encodeJob({ timeline, workingFolder, files }));
      try {
        return await this.#runJob(findQemu(), job);
      } finally {
        job.close();
      }
    } catch (error) {
      return { kind: 'trouble', trouble: vmTroubleOf(error) };
    }
  }

  kill(): void {
    this.#isKilled = true;
    this.#guest?.kill();
  }

  release(): void {
    // A guest ends with its run.
  }

  async #runJob(qemu: string, job: HandedFile): Promise<Outcome> {
    const { time, snapshot } = this.#settings;
    if (time === 'real') return this.#inRealTime(qemu, job);
    if (!snapshot) return this.#boot(qemu, job, 'tcg');
    const saved = await this.#snapshot(qemu);
    try {
      return await this.#restore(qemu, saved, job);
    } catch (error) {
      if (!(error instanceof VmError) || error.code !== 'vm-snapshot') throw error;
      // Somebody has removed or damaged it.
      dropSnapshot(saved);
      return this.#restore(qemu, await this.#snapshot(qemu), job);
    }
  }

  async #snapshot(qemu: string): Promise<Snapshot> {
    return ensureSnapshot(qemu, this.#settings.kernel, await ensureImage(this.#settings.root));
  }

  async #restore(qemu: string, saved: Snapshot, job: HandedFile): Promise<Outcome> {
    const files = openSnapshot(saved);
    const { memory, state } = files;
    try {
      const start = ({ pathOf, fdOf }: Handed): GuestMachine => ({
        time: 'virtual',
        accelerator: 'tcg',
        start: { kind: 'restore', memory: pathOf(memory), stateFd: fdOf(state), job: pathOf(job) },
      });
      const guest = new GuestProcess(qemu, [memory, state, job], start);
      return await this.#withGuest(guest, () => outcomeOf(guest, RUN_LIMIT));
    } finally {
      memory.close();
      state.close();
    }
  }

  /** With KVM, if a guest comes up under it. */
  async #inRealTime(qemu: string, job: HandedFile): Promise<Outcome> {
    kvmWorks ??= mayUseKvm() ? undefined : false;
    if (kvmWorks === false) return this.#boot(qemu, job, 'tcg');
    try {
      const outcome = await this.#boot(qemu, job, 'kvm');
      kvmWorks = true;
      return outcome;
    } catch (error) {
      if (kvmWorks === true || !(error instanceof VmError) || this.#isKilled) throw error;
      kvmWorks = false;
      return this.#boot(qemu, job, 'tcg');
    }
  }

  async #boot(qemu: string, job: HandedFile, accelerator: Accelerator): Promise<Outcome> {
    requireNewEnough(qemu);
    const { kernel, root, time } = this.#settings;
    const initrd = HandedFile.holding(...initrdPieces(await ensureImage(root), kernel));
    try {
      const start = ({ pathOf }: Handed): GuestMachine => ({
        time,
        accelerator,
        start: { kind: 'boot', files: { kernel: kernel.imagePath, initrd: pathOf(initrd) }, job: pathOf(job) },
      });
      return await this.#withGuest(new GuestProcess(qemu, [initrd, job], start), async (guest) => {
        const limit = accelerator === 'kvm' ? KVM_LIMIT : BOOT_LIMIT;
        await guest.within(limit, Promise.all([guest.qmp.greet(), cameUp(guest)]));
        return outcomeOf(guest, RUN_LIMIT);
      });
    } finally {
      initrd.close();
    }
  }

  async #withGuest(guest: GuestProcess, use: (guest: GuestProcess) => Promise<Outcome>): Promise<Outcome> {
    this.#guest = guest;
    // Killed while its snapshot was made.
    if (this.#isKilled) guest.kill();
    try {
      return await use(guest);
    } finally {
      await guest.close();
    }
  }
}

function openSnapshot({ memory, state }: Snapshot): { readonly memory: HandedFile; readonly state: HandedFile } {
  try {
    return { memory: HandedFile.named(memory, 'r'), state: HandedFile.named(state, 'r') };
  } catch (cause) {
    throw new VmError('vm-snapshot', 'a snapshot vanished before it was used', undefined, cause);
  }
}

/** Returns when the runner has said anything; it is looked for now and then, since messages come in a file. */
async function cameUp(guest: GuestProcess): Promise<void> {
  while (guest.isRunning && guest.messages().length === 0) await sleep(LOOK_MS);
}

async function outcomeOf(guest: GuestProcess, limit: Limit): Promise<Outcome> {
  const end = await guest.until(limit);
  for (const message of guest.messages()) {
    switch (message.kind) {
      case 'ready':
      case 'unfit':
        break;
      case 'crashed':
        return { kind: 'crash', stack: message.stack };
      case 'finished':
        return { kind: 'trace', trace: message.trace };
    }
  }
  throw guest.explain(end);
}

function mayUseKvm(): boolean {
  try {
    accessSync(KVM_DEVICE, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
