/** Runs that take longer than a suite in real time waits for: they are skipped, and the reason says how to run them. */
import { type Ns, NS_PER_S } from '../base/nanoseconds';
import { forKernel } from '../timeline/for-kernel';
import { expectedDurationNs } from './bounds';
import type { PlannedRun, RunResult } from './suite';
import { untriedVerdict } from './untried';

const MINUTE_NS = 60 * NS_PER_S;
const HOUR_NS = 60 * MINUTE_NS;

/** What is waited for when nobody says otherwise: as long as the shipped suite takes anyhow, and a little more. */
export const DEFAULT_LONGEST_NS: Ns = 90 * NS_PER_S;

export interface Affordable {
  readonly runs: readonly PlannedRun[];
  /** The others, each with the reason. */
  readonly skipped: readonly RunResult[];
}

/**
 * Parts the runs of a plan by whether they take longer than is allowed.
 * @param kernel `uname -r`: only the steps that count there take time
 */
export function longestAllowed(runs: readonly PlannedRun[], longestNs: Ns, kernel: string): Affordable {
  const affordable: PlannedRun[] = [];
  const skipped: RunResult[] = [];
  for (const run of runs) {
    const durationNs = expectedDurationNs(forKernel(run.timeline, kernel));
    if (durationNs <= longestNs) affordable.push(run);
    else skipped.push(skippedResult(run, reasonFor(durationNs)));
  }
  return { runs: affordable, skipped };
}

function reasonFor(durationNs: Ns): string {
  const inReal = `takes ${inWords(durationNs)} in real time`;
  return `${inReal}: run it with --kernel, in virtual time, or with --longest ${enoughFor(durationNs)}`;
}

/** `2h 11min`, `15min 24s`, `75s`: the two largest units, where the first is not small. */
function inWords(durationNs: Ns): string {
  const seconds = Math.round(durationNs / NS_PER_S);
  if (durationNs < 2 * MINUTE_NS) return `${seconds}s`;
  if (durationNs < HOUR_NS) return joined([Math.floor(seconds / 60), 'min'], [seconds % 60, 's']);
  const minutes = Math.round(seconds / 60);
  return joined([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
}

function joined([whole, unit]: readonly [number, string], [rest, smaller]: readonly [number, string]): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit} ${rest}${smaller}`;
}

/** A round value of the option that lets the run through. */
function enoughFor(durationNs: Ns): string {
  if (durationNs > HOUR_NS) return `${Math.ceil(durationNs / HOUR_NS)}h`;
  return durationNs > MINUTE_NS ? `${Math.ceil(durationNs / MINUTE_NS)}min` : `${Math.ceil(durationNs / NS_PER_S)}s`;
}

function skippedResult(run: PlannedRun, reason: string): RunResult {
  return { run, verdict: untriedVerdict(run.timeline, { status: 'skipped', reason }), attempts: 0, durationMs: 0 };
}
