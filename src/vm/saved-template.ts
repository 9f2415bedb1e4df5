/**
 * Originals of templates that earlier commands have made: one for each snapshot `warm`, QEMU, kernel and processor of this machine.
 * What does not fit is removed, and whatever goes wrong costs the time that a template takes to be made, and nothing else.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { release, version } from 'node:os';
import { CacheShelf } from './cache';
import type { Copier, RestoredProcess } from './copier';
import { GuestFiles } from './guest-process';
import { HandedFile } from './handed-file';
import { QMP_FD } from './running-qemu';
import { type GuestParts, keepSnapshot, snapshotKey } from './snapshot';
import type { WarmOriginal } from './template';
import { TEMPLATE_FORM } from './warming';

const SHELF = 'templates';
/** A matrix of kernels. Each takes 250 MB. */
const KEPT = 8;
const KEY_LENGTH = 24;
/** How many files a template has open that no copy uses. */
const UNUSED = 2;
/** What a processor is, of the lines of /proc/cpuinfo: some of the others are its clock of this moment. */
const PROCESSOR_LINE = /^(?:vendor_id|cpu family|model|model name|stepping|microcode|flags)\s*:/;

export class SavedTemplate {
  readonly #copier: Copier;
  readonly #shelf = new CacheShelf(SHELF, KEPT);
  readonly #parts: GuestParts;
  readonly #key: string;

  constructor(parts: GuestParts, copier: Copier) {
    this.#parts = parts;
    this.#copier = copier;
    this.#key = keyOf(parts);
  }

  /** `undefined` when there is none that fits, or the system does not let it be restored. */
  async open(): Promise<WarmOriginal | undefined> {
    const folder = this.#shelf.find(this.#key);
    if (folder === undefined || this.#copier.restore === undefined) return undefined;
    // The guest's memory is in it, as far as the template has not changed that.
    keepSnapshot(this.#parts, 'booted');
    const files = new GuestFiles();
    const unused = HandedFile.holding();
    const close = (): void => {
      for (const file of [...files.all, unused]) file.close();
    };
    try {
      const restored = await this.#copier.restore(folder, fdsOf(files, Array<HandedFile>(UNUSED).fill(unused)));
      if (restored !== undefined) return { ...restored, files, unused: [unused], close: closing(restored, close) };
      this.#shelf.remove(this.#key);
    } catch {
      // The system refuses, and would again.
    }
    close();
    return undefined;
  }

  /** Keeps one for later commands, if there is none. What goes wrong is not told: they make their own then. */
  async keep({ process, place, files, unused }: WarmOriginal): Promise<void> {
    if (this.#copier.restore === undefined || this.#shelf.find(this.#key) !== undefined) return;
    const plan = { files: fdsOf(files, unused), socket: QMP_FD, place };
    try {
      await this.#shelf.add(this.#key, (folder) => process.save(folder, plan));
    } catch {
      // Nothing is left of it.
    }
  }
}

function fdsOf(files: GuestFiles, unused: readonly HandedFile[]): readonly number[] {
  return [...files.all, ...unused].map(({ fd }) => fd);
}

function closing({ process }: RestoredProcess, close: () => void): () => Promise<void> {
  return async () => {
    process.close();
    close();
  };
}

function keyOf(parts: GuestParts): string {
  const hash = createHash('sha256').update(
    `${snapshotKey(parts, 'warm')}\n${TEMPLATE_FORM}\n${release()} ${version()}\n`,
  );
  for (const line of readFileSync('/proc/cpuinfo', 'latin1').split('\n')) {
    // All processors are the same.
    if (line === '') break;
    if (PROCESSOR_LINE.test(line)) hash.update(`${line}\n`);
  }
  return hash.digest('hex').slice(0, KEY_LENGTH);
}
