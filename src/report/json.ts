/** `--reporter json`: one document at the end of the suite. Its fields are stable; see docs/json-report.md. */
import type { KernelNote } from '../match/kernel-events';
import type { Check } from '../match/match';
import type { PlannedRun, RejectedSpec, RunResult, SuiteListener, SuiteSummary } from '../suite/suite';
import { linesOf } from '../spec/source';
import type { LeftOut, Timeline } from '../timeline/timeline';
import type { EventSupport } from '../trace/kernel-event';
import type { Verdict } from '../verify/verify';
import { printPacket } from '../wire/print';
import type { Sink } from './report';

/** Collects rejected files and results, and writes the document when the suite is finished. */
export function jsonReporter({ write }: Sink): SuiteListener {
  const rejected: RejectedSpec[] = [];
  return (event) => {
    if (event.kind === 'spec-rejected') rejected.push(event.rejected);
    if (event.kind === 'suite-finished')
      write(`${JSON.stringify(documentOf(event.summary, event.results, rejected), undefined, 2)}\n`);
  };
}

function documentOf(summary: SuiteSummary, results: readonly RunResult[], rejected: readonly RejectedSpec[]): unknown {
  return { summary, results: results.map(resultOf), rejected: rejected.map(rejectedOf) };
}

function resultOf({ run, verdict, attempts, durationMs, trace }: RunResult): unknown {
  const { file, name, variant } = run.timeline;
  return {
    file,
    name,
    variant: variant.label,
    ...(run.kernel === undefined ? {} : { on: run.kernel }),
    status: verdict.status,
    durationMs,
    attempts,
    lateness: verdict.lateness,
    ...(trace === undefined ? {} : { kernel: trace.environment.kernel }),
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict.doubt === undefined ? {} : { doubt: verdict.doubt }),
    ...(verdict.trouble === undefined ? {} : { error: verdict.trouble }),
    ...(run.timeline.leftOut === undefined ? {} : { leftOut: run.timeline.leftOut.map(leftOutOf) }),
    checks: verdict.checks.map((check) => checkOf(check, run.timeline)),
    ...(trace?.environment.events === undefined ? {} : { events: eventsOf(run, verdict, trace.environment.events) }),
  };
}

function leftOutOf({ place, label, reason }: LeftOut): unknown {
  return { line: place.line, title: label, reason };
}

function eventsOf({ timeline }: PlannedRun, { crossed, kernel }: Verdict, { missing }: EventSupport): unknown {
  return {
    missing,
    lost: crossed.flatMap(({ loss, connection, script, step }) => {
      if (loss === undefined) return [];
      const { kind, atNs, ...rest } = loss;
      return [
        { atNs, line: timeline.steps[step ?? -1]?.place.line, connection, segment: printPacket(script), kind, ...rest },
      ];
    }),
    told: kernel.map(({ atNs, connection, event }) => toldOf(atNs, connection, event)),
  };
}

/** Without what only ties events together. */
function toldOf(atNs: number, connection: string | undefined, event: KernelNote['event']): unknown {
  const { kind, ...rest } = event;
  const hidden: readonly string[] = ['atNs', 'socket', 'flow', 'injectedNs'];
  const shown = Object.fromEntries(Object.entries(rest).filter(([name]) => !hidden.includes(name)));
  return { atNs, kind, connection, ...shown };
}

function checkOf(
  { step, kind, passed, title, mismatches, message, atNs, expected, observed }: Check,
  timeline: Timeline,
): unknown {
  const line = timeline.steps[step]?.place.line;
  return { line, step, kind, passed, title, mismatches, message, expected, observed, atNs };
}

function rejectedOf({ file, diagnostics }: RejectedSpec): unknown {
  return {
    file: file.path,
    diagnostics: diagnostics.map(({ severity, code, message, hint, span }) => ({
      severity,
      code,
      message,
      hint,
      ...linesOf(file).placeOf(span.start),
    })),
  };
}
