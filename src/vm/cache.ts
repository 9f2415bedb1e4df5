/**
 * Where images and snapshots are kept: under the user's cache folder, one folder for each kind. An entry appears whole
 * or not at all, whoever else makes the same one at the same time, and vanishes when it was not used for long.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NO_SPACE_HINT, VmError } from './trouble';

const PRODUCT = 'packetspec';
/** Entries that nobody has used for so long go; and others, when there are too many. */
const KEPT_MS = 14 * 24 * 3600 * 1000;
/** Nobody who still needs an entry has found it so long ago. */
const IN_USE_MS = 3600 * 1000;
/** Folders of makers that are no longer there: `.new-PID-...`. */
const UNFINISHED = /^\.new-(\d+)-/;

/** As the XDG Base Directory Specification says. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base.startsWith('/') ? base : join(homedir(), '.cache'), PRODUCT);
}

let made = 0;

export class CacheShelf {
  readonly #folder: string;
  readonly #kept: number;

  /**
   * @param kind what stands here: `images`
   * @param kept how many entries stay, whether they are used or not
   */
  constructor(kind: string, kept: number, root: string = cacheFolder()) {
    this.#folder = join(root, kind);
    this.#kept = kept;
  }

  /** The folder of an entry, if there is one. It counts as used from now on. */
  find(key: string): string | undefined {
    const folder = join(this.#folder, key);
    if (!existsSync(folder)) return undefined;
    try {
      utimesSync(folder, new Date(), new Date());
    } catch {
      // It belongs to somebody else, or goes in this very moment: who opens its files will see.
    }
    return folder;
  }

  /**
   * Makes an entry, unless somebody else was faster.
   * @param make fills the folder
   * @throws VmError `vm-no-space`, `vm-cache`, and what `make` throws
   */
  async add(key: string, make: (folder: string) => Promise<void>): Promise<string> {
    const target = join(this.#folder, key);
    const fresh = join(this.#folder, `.new-${process.pid}-${++made}`);
    try {
      mkdirSync(fresh, { recursive: true });
      this.#sweep();
      await make(fresh);
      try {
        renameSync(fresh, target);
      } catch (error) {
        // A folder that is not empty stands there already: another process has made the same.
        if (!existsSync(target)) throw error;
      }
      return target;
    } catch (error) {
      throw explain(error, this.#folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }

  remove(key: string): void {
    rmSync(join(this.#folder, key), { recursive: true, force: true });
  }

  /** What is old or too much, and what its maker has left unfinished. */
  #sweep(): void {
    const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
    const entries: { readonly path: string; readonly ageMs: number }[] = [];
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const maker = UNFINISHED.exec(name)?.[1];
      const stat = statSync(path, { throwIfNoEntry: false });
      if (maker !== undefined && !existsSync(`/proc/${maker}`)) remove(path);
      if (maker !== undefined || stat === undefined) continue;
      const ageMs = Date.now() - stat.mtimeMs;
      if (stat.isDirectory()) entries.push({ path, ageMs });
      // What is said of entries (`vm/image`).
      else if (ageMs > KEPT_MS) remove(path);
    }
    entries.sort((left, right) => left.ageMs - right.ageMs);
    for (const [index, { path, ageMs }] of entries.entries()) {
      if (ageMs > KEPT_MS || (index >= this.#kept && ageMs > IN_USE_MS)) remove(path);
    }
  }
}

const NO_SPACE = ['ENOSPC', 'EDQUOT'];

/** An error of the file system as trouble; others stay what they are. */
export function explain(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof VmError) return error;
  const code = String(error.code);
  if (!/^E[A-Z]+$/.test(code)) return error;
  const hint = NO_SPACE_HINT;
  if (NO_SPACE.includes(code)) return new VmError('vm-no-space', `no space is left in ${folder}`, hint, error);
  return new VmError('vm-cache', `the cache ${folder} cannot be used: ${error.message}`, hint, error);
}
