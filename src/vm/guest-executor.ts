/** An executor whose runs happen in guests: each run has one of its own, which starts from the same state as all others. */
import { resolve } from 'node:path';
import type { Executor, Outcome } from '../suite/executor';
import type { ClockKind } from '../trace/trace';
import type { Timeline } from '../timeline/timeline';
import { unfitError } from './ending';
import { GuestProcess } from './guest-process';
import { HandedFile } from './handed-file';
import { ensureImage } from './image';
import { initrdPieces } from './initrd';
import { encodeJob } from './job';
import { restoreState } from './monitor';
import { findQemu, requireNewEnough } from './qemu-program';
import { collectSideFiles } from './side-files';
import { BOOT_LIMIT_MS, ensureSnapshot } from './snapshot';
import { vmTroubleOf } from './trouble';
import type { BootableKernel } from './vm';

export interface GuestSettings {
  readonly kernel: BootableKernel;
  /** The folder that holds `dist/` and `node_modules/`. */
  readonly root: string;
  readonly time: ClockKind;
  /** Whether runs start from a snapshot, under virtual time; else each boots. */
  readonly snapshot: boolean;
}

/** Of the host's time. What a guest does costs about as much of it as of the guest's own; waiting costs none. */
const RUN_LIMIT_MS = 180_000;
const RESTORE_LIMIT_MS = 30_000;

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
    const job = this.#jobFor(timeline);
    try {
      return await (this.#settings.snapshot ? this.#restore(job) : this.#boot(job));
    } catch (error) {
      return { kind: 'trouble', trouble: vmTroubleOf(error) };
    } finally {
      job.close();
    }
  }

  kill(): void {
    this.#isKilled = true;
    this.#guest?.kill();
  }

  release(): void {
    // A guest ends with its run.
  }

  #jobFor(timeline: Timeline): HandedFile {
    const workingFolder = resolve('.');
    return HandedFile.holding(encodeJob({ timeline, workingFolder, files: collectSideFiles(timeline, workingFolder) }));
  }

  async #restore(job: HandedFile): Promise<Outcome> {
    const qemu = findQemu();
    const image = await ensureImage(this.#settings.root);
    const snapshot = await ensureSnapshot(qemu, this.#settings.kernel, image);
    const memory = HandedFile.named(snapshot.memory, 'r');
    const state = HandedFile.named(snapshot.state, 'r');
    const guest = new GuestProcess(qemu, [memory, state, job], (pathOf) => ({
      time: 'virtual',
      accelerator: 'tcg',
      start: { kind: 'restore', memory: pathOf(memory), job: pathOf(job) },
    }));
    this.#guest = guest;
    try {
      await guest.within(RESTORE_LIMIT_MS, restoreState(guest.qmp, guest.fdOf(state)));
      return await this.#outcome(guest, RUN_LIMIT_MS);
    } finally {
      await guest.close();
      memory.close();
      state.close();
    }
  }

  async #boot(job: HandedFile): Promise<Outcome> {
    const qemu = findQemu();
    requireNewEnough(qemu);
    const { kernel, root, time } = this.#settings;
    const image = await ensureImage(root);
    const initrd = HandedFile.holding(...initrdPieces(image, kernel));
    const guest = new GuestProcess(qemu, [initrd, job], (pathOf) => ({
      time,
      accelerator: 'tcg',
      start: { kind: 'boot', files: { kernel: kernel.imagePath, initrd: pathOf(initrd) }, job: pathOf(job) },
    }));
    this.#guest = guest;
    try {
      void guest.qmp.greet().catch(() => {});
      return await this.#outcome(guest, BOOT_LIMIT_MS + RUN_LIMIT_MS);
    } finally {
      await guest.close();
      initrd.close();
    }
  }

  async #outcome(guest: GuestProcess, limitMs: number): Promise<Outcome> {
    const end = await guest.until(limitMs);
    for (const message of guest.messages()) {
      switch (message.kind) {
        case 'ready':
          break;
        case 'unfit':
          throw unfitError(message.trouble.message);
        case 'crashed':
          return { kind: 'crash', stack: message.stack };
        case 'finished':
          return { kind: 'trace', trace: message.trace };
      }
    }
    throw guest.explain(end);
  }
}
