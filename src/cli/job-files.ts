/** What comes with a job from another machine: the folders in which servers and commands run, and what they call there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Job } from '../vm/job';

/** Puts everything at the place that it has on the other machine, and goes to the user's working folder. */
export function placeFiles({ timeline, workingFolder, files }: Job): void {
  for (const folder of [workingFolder, resolve(workingFolder, timeline.folder)]) mkdirSync(folder, { recursive: true });
  for (const { path, mode, content } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  }
  process.chdir(workingFolder);
}
