/** What the page is told of one run. */
import { formatDuration } from '../../base/nanoseconds';
import type { Check } from '../../match/match';
import type { RunResult } from '../../suite/suite';
import { type Evidence, evidenceOf, whyFailed } from '../evidence';
import { fold, type FoldLimits } from '../fold';
import { counterViews } from './counters';
import { lineOfStep } from './place';
import { queueViews } from './queues';
import { rowOf } from './rows';
import type { FailureView, RunView } from './view';

/** A page can scroll: more is shown at first than on a terminal. */
const SHOWN: FoldLimits = { whole: 400, first: 100, last: 100, around: 10, failures: 50, strays: 50 };
/** More than this would make a page that no browser opens with pleasure. */
const MOST_ROWS = 200_000;

/** @param source the number of the file whose text is in the page, if it is */
export function runView(result: RunResult, source: number | undefined, mostRows = MOST_ROWS): RunView {
  const { run, verdict, trace } = result;
  const { timeline } = run;
  const evidence = evidenceOf(result);
  const kept = keptEvidence(evidence, mostRows);
  return {
    kind: 'run',
    ...(timeline.about === undefined ? {} : { about: timeline.about.trim() }),
    ...(timeline.source === undefined ? {} : { basis: timeline.source }),
    reasons: reasonsOf(result),
    failures: verdict.checks.filter(({ passed }) => !passed).map((check) => failureView(check, result)),
    notReached: verdict.status === 'failed' ? verdict.notReached : 0,
    facts: factsOf(result),
    rows: kept.map(rowOf),
    folds: foldsOf(kept),
    leftOut: evidence.length - kept.length,
    queues: trace === undefined ? [] : queueViews(trace),
    counters: trace === undefined ? [] : counterViews(trace),
    marked: markedLines(result),
    source: source ?? knownLines(result),
  };
}

/** In one line, why it did not pass; `undefined` when it did. */
export function briefOf({ verdict }: RunResult): string | undefined {
  const { status, checks, reason, trouble } = verdict;
  if (status === 'errored') return trouble?.message;
  if (status !== 'failed') return reason;
  const failed = checks.filter(({ passed }) => !passed);
  const [first] = failed;
  if (first === undefined) return undefined;
  return `${first.title}: ${whyFailed(first)}${failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`}`;
}

function markedLines({ run, verdict }: RunResult): readonly number[] {
  const failed = verdict.checks.filter(({ passed }) => !passed).map(({ step }) => lineOfStep(step, run.timeline));
  const lines = [...failed, verdict.trouble?.line].filter((line) => line !== undefined);
  return [...new Set(lines)];
}

function reasonsOf({ verdict, attempts }: RunResult): readonly string[] {
  const { reason, trouble, doubt } = verdict;
  const times = attempts === 1 ? '' : `, but it came in each of ${attempts} attempts`;
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(trouble === undefined ? [] : [`${trouble.message} [${trouble.code}]`]),
    ...(trouble?.hint === undefined ? [] : [`hint: ${trouble.hint}`]),
    ...(doubt === undefined ? [] : [`${doubt}${times}`]),
  ];
}

function failureView(check: Check, { run }: RunResult): FailureView {
  const { atNs, title, mismatches, message, expected, observed, kind, step } = check;
  const isSegment = kind === 'segment';
  return {
    line: lineOfStep(step, run.timeline) ?? 0,
    atNs,
    title,
    mismatches: mismatches.map((one) => ({ field: one.field, expected: one.expected, observed: one.observed })),
    ...(isSegment && expected !== undefined ? { expected } : {}),
    ...(isSegment && observed !== undefined ? { observed } : {}),
    ...(message === undefined ? {} : { message }),
  };
}

function factsOf({ run, verdict, trace, attempts, durationMs }: RunResult): RunView['facts'] {
  const { network, sysctls, variant } = run.timeline;
  const { p50Us, p99Us, maxUs } = verdict.lateness;
  const environment = trace?.environment;
  return [
    ['variant', variant.label],
    ...(run.kernel === undefined ? [] : [['asked for as', run.kernel] as const]),
    ...(environment === undefined
      ? []
      : [
          ['kernel', `${environment.kernel}, ${environment.architecture}`] as const,
          ['clock', `${environment.time ?? 'real'} time`] as const,
          ['started at', environment.startedAt] as const,
          ['set-up', formatDuration(environment.setupNs)] as const,
          ['rights', environment.rootless ? 'without root' : 'root'] as const,
          ['scheduling', environment.scheduling] as const,
        ]),
    ['timed part', formatDuration(verdict.durationNs)],
    [
      'in all',
      `${formatDuration(Math.round(durationMs * 1e6))}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    ],
    ['harness late by', `${p50Us} us (median), ${p99Us} us (p99), ${maxUs} us (most)`],
    ['kernel under test', `${network.localAddress}/${network.localPrefixLength}`],
    ['harness', `${network.remoteAddress}/${network.remotePrefixLength}`],
    ['link', `${network.link}, mtu ${network.mtu}`],
    ...sysctls.map(({ name, value }) => [name, value] as const),
  ];
}

/** Of the very longest runs: the beginning, and as much of the end. */
function keptEvidence(evidence: readonly Evidence[], mostRows: number): readonly Evidence[] {
  if (evidence.length <= mostRows) return evidence;
  return [...evidence.slice(0, mostRows / 2), ...evidence.slice(-mostRows / 2)];
}

function foldsOf(evidence: readonly Evidence[]): RunView['folds'] {
  const folds: (readonly [number, number])[] = [];
  let at = 0;
  for (const row of fold(evidence, SHOWN)) {
    if (row.kind === 'folded') folds.push([at, row.rows]);
    at += row.kind === 'folded' ? row.rows : 1;
  }
  return folds;
}

/** Lines that the timeline has kept, where the file is not there: a saved trace is all that is left of it. */
function knownLines({ run }: RunResult): readonly (readonly [number, string])[] {
  const lines = new Map<number, string>();
  const { steps, sysctls, server } = run.timeline;
  for (const { place } of [...sysctls, ...(server === undefined ? [] : [server]), ...steps])
    lines.set(place.line, place.text);
  for (const { action } of steps) {
    if (action.kind !== 'group') continue;
    for (const { place } of action.members) lines.set(place.line, place.text);
  }
  return [...lines].sort(([left], [right]) => left - right);
}
