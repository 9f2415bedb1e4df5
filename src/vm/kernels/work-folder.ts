/**
 * Folders in which something is prepared that is then moved to its place as a whole.
 *
 * Deliberately absent: locks. Two processes that prepare the same do it twice, and neither can block the other.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const PREFIX = '.work-';

/** Nothing that is prepared takes longer. */
const WORK_MAX_MS = 3_600_000;

/** Runs an action with a folder of its own, and removes the folder. What killed processes have left goes too. */
export function withWorkFolder<T>(parent: string, action: (folder: string) => T): T {
  mkdirSync(parent, { recursive: true });
  sweep(parent);
  const folder = mkdtempSync(join(parent, `${PREFIX}${placeOfWork()}-${process.pid}-`));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes the folders whose process is no longer there. */
function sweep(parent: string): void {
  for (const name of listFolder(parent))
    if (name.startsWith(PREFIX) && !isAtWork(parent, name))
      rmSync(join(parent, name), { recursive: true, force: true });
}

/** The names in a folder, hidden ones too; a folder that is not there has none. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export function isWorkFolder(name: string): boolean {
  return name.startsWith(PREFIX);
}

function isAtWork(parent: string, name: string): boolean {
  const changedMs = statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs;
  if (changedMs === undefined || Date.now() - changedMs > WORK_MAX_MS) return false;
  const [, place, pid] = /^\.work-(\w+)-(\d+)-/.exec(name) ?? [];
  // Of a process on another machine, or in another container, nothing is known but the time.
  return place !== placeOfWork() || existsSync(`/proc/${pid ?? ''}`);
}

/** Tells apart what has process numbers of its own. */
function placeOfWork(): string {
  const place = [hostname(), readlinkSync('/proc/self/ns/pid')].join('\0');
  return createHash('sha256').update(place).digest('hex').slice(0, 8);
}
