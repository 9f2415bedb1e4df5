/** Walking a timeline by hand. */
import type { Check } from '../../src/match/match';
import { type Need, Progress } from '../../src/match/progress';
import type { Timeline } from '../../src/timeline/timeline';
import type { Observation } from '../../src/trace/trace';

export function walk(timeline: Timeline, observations: readonly Observation[]): Progress {
  const progress = new Progress(timeline);
  for (const observation of observations) progress.observe(observation);
  return progress;
}

/** `1 segment ok`, `2 silence FAIL`: step, kind and outcome of each check. */
export function outcomes(progress: { readonly checks: readonly Check[] }): readonly string[] {
  return progress.checks.map(({ step, kind, passed }) => `${step} ${kind} ${passed ? 'ok' : 'FAIL'}`);
}

/** Every field that differs in the failed checks, and their messages. */
export function complaints(progress: { readonly checks: readonly Check[] }): readonly string[] {
  return progress.checks
    .filter((check) => !check.passed)
    .flatMap(({ mismatches, message }) => [
      ...mismatches.map(({ field }) => field),
      ...(message === undefined ? [] : [message]),
    ]);
}

/** What is needed next, short: `act 2 at 5`, `wait until 7`, `done`. */
export function needs(progress: Progress): string {
  const need: Need = progress.need();
  if (need.kind === 'act') return `act ${need.step.index} at ${need.plannedNs}`;
  return need.kind === 'wait' ? `wait until ${need.untilNs}` : 'done';
}
