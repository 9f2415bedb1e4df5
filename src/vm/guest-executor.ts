/** An executor whose runs happen in guests: each run has one of its own, which starts from the same state as all others. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, Outcome } from '../suite/executor';
import { startsPrograms } from '../timeline/commands';
import type { Timeline } from '../timeline/timeline';
import { isLight } from '../timeline/weight';
import type { ClockKind } from '../trace/trace';
import { type GuestProcess, type Limit, startGuest } from './guest-process';
import { HandedFile } from './handed-file';
import { ensureImage, type Image } from './image';
import { compiledRunner, type Held, openInitrd } from './initrd';
import { type AnsweredTrace, encodeJob, wholeTrace } from './job';
import type { Accelerator } from './qemu';
import { findQemu, requireNewEnough } from './qemu-program';
import { collectSideFiles } from './side-files';
import type { SharedTemplate } from './shared-template';
import { BOOT_LIMIT, fromSnapshot, type GuestParts, type OpenSnapshot } from './snapshot';
import { VmError, vmTroubleOf } from './trouble';
import type { BootableKernel } from './vm';

export interface GuestSettings {
  readonly kernel: BootableKernel;
  /** The folder that holds `dist/` and `node_modules/`. */
  readonly root: string;
  readonly time: ClockKind;
  /** Whether runs start from a snapshot, under virtual time; else each boots. */
  readonly snapshot: boolean;
  /** Where runs are so many that a template pays: the one that all executors of this kernel have in common. */
  readonly template?: SharedTemplate;
}

/** What a guest does takes a processor about as long as its own clock; waiting takes none. */
const RUN_LIMIT: Limit = { busyMs: 180_000, wallMs: 1_200_000 };
/** A guest under a KVM that works is there in a second. */
const KVM_LIMIT: Limit = { busyMs: 10_000, wallMs: 10_000 };
const KVM_DEVICE = '/dev/kvm';
const LOOK_MS = 50;

/** Whether KVM works here, once that is known: the device says nothing, only a guest that comes up does. */
let kvmWorks: boolean | undefined;

/** What a guest needs that boots for a run. */
interface Needs {
  readonly held: Held;
  readonly isTraced: boolean;
}

/** What a guest is to do. */
interface Work extends Needs {
  readonly bytes: Uint8Array;
  readonly isLight: boolean;
}

type Answer = Exclude<Outcome, { kind: 'trace' }> | { readonly kind: 'trace'; readonly trace: AnsweredTrace };

export class GuestExecutor implements Executor {
  readonly usable = true;
  readonly sleepers = 0;
  readonly #settings: GuestSettings;
  #guest: GuestProcess | undefined;
  /** The same for all runs: to see whether it is still good, a thousand files are looked at. */
  #image: Promise<Image> | undefined;
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
      const answer = await this.#runJob(findQemu(), {
        bytes: encodeJob({ timeline, workingFolder, files }),
        isLight: isLight(timeline),
        held: startsPrograms(timeline) ? 'everything' : 'runner',
        isTraced: timeline.events === true,
      });
      return answer.kind === 'trace' ? { kind: 'trace', trace: wholeTrace(answer.trace, timeline) } : answer;
    } catch (error) {
      return { kind: 'trouble', trouble: vmTroubleOf(error) };
    }
  }

  kill(): void {
    this.#isKilled = true;
    this.#guest?.kill();
    this.#settings.template?.end();
  }

  release(): void {
    // A guest ends with its run.
    this.#settings.template?.end();
  }

  async #runJob(qemu: string, { bytes: job, isLight: light, ...needs }: Work): Promise<Answer> {
    const { kernel, time, snapshot, template } = this.#settings;
    if (time === 'real') return this.#handing(job, (file) => this.#inRealTime(qemu, needs, file));
    if (!snapshot) return this.#handing(job, (file) => this.#boot(qemu, needs, file, 'tcg'));
    const parts: GuestParts = { qemu, kernel, image: await this.#ensureImage() };
    const copy = await template?.copy(parts, job, light);
    if (copy !== undefined) return this.#withGuest(copy, () => outcomeOf(copy, RUN_LIMIT));
    return this.#handing(job, (file) => fromSnapshot(parts, 'warm', (warm) => this.#restore(qemu, warm, file)));
  }

  #ensureImage(): Promise<Image> {
    this.#image ??= ensureImage(this.#settings.root);
    return this.#image;
  }

  async #handing(job: Uint8Array, use: (file: HandedFile) => Promise<Answer>): Promise<Answer> {
    const file = HandedFile.holding(job);
    try {
      return await use(file);
    } finally {
      file.close();
    }
  }

  #restore(qemu: string, { memory, state }: OpenSnapshot, job: HandedFile): Promise<Answer> {
    const guest = startGuest(qemu, [memory, state, job], ({ pathOf, fdOf }) => ({
      time: 'virtual',
      accelerator: 'tcg',
      start: {
        kind: 'restore',
        memory: pathOf(memory),
        share: 'off',
        waits: false,
        stops: false,
        stateFd: fdOf(state),
        job: pathOf(job),
      },
    }));
    return this.#withGuest(guest, () => outcomeOf(guest, RUN_LIMIT));
  }

  /** With KVM, if a guest comes up under it. */
  async #inRealTime(qemu: string, needs: Needs, job: HandedFile): Promise<Answer> {
    kvmWorks ??= mayUseKvm() ? undefined : false;
    if (kvmWorks === false) return this.#boot(qemu, needs, job, 'tcg');
    try {
      const outcome = await this.#boot(qemu, needs, job, 'kvm');
      kvmWorks = true;
      return outcome;
    } catch (error) {
      if (kvmWorks === true || !(error instanceof VmError) || this.#isKilled) throw error;
      kvmWorks = false;
      return this.#boot(qemu, needs, job, 'tcg');
    }
  }

  async #boot(qemu: string, { held, isTraced }: Needs, job: HandedFile, accelerator: Accelerator): Promise<Answer> {
    const { kernel, time } = this.#settings;
    // Side by side: QEMU takes a tenth of a second to say which one it is.
    const [, image] = await Promise.all([requireNewEnough(qemu), this.#ensureImage()]);
    const initrd = openInitrd(image, held, kernel, [compiledRunner(image)]);
    try {
      const guest = startGuest(qemu, [initrd, job], ({ pathOf }) => ({
        time,
        accelerator,
        start: { kind: 'boot', boot: { kernel, initrd: pathOf(initrd), isTraced }, job: pathOf(job) },
      }));
      return await this.#withGuest(guest, async () => {
        const limit = accelerator === 'kvm' ? KVM_LIMIT : BOOT_LIMIT;
        await guest.within(limit, Promise.all([guest.qmp.greet(), cameUp(guest)]));
        return outcomeOf(guest, RUN_LIMIT);
      });
    } finally {
      initrd.close();
    }
  }

  async #withGuest(guest: GuestProcess, use: () => Promise<Answer>): Promise<Answer> {
    this.#guest = guest;
    // Killed while its snapshot was made.
    if (this.#isKilled) guest.kill();
    try {
      return await use();
    } finally {
      await guest.close();
    }
  }
}

/** Returns when the runner has said anything; it is looked for now and then, since messages come in a file. */
async function cameUp(guest: GuestProcess): Promise<void> {
  while (guest.isRunning && guest.messages().length === 0) await sleep(LOOK_MS);
}

async function outcomeOf(guest: GuestProcess, limit: Limit): Promise<Answer> {
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
