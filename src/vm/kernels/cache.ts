/**
 * Where prepared kernels are kept: one folder for each release of each, which appears whole or not at all.
 *
 * Many processes may use, fill and empty the cache at the same time: work ends with a rename, and who comes second
 * takes what is there.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { present } from '../../base/assert';
import { cacheFolder } from '../cache';
import type { BootableKernel } from '../vm';
import { compareVersions } from './catalogue';
import { isWorkFolder, listFolder, withWorkFolder } from './work-folder';

/** Raised when what is prepared changes, the list of modules for one. Other versions of this program keep their own. */
const FORMAT = 5;

const RECORD = 'kernel.json';

/** The user's own images, prepared: no kernel has a name that begins with a dot. */
const OWN = '.own';
/** So many of them are kept, and none is removed on the day on which it was used. */
const OWN_KEPT = 8;
const OWN_KEPT_MS = 86_400_000;

/** What a folder says about the kernel in it. */
export interface KernelRecord {
  readonly release: string;
  /** A file in the folder, or an absolute path. */
  readonly image: string;
  /** Names of modules in the order of loading; their files are `modules/NAME.ko`. */
  readonly modules: readonly string[];
  /** Whether it takes modules without a signature. */
  readonly takesUnsigned: boolean;
  /** Where it came from, for people. */
  readonly from: string;
}

export interface CachedKernel {
  readonly folder: string;
  readonly record: KernelRecord;
  /** What it takes of the disk. */
  readonly bytes: number;
}

/** The record as it is written. */
interface StoredRecord extends KernelRecord {
  readonly format: number;
  /** Size by file name: what is missing, or has another one, was damaged. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Where kernels are kept. */
export function kernelCache(): string {
  return join(cacheFolder(), 'kernels');
}

/** The name and the text of the file that makes a prepared folder complete; to be written last. */
export function recordOf(folder: string, record: KernelRecord): { readonly file: string; readonly text: string } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const sizes = Object.fromEntries(
    files
      .map((file) => ({ file, stat: statSync(join(folder, file)) }))
      .filter(({ stat }) => stat.isFile())
      .map(({ file, stat }) => [file, stat.size]),
  );
  const stored: StoredRecord = { format: FORMAT, ...record, sizes };
  return { file: join(folder, RECORD), text: `${JSON.stringify(stored, undefined, 2)}\n` };
}

/** The newest release of a kernel in the cache, or the one of this version. */
export function cachedKernel(cache: string, name: string, version?: string): CachedKernel | undefined {
  const versions = version === undefined ? listFolder(join(cache, name)) : [folderName(version)];
  for (const each of versions.sort(compareVersions).reverse()) {
    const kernel = readKernel(join(cache, name, each));
    if (kernel !== undefined) return kernel;
  }
  return undefined;
}

export function bootableKernel(name: string, { folder, record }: CachedKernel): BootableKernel {
  return {
    name,
    release: record.release,
    imagePath: resolve(folder, record.image),
    modules: record.modules.map((module) => join(folder, 'modules', `${module}.ko`)),
    takesUnsigned: record.takesUnsigned,
  };
}

/** Moves a prepared folder to its place. What another process has put there meanwhile is as good, and stays. */
export function storeKernel(cache: string, name: string, version: string, prepared: string): CachedKernel {
  const place = join(cache, name, folderName(version));
  mkdirSync(join(cache, name), { recursive: true });
  if (!tryRename(prepared, place, ['ENOTEMPTY', 'EEXIST']) && readKernel(place) === undefined) {
    // Damaged.
    tryRename(place, `${prepared}-damaged`, ['ENOENT']);
    tryRename(prepared, place, ['ENOTEMPTY', 'EEXIST']);
  }
  return present(readKernel(place), `the kernel in ${place}`);
}

/** Removes every release of the kernels. @returns the names of which there was any */
export function removeKernels(cache: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => remove(cache, join(cache, name)));
}

/** Removes all that is kept. @returns the names */
export function removeAllKernels(cache: string): readonly string[] {
  // The folder of a process at work is its own business; others are swept with the first work folder.
  return removeKernels(
    cache,
    listFolder(cache).filter((name) => !isWorkFolder(name)),
  );
}

/** What has been prepared of an image of the user; being asked for, it is kept for longer. */
export function ownKernel(cache: string, key: string): CachedKernel | undefined {
  const kernel = cachedKernel(cache, OWN, key);
  if (kernel !== undefined) utimesSync(kernel.folder, new Date(), new Date());
  return kernel;
}

/** Keeps what was prepared of an image of the user, and lets go of what has not been used for long. */
export function storeOwnKernel(cache: string, key: string, prepared: string): CachedKernel {
  const kernel = storeKernel(cache, OWN, key, prepared);
  const folder = join(cache, OWN);
  const others = listFolder(folder)
    .map((name) => ({ name, usedMs: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.usedMs - left.usedMs);
  for (const { name, usedMs } of others.slice(OWN_KEPT))
    if (Date.now() - usedMs > OWN_KEPT_MS) remove(cache, join(folder, name));
  return kernel;
}

/** A name for what depends on all of the parts. */
export function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);
}

function readKernel(folder: string): CachedKernel | undefined {
  const stored = readRecord(folder);
  if (stored === undefined || stored.format !== FORMAT) return undefined;
  const { format: _, sizes, ...record } = stored;
  const files = Object.entries(sizes);
  const isWhole = files.every(([file, size]) => statSync(join(folder, file), { throwIfNoEntry: false })?.size === size);
  const bytes = files.reduce((sum, [, size]) => sum + size, 0);
  return isWhole ? { folder, record, bytes } : undefined;
}

function readRecord(folder: string): StoredRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as StoredRecord;
  } catch {
    return undefined;
  }
}

/** Moved away first, so that nobody finds half of it. @returns whether there was anything */
function remove(cache: string, place: string): boolean {
  return withWorkFolder(cache, (folder) => tryRename(place, join(folder, 'removed'), ['ENOENT']));
}

/** @returns whether it was moved; `false` is for these reasons only */
function tryRename(from: string, to: string, expected: readonly string[]): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && expected.includes(String(error.code))) return false;
    throw error;
  }
}

function folderName(version: string): string {
  return `${version.replace(/[^\w.+~-]/g, '_')}_${FORMAT}`;
}
