/** The specs of replayed traces: a trace holds the lines that steps stand on, and the file may have changed since. */
import { readFileSync } from 'node:fs';
import { byFile, fileOf } from '../report/by-file';
import type { SourceFile } from '../spec/source';
import type { RunResult } from '../suite/suite';
import type { Place } from '../timeline/timeline';

/**
 * One for each file: as it is on this machine, if it is still that file; else the lines that are known.
 * @param results the runs of a file side by side
 */
export function sourcesOf(results: readonly RunResult[]): readonly SourceFile[] {
  return byFile(results).map((runs) => {
    const path = fileOf(runs[0]);
    return {
      path,
      text: textOf(
        path,
        runs.flatMap(({ run }) => run.timeline.steps.map(({ place }) => place)),
      ),
    };
  });
}

function textOf(path: string, known: readonly Place[]): string {
  const text = readIfThere(path);
  const lines = text?.split('\n') ?? [];
  if (text !== undefined && known.every(({ line, text: was }) => lines[line - 1] === was)) return text;
  const kept: string[] = [];
  for (const { line, text: was } of known) kept[line - 1] = was;
  return Array.from(kept, (line) => line ?? '').join('\n');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
