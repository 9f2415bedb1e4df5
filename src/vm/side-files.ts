/**
 * The files of this host that a spec's commands name: they go into the guest with the job, to the same places. What
 * a command names by a path is looked for from the folder in which it runs; what a text names in its turn, from there
 * and from beside itself. Programs and packages are not called by relative paths, so only small files are taken.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SideFile } from './job';
import { commandsOf } from '../timeline/commands';
import type { Timeline } from '../timeline/timeline';

const BYTES_MAX = 256 * 1024;
const FILES_MAX = 200;
const MODE_MASK = 0o777;
/** What may be a path, or the name of a Python module beside. */
const WORD = /[\w.@%+~/-]*\w/g;
/** Of shells and of Python. */
const COMMENT_LINE = /^[ \t]*#.*$/gm;
/** These exist in the guest, or are none of a spec's business. */
const SYSTEM = /^\/(?:usr|bin|sbin|lib\w*|etc|proc|sys|dev|run|var|boot)\//;

/** @param workingFolder of the user, in which servers run */
export function collectSideFiles(timeline: Timeline, workingFolder: string): readonly SideFile[] {
  const found = new Map<string, SideFile>();
  const folder = resolve(workingFolder, timeline.folder);
  for (const { text } of commandsOf(timeline)) follow(text, [folder], found);
  if (timeline.server !== undefined) follow(timeline.server.command, [workingFolder, folder], found);
  return [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** Adds the files that the text names, and those that they name. */
function follow(text: string, folders: readonly string[], found: Map<string, SideFile>): void {
  for (const word of new Set(text.replace(COMMENT_LINE, '').match(WORD) ?? [])) {
    for (const path of folders.flatMap((folder) => [resolve(folder, word), resolve(folder, `${word}.py`)])) {
      const file = found.has(path) ? undefined : smallFile(path);
      if (file === undefined || found.size >= FILES_MAX) continue;
      found.set(path, file);
      follow(Buffer.from(file.content).toString('latin1'), [...new Set([...folders, dirname(path)])], found);
    }
  }
}

function smallFile(path: string): SideFile | undefined {
  if (SYSTEM.test(path)) return undefined;
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > BYTES_MAX) return undefined;
    return { path, mode: stat.mode & MODE_MASK, content: readFileSync(path) };
  } catch {
    return undefined;
  }
}
