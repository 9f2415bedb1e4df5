/** Results of runs, for the tests of reports and of the command line. */
import type { RunResult, SuiteSummary } from '../../src/suite/suite';
import type { Timeline } from '../../src/timeline/timeline';
import type { Observation, TraceEnd } from '../../src/trace/trace';
import { judge } from '../../src/verify/judge';
import { traceOf } from './builders';

export function resultOf(
  timeline: Timeline,
  observations: readonly Observation[],
  end?: TraceEnd,
  fields: Partial<RunResult> = {},
): RunResult {
  const trace = traceOf(timeline, observations, end);
  return { run: { index: 0, timeline }, verdict: judge(trace), attempts: 1, durationMs: 12.3, trace, ...fields };
}

export function summaryOf(counts: Partial<SuiteSummary> = {}): SuiteSummary {
  return { passed: 0, failed: 0, skipped: 0, errored: 0, inconclusive: 0, rejected: 0, durationMs: 1234, ...counts };
}
