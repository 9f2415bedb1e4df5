/**
 * `--reporter tap`: the Test Anything Protocol, version 14, with what went wrong as YAML. One test for each run, in the
 * order of the plan, each as soon as all before it have finished; see docs/reports.md for what becomes of each status.
 */
import { printable, visible } from '../base/printable';
import { labelOf } from '../suite/label';
import type { RejectedSpec, RunResult, SuiteListener } from '../suite/suite';
import { linesOf } from '../spec/source';
import { explanation } from './console';
import { whyFailed } from './evidence';
import { InOrder } from './in-order';
import { PLAIN } from './ladder';
import type { Sink } from './report';

const HEADER = 'TAP version 14';

/** What a block of diagnostics is made of; lines are a text of several. */
type Value = string | number | Lines | readonly Value[] | { readonly [key: string]: Value | undefined };

class Lines {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines.flatMap((line) => line.split('\n')).map((line) => visible(line).trimEnd());
  }
}

export function tapReporter({ write }: Sink): SuiteListener {
  const print = (lines: readonly string[]): void => write(lines.map((line) => `${line}\n`).join(''));
  const rejected: RejectedSpec[] = [];
  const order = new InOrder();
  let started = false;
  return (event) => {
    switch (event.kind) {
      case 'spec-rejected':
        rejected.push(event.rejected);
        return;
      case 'suite-started':
        started = true;
        print([HEADER, `1..${event.runs.length}`]);
        return;
      case 'run-finished':
        for (const result of order.take(event.result)) print(testLines(result));
        return;
      case 'suite-finished':
        if (!started) print([HEADER, `1..${rejected.length}`]);
        print(rejected.flatMap((one, index) => rejectedLines(one, index + 1)));
        return;
      case 'spec-warned':
      case 'run-started':
    }
  };
}

function testLines(result: RunResult): readonly string[] {
  const { run, verdict } = result;
  const number = run.index + 1;
  const description = plain(`${run.timeline.file} [${labelOf(run)}] ${run.timeline.name}`);
  switch (verdict.status) {
    case 'passed':
      return [`ok ${number} - ${description}`];
    case 'skipped':
      return [`ok ${number} - ${description} # SKIP ${oneLine(verdict.reason ?? '')}`];
    case 'inconclusive':
      return [`ok ${number} - ${description} # SKIP inconclusive: ${oneLine(verdict.reason ?? '')}`];
    case 'failed':
    case 'errored':
      return [`not ok ${number} - ${description}`, ...yamlBlock(diagnosisOf(result))];
  }
}

function diagnosisOf(result: RunResult): Value {
  const { run, verdict, attempts, durationMs, trace } = result;
  const { file, steps } = run.timeline;
  const failed = verdict.checks.filter((check) => !check.passed);
  const first = failed[0];
  const place = first === undefined ? undefined : steps[first.step]?.place;
  return {
    message: first === undefined ? (verdict.trouble?.message ?? '') : `${first.title}: ${whyFailed(first)}`,
    severity: verdict.status === 'failed' ? 'fail' : 'error',
    code: verdict.trouble?.code,
    at: { file, line: place?.line ?? verdict.trouble?.line, column: place?.column },
    kernel: trace?.environment.kernel,
    attempts,
    duration_ms: durationMs,
    checks: failed.map(({ step, kind, title, expected, observed, mismatches, message, atNs }) => ({
      line: steps[step]?.place.line,
      kind,
      title,
      expected,
      observed,
      mismatches: mismatches.map((one) => ({ field: one.field, expected: one.expected, observed: one.observed })),
      message,
      at_ns: atNs,
    })),
    explanation: new Lines(explanation(result, PLAIN)),
  };
}

function rejectedLines({ file, diagnostics }: RejectedSpec, number: number): readonly string[] {
  const mistakes = diagnostics.map(({ severity, code, message, hint, span }) => {
    const { line, column } = linesOf(file).placeOf(span.start);
    return { severity, code, message, hint, line, column };
  });
  const message = `rejected: ${diagnostics[0]?.message ?? ''}`;
  const block = yamlBlock({ message, severity: 'error', at: { file: file.path }, diagnostics: mistakes });
  return [`not ok ${number} - ${plain(file.path)}`, ...block];
}

/** A number sign would begin a directive, and a backslash escapes. */
function plain(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&');
}

function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim());
}

function yamlBlock(value: Value): readonly string[] {
  return ['---', ...yamlLines(value), '...'].map((line) => `  ${line}`);
}

/** Block collections, and every text in double quotes, which YAML reads as JSON does. */
function yamlLines(value: Value): readonly string[] {
  if (isList(value)) return value.flatMap((one) => indented(yamlLines(one), '- '));
  if (typeof value !== 'object') return [scalar(value)];
  if (value instanceof Lines) return value.lines.map(scalar);
  return Object.entries(value).flatMap(([key, inner]) => {
    if (inner === undefined) return [];
    if (typeof inner !== 'object') return [`${key}: ${scalar(inner)}`];
    if (inner instanceof Lines) return literal(key, inner);
    return isList(inner) && inner.length === 0
      ? [`${key}: []`]
      : [`${key}:`, ...yamlLines(inner).map((line) => `  ${line}`)];
  });
}

/**
 * A literal block: how far it is indented is read from its first line, and Perl's reader ends it at an empty one. (Nor
 * does that reader take a text in a list that looks like `word: more`, in quotes or not.)
 */
function literal(key: string, { lines }: Lines): readonly string[] {
  const [first = '', ...rest] = lines.filter((line) => line !== '');
  return [`${key}: |`, ...[first.trimStart(), ...rest].map((line) => `  ${line}`)];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function indented(lines: readonly string[], mark: string): readonly string[] {
  return lines.map((line, index) => `${index === 0 ? mark : '  '}${line}`);
}

function scalar(value: string | number): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(printable(value));
}
