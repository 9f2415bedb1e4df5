/** The template that the executors of a kernel have in common: had for their first run, and ended with them. */
import type { Copier } from './copier';
import type { GuestProcess } from './guest-process';
import { SavedTemplate } from './saved-template';
import { fromSnapshot, type GuestParts } from './snapshot';
import { isSameState } from './state';
import { Template, type WarmOriginal } from './template';
import { VmError } from './trouble';
import { WarmingQemu } from './warming';

export class SharedTemplate {
  readonly #loadCopier: () => Copier | undefined;
  readonly #mayBeMade: boolean;
  #warming: WarmingQemu | undefined;
  #template: Template | undefined;
  /** Whether there is one to copy; not before somebody has asked. */
  #isReady: Promise<boolean> | undefined;
  #isBeingMade = false;
  #hasEnded = false;

  /**
   * @param loadCopier gives `undefined` where processes cannot be copied
   * @param mayBeMade whether one that no earlier command has saved is to be made
   */
  constructor(loadCopier: () => Copier | undefined, mayBeMade = true) {
    this.#loadCopier = loadCopier;
    this.#mayBeMade = mayBeMade;
  }

  /**
   * A guest with a job; `undefined` where copying is not to be had, while somebody else waits for the template, or when the job
   * is too large. A guest from the snapshot does the same then, and takes longer.
   * @param isLight whether the job makes the guest do little (`timeline/weight`)
   * @throws VmError, when the guest itself is at fault
   */
  async copy(parts: GuestParts, job: Uint8Array, isLight: boolean): Promise<GuestProcess | undefined> {
    if (this.#isBeingMade) return undefined;
    this.#isReady ??= this.#makeOnce(parts);
    try {
      if (!(await this.#isReady) || this.#hasEnded) return undefined;
      return this.#template?.takes(job) === true ? this.#template.copy(job, isLight) : undefined;
    } catch (error) {
      if (error instanceof VmError) throw error;
      // The system does not allow it, or somebody has ended the template.
      this.end();
      return undefined;
    }
  }

  end(): void {
    this.#hasEnded = true;
    void this.#warming?.close();
    this.#warming = undefined;
    void this.#template?.close();
    this.#template = undefined;
  }

  async #makeOnce(parts: GuestParts): Promise<boolean> {
    this.#isBeingMade = true;
    try {
      return await this.#make(parts);
    } finally {
      this.#isBeingMade = false;
    }
  }

  async #make(parts: GuestParts): Promise<boolean> {
    const copier = this.#loadCopier();
    if (copier === undefined) return false;
    const saved = new SavedTemplate(parts, copier);
    const found = await saved.open();
    const original = found ?? (this.#mayBeMade ? await this.#warm(parts, copier) : undefined);
    if (original === undefined) return false;
    if (this.#hasEnded) {
      await original.close();
      return false;
    }
    this.#template = new Template(original);
    // Runs go on meanwhile.
    if (found === undefined) void saved.keep(original);
    return true;
  }

  /** One of this command's own; `undefined` when it is not what it should be, or not wanted any more. */
  async #warm(parts: GuestParts, copier: Copier): Promise<WarmOriginal | undefined> {
    const wanted = await fromSnapshot(parts, 'warm', async ({ state }) => state.read());
    const warming = await fromSnapshot(parts, 'booted', async (booted) => new WarmingQemu(parts.qemu, booted));
    if (this.#hasEnded) {
      await warming.close();
      return undefined;
    }
    this.#warming = warming;
    const isWarm = isSameState(await warming.warmUp(), wanted);
    // It was closed with everything else.
    if (this.#hasEnded) return undefined;
    const original = isWarm ? warming.open(copier) : undefined;
    this.#warming = undefined;
    if (!isWarm) await warming.close();
    return original;
  }
}
