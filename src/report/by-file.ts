/** Results by the file of their spec, for reports in which a file is a test of its own. */
import type { RunResult } from '../suite/suite';

/** In the order of the plan, the runs of a file stand side by side. */
export function byFile(results: readonly RunResult[]): readonly (readonly [RunResult, ...RunResult[]])[] {
  const groups: [RunResult, ...RunResult[]][] = [];
  for (const result of results) {
    const last = groups.at(-1);
    if (last !== undefined && fileOf(last[0]) === fileOf(result)) last.push(result);
    else groups.push([result]);
  }
  return groups;
}

export function fileOf({ run }: RunResult): string {
  return run.timeline.file;
}
