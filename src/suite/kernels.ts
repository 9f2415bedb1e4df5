/** The matrix of kernels: every run on each of them. */
import type { PlannedRun } from './suite';

/** Each run once for every kernel, those of one run side by side, numbered anew. */
export function onEachKernel(runs: readonly PlannedRun[], kernels: readonly string[]): readonly PlannedRun[] {
  return runs
    .flatMap(({ timeline }) => kernels.map((kernel) => ({ timeline, kernel })))
    .map((run, index) => ({ ...run, index }));
}
