import { expect, it } from 'vitest';
import { REPORTERS } from '../../src/report/reporters';
import type { SuiteEvent } from '../../src/suite/suite';
import { READABLE_PAGE } from '../support/pages';
import { summaryOf } from '../support/results';
import { collecting } from '../support/sinks';
import { sourceFiles } from '../support/sources';
import * as scenes from './scenes';

const RESULTS = [
  scenes.passed(),
  scenes.wrongSegment(),
  scenes.nothingCame(),
  scenes.twoFailures(),
  scenes.skipped(),
  scenes.errored(),
  scenes.inconclusive(),
];

it.each([...REPORTERS.keys()])('%s copes with every kind of event and result', (name) => {
  const { sink, parts } = collecting();
  const listener = REPORTERS.get(name)?.(sink, () => READABLE_PAGE);
  const events: readonly SuiteEvent[] = [
    { kind: 'spec-warned', rejected: { file: { path: 'w.yaml', text: 'x' }, diagnostics: [] } },
    { kind: 'spec-rejected', rejected: { file: { path: 'r.yaml', text: 'x' }, diagnostics: [] } },
    { kind: 'suite-started', runs: RESULTS.map(({ run }) => run), files: sourceFiles(1), jobs: 2 },
    ...RESULTS.flatMap((result): SuiteEvent[] => [
      { kind: 'run-started', run: result.run, attempt: 1 },
      { kind: 'run-finished', result },
    ]),
    { kind: 'suite-finished', summary: summaryOf({ failed: 3 }), results: RESULTS },
  ];
  for (const event of events) listener?.(event);
  const text = parts.join('');
  expect(text.endsWith('\n')).toBe(true);
  for (const { run } of RESULTS) expect(text).toContain(run.timeline.file);
  expect(text).not.toMatch(/undefined|NaN|\[object/);
});
