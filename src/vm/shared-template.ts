/** The template that the executors of a kernel have in common: made for their first run, and ended with them. */
import type { OpenCopied } from './copier';
import type { GuestProcess } from './guest-process';
import { fromSnapshot, type GuestParts } from './snapshot';
import { Template } from './template';
import { VmError } from './trouble';

export class SharedTemplate {
  readonly #loadCopier: () => OpenCopied | undefined;
  #template: Template | undefined;
  /** Whether there is one to copy; not before somebody has asked. */
  #isReady: Promise<boolean> | undefined;
  #hasEnded = false;

  /** @param loadCopier gives `undefined` where processes cannot be copied */
  constructor(loadCopier: () => OpenCopied | undefined) {
    this.#loadCopier = loadCopier;
  }

  /**
   * A guest with a job; `undefined` where copying is not to be had, or the job is too large. A guest from the snapshot does
   * the same then, and takes longer.
   * @throws VmError, when the guest itself is at fault
   */
  async copy(parts: GuestParts, job: Uint8Array): Promise<GuestProcess | undefined> {
    this.#isReady ??= this.#make(parts);
    try {
      if (!(await this.#isReady) || this.#hasEnded) return undefined;
      return this.#template?.takes(job) === true ? this.#template.copy(job) : undefined;
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

  async #make(parts: GuestParts): Promise<boolean> {
    const open = this.#loadCopier();
    if (open === undefined) return false;
    await fromSnapshot(parts, 'booted', async (booted) => {
      if (this.#hasEnded) return;
      this.#template = new Template(parts.qemu, booted);
      await this.#template.warmUp(open);
    });
    return true;
  }
}
