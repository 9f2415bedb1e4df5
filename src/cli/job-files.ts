/** What comes with a job from another machine: the folders in which servers and commands run, and what they call there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { startsPrograms } from '../timeline/commands';
import type { Job } from '../vm/job';

/**
 * Puts everything at the place that it has on the other machine, and goes to the user's working folder, if the job starts
 * any programs.
 */
export function placeFiles({ timeline, workingFolder, files }: Job): void {
  if (!startsPrograms(timeline)) return;
  const folders = [workingFolder, resolve(workingFolder, timeline.folder), ...files.map(({ path }) => dirname(path))];
  for (const folder of new Set(folders)) mkdirSync(folder, { recursive: true });
  for (const { path, mode, content } of files) writeFileSync(path, content, { mode });
  process.chdir(workingFolder);
}
