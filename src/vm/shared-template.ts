/** The template that the executors of a kernel have in common: made for their first run, and ended with them. */
import type { OpenCopied } from './copier';
import type { GuestProcess } from './guest-process';
import { fromSnapshot, type GuestParts } from './snapshot';
import { isSameState } from './state';
import { Template } from './template';
import { VmError } from './trouble';

export class SharedTemplate {
  readonly #loadCopier: () => OpenCopied | undefined;
  #template: Template | undefined;
  /** Whether there is one to copy; not before somebody has asked. */
  #isReady: Promise<boolean> | undefined;
  #isBeingMade = false;
  #hasEnded = false;

  /** @param loadCopier gives `undefined` where processes cannot be copied */
  constructor(loadCopier: () => OpenCopied | undefined) {
    this.#loadCopier = loadCopier;
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
    const open = this.#loadCopier();
    if (open === undefined) return false;
    const wanted = await fromSnapshot(parts, 'warm', async ({ state }) => state.read());
    const template = await fromSnapshot(parts, 'booted', async (booted) => new Template(parts.qemu, booted));
    this.#template = template;
    if (!this.#hasEnded && isSameState(await template.warmUp(), wanted)) {
      template.allowCopies(open);
      return true;
    }
    this.#template = undefined;
    await template.close();
    return false;
  }
}
