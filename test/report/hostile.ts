/** A suite with every status, in a matrix of kernels, whose texts try to break out of each format. */
import type { PlannedRun, RejectedSpec, RunResult, SuiteEvent, SuiteListener } from '../../src/suite/suite';
import { summaryOf } from '../support/results';
import { sourceFiles } from '../support/sources';
import * as scenes from './scenes';

/** Everything that ends something somewhere: XML, CDATA, YAML, TAP, workflow commands, terminals. */
const EVIL =
  ']]> </failure> & <b x="y\'"> -- # SKIP \\# ::error::x %0A %25 "quoted" \u0000\u0007\u001b[2J \u202e \ud800 \uffff\r\nnot ok 99\n...\n::stop-commands::x\t\u00e9\u{1f600}';

/** What remains of it where lines and tabs may stay. */
export const PRINTED = EVIL.replace(/[\u0000\u0007\u001b\u202e\ud800\uffff\r]/gu, '\u00b7');

function changed(result: RunResult, index: number, fields: Partial<RunResult['verdict']>, kernel?: string): RunResult {
  const timeline = { ...result.run.timeline, file: index < 4 ? 'specs/a,b:c.yaml' : 'specs/d.yaml', name: EVIL };
  const run: PlannedRun = { index, timeline, ...(kernel === undefined ? {} : { kernel }) };
  return { ...result, run, verdict: { ...result.verdict, ...fields } };
}

function evilChecks({ verdict }: RunResult): RunResult['verdict']['checks'] {
  return verdict.checks.map((check) => (check.passed ? check : { ...check, message: EVIL, title: EVIL }));
}

/** In the order of the plan; two files. */
export const RESULTS: readonly RunResult[] = [
  changed(scenes.passed(), 0, {}, '5.10'),
  changed(scenes.passed(), 1, {}, '6.12'),
  changed(scenes.wrongSegment(), 2, { checks: evilChecks(scenes.wrongSegment()) }, '5.10'),
  changed(scenes.twoFailures(), 3, {}, '6.12'),
  changed(scenes.skipped(), 4, { reason: EVIL }),
  changed(scenes.errored(), 5, { trouble: { code: 'evil', message: EVIL, hint: EVIL, line: 7 } }),
  changed(scenes.inconclusive(), 6, { reason: EVIL }),
];

const SPAN = { start: 0, end: 1 };
const REJECTED: RejectedSpec = {
  file: { path: 'bad\n::warning::.yaml', text: 'x\ny\n' },
  diagnostics: [
    { severity: 'error', code: 'bad-segment', message: EVIL, hint: EVIL, span: SPAN },
    { severity: 'warning', code: 'unknown-key', message: 'odd', span: { start: 2, end: 3 } },
  ],
};

/** @param order in which the runs finish */
export function tellAll(listener: SuiteListener, order: readonly number[] = RESULTS.map((_, index) => index)): void {
  const finished = order.flatMap((index): SuiteEvent[] => {
    const result = RESULTS[index];
    return result === undefined ? [] : [{ kind: 'run-finished', result }];
  });
  const events: readonly SuiteEvent[] = [
    { kind: 'suite-started', runs: RESULTS.map(({ run }) => run), files: sourceFiles(2), jobs: 2 },
    ...finished,
    {
      kind: 'suite-finished',
      summary: summaryOf({ passed: 2, failed: 2, skipped: 1, errored: 1, inconclusive: 1 }),
      results: RESULTS,
    },
  ];
  for (const event of events) listener(event);
}

export function tellRejected(listener: SuiteListener): void {
  listener({ kind: 'spec-rejected', rejected: REJECTED });
  listener({ kind: 'suite-finished', summary: summaryOf({ rejected: 1 }), results: [] });
}
