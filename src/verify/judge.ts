/** Judging: walks a trace along its timeline again, and sums up. */
import { type CrossedPacket, isStray } from '../match/connections';
import type { Check } from '../match/match';
import { Progress } from '../match/progress';
import type { Trace } from '../trace/trace';
import { printPacket } from '../wire/print';
import { disturbance } from './disturbance';
import { doubtOf } from './doubt';
import { latenessOf, missedSlot } from './lateness';
import type { Verdict, VerdictStatus } from './verify';

/** The verdict of a trace. */
export function judge(trace: Trace): Verdict {
  const progress = new Progress(trace.timeline);
  for (const observation of trace.observations) progress.observe(observation);
  if (trace.environment.events !== undefined) progress.events.findRefused(progress.baseline);
  const strays = progress.book.crossed.filter(isStray);
  // A walk that ended early leaves segments behind that later steps would have taken.
  const checks = progress.failed ? progress.checks : [...progress.checks, ...strayChecks(trace, strays)];
  const reason = reasonOf(trace, progress, checks);
  const status = statusOf(trace, progress, checks, reason);
  const doubt = status === 'failed' ? doubtOf(checks, trace.environment) : undefined;
  return {
    status,
    checks,
    lateness: latenessOf(progress.timings),
    ...(reason === undefined ? {} : { reason }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(trace.end.kind === 'host-error' ? { trouble: trace.end.error } : {}),
    strays,
    notReached: notReached(trace, progress),
    crossed: progress.book.crossed,
    kernel: progress.events.notes,
    durationNs: trace.end.kind === 'skipped' ? 0 : trace.end.atNs,
  };
}

/** @param reason why a finished run has no verdict, if it has none */
function statusOf(
  { end }: Trace,
  progress: Progress,
  checks: readonly Check[],
  reason: string | undefined,
): VerdictStatus {
  if (end.kind === 'skipped') return 'skipped';
  if (end.kind === 'host-error') return 'errored';
  if (reason !== undefined) return 'inconclusive';
  return checks.every((check) => check.passed) && progress.need().kind === 'done' ? 'passed' : 'failed';
}

function reasonOf(
  { end, timeline, environment }: Trace,
  progress: Progress,
  checks: readonly Check[],
): string | undefined {
  if (end.kind === 'skipped') return end.reason;
  if (end.kind !== 'finished') return undefined;
  return (
    missedSlot(progress.timings, timeline) ??
    disturbance(checks, progress.timings, end.kernelWait, environment.time ?? 'real')
  );
}

/** Steps behind the one at which the run ended; that one counts when it was not the one that failed. */
function notReached({ timeline }: Trace, { reached, checks }: Progress): number {
  const endedHere = checks.some((check) => !check.passed && check.step === reached);
  return timeline.steps.length - reached - (endedHere ? 1 : 0);
}

/** Where the spec says `strays: fail`, each segment that no step took is a failed check of the last step. */
function strayChecks({ timeline, end }: Trace, strays: readonly CrossedPacket[]): readonly Check[] {
  if (timeline.strays !== 'fail' || end.kind !== 'finished') return [];
  return strays.map(({ atNs, connection, script }) => ({
    step: timeline.steps.length - 1,
    kind: 'strays',
    passed: false,
    title: 'no segment besides the expected ones',
    mismatches: [
      { field: 'stray', expected: 'nothing', observed: `${printPacket(script)} (${connection ?? 'no connection'})` },
    ],
    atNs,
  }));
}
