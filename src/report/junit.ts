/**
 * `--reporter junit`: what CI servers read. A suite for each file, a case for each run; see docs/reports.md for what
 * becomes of each status. One document, at the end, since its first line has the counts.
 */
import { renderDiagnostic } from '../spec/render';
import { labelOf } from '../suite/label';
import type { RejectedSpec, RunResult, SuiteListener, SuiteSummary } from '../suite/suite';
import { byFile } from './by-file';
import { diagnosticLines, explanation } from './console';
import { whyFailed } from './evidence';
import { PLAIN } from './ladder';
import type { Sink } from './report';
import { element, xmlText } from './xml';

/** Collects rejected files, and writes the document when the suite is finished. */
export function junitReporter({ write }: Sink): SuiteListener {
  const rejected: RejectedSpec[] = [];
  return (event) => {
    if (event.kind === 'spec-rejected') rejected.push(event.rejected);
    if (event.kind !== 'suite-finished') return;
    write('<?xml version="1.0" encoding="UTF-8"?>\n');
    write(`${openingTag(event.results, rejected, event.summary)}\n`);
    for (const results of byFile(event.results)) write(`${suiteOf(results)}\n`);
    for (const one of rejected) write(`${rejectedSuite(one)}\n`);
    write('</testsuites>\n');
  };
}

function openingTag(results: readonly RunResult[], rejected: readonly RejectedSpec[], summary: SuiteSummary): string {
  const { skipped: _, ...counts } = countsOf(results);
  const attributes = {
    name: 'packetspec',
    ...counts,
    tests: counts.tests + rejected.length,
    errors: counts.errors + rejected.length,
    time: inSeconds(summary.durationMs),
  };
  return element('testsuites', attributes, ' ').replace(/ <\/testsuites>$/, '');
}

function suiteOf(results: readonly [RunResult, ...RunResult[]]): string {
  const [first] = results;
  const { file, name } = first.run.timeline;
  const startedAt = results
    .flatMap(({ trace }) => (trace === undefined ? [] : [trace.environment.startedAt]))
    .sort()[0];
  const attributes = {
    name: file,
    ...countsOf(results),
    time: inSeconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    // Without fractions and time zone, as Ant writes it; it is UTC.
    timestamp: startedAt?.replace(/(?:\.\d+)?Z$/, ''),
  };
  const property = element('property', { name: 'spec', value: name });
  const kernels = [...new Set(results.flatMap(({ trace }) => (trace === undefined ? [] : [trace.environment.kernel])))];
  const properties = [property, ...kernels.map((value) => element('property', { name: 'kernel', value }))];
  return element(
    'testsuite',
    attributes,
    [`<properties>${properties.join('')}</properties>`, ...results.map(caseOf)].join('\n'),
  );
}

function countsOf(results: readonly RunResult[]) {
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ verdict }) => statuses.includes(verdict.status)).length;
  return {
    tests: results.length,
    failures: count('failed'),
    errors: count('errored'),
    skipped: count('skipped', 'inconclusive'),
  };
}

function caseOf(result: RunResult): string {
  const { run, durationMs } = result;
  const attributes = { name: labelOf(run), classname: run.timeline.file, time: inSeconds(durationMs) };
  return element('testcase', attributes, outcomeOf(result));
}

function outcomeOf(result: RunResult): string {
  const { status, reason, checks, trouble } = result.verdict;
  const text = (): string => xmlText(explanation(result, PLAIN).join('\n'));
  switch (status) {
    case 'passed':
      return '';
    case 'skipped':
      return element('skipped', { message: reason ?? '' });
    case 'inconclusive':
      return element('skipped', { message: `inconclusive: ${reason ?? ''}` });
    case 'errored':
      return element('error', { message: trouble?.message ?? '', type: trouble?.code ?? 'errored' }, text());
    case 'failed': {
      const first = checks.find((check) => !check.passed);
      const message = first === undefined ? '' : `${first.title}: ${whyFailed(first)}`;
      return element('failure', { message, type: first?.kind ?? 'failed' }, text());
    }
  }
}

function rejectedSuite(rejected: RejectedSpec): string {
  const { file, diagnostics } = rejected;
  const first = diagnostics[0];
  const message = first === undefined ? '' : (renderDiagnostic(first, file).split('\n')[0] ?? '');
  const error = element(
    'error',
    { message, type: first?.code ?? 'rejected' },
    xmlText(diagnosticLines(rejected).join('\n')),
  );
  const only = element('testcase', { name: 'rejected', classname: file.path, time: inSeconds(0) }, error);
  return element(
    'testsuite',
    { name: file.path, tests: 1, failures: 0, errors: 1, skipped: 0, time: inSeconds(0) },
    only,
  );
}

function inSeconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
