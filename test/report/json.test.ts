import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { jsonReporter } from '../../src/report/json';
import type { RejectedSpec, RunResult, SuiteListener, SuiteSummary } from '../../src/suite/suite';
import { summaryOf } from '../support/results';
import { collecting } from '../support/sinks';
import { tellAll, tellRejected } from './hostile';
import * as scenes from './scenes';

function documentOf(
  results: readonly RunResult[],
  rejected: readonly RejectedSpec[] = [],
  summary: SuiteSummary = summaryOf(),
): unknown {
  const { sink, parts } = collecting();
  const listener = jsonReporter(sink);
  for (const one of rejected) listener({ kind: 'spec-rejected', rejected: one });
  for (const result of results) listener({ kind: 'run-finished', result });
  expect(parts).toEqual([]);
  listener({ kind: 'suite-finished', summary, results });
  expect(parts).toHaveLength(1);
  return JSON.parse(parts.join(''));
}

// The shape that issue 2 lays down as stable.
describe('the document', () => {
  it('has the summary with all its counts', () => {
    const summary = { passed: 1, failed: 2, skipped: 3, errored: 4, inconclusive: 5, rejected: 6, durationMs: 7 };
    expect(documentOf([], [], summary)).toEqual({ summary, results: [], rejected: [] });
  });

  it('has the fields of a result that the issue names, whatever became of the run', () => {
    const document = documentOf([
      scenes.passed(),
      scenes.wrongSegment(),
      scenes.skipped(),
      scenes.errored(),
      scenes.inconclusive(),
    ]);
    const lateness = {
      p50Us: expect.any(Number) as number,
      p99Us: expect.any(Number) as number,
      maxUs: expect.any(Number) as number,
    };
    const common = {
      file: 'specs/accept/full.yaml',
      name: 'A full accept queue',
      variant: 'ipv4',
      lateness,
      checks: expect.any(Array) as unknown[],
      durationMs: expect.any(Number) as number,
    };
    expect(document).toMatchObject({
      results: [
        { ...common, status: 'passed' },
        { ...common, status: 'failed' },
        { ...common, status: 'skipped', reason: expect.stringContaining('requires kernel') as string },
        { ...common, status: 'errored', error: { code: 'unknown-sysctl', line: 7 } },
        { ...common, status: 'inconclusive', attempts: 3 },
      ],
    });
  });

  it('tells a failed check with its line, both segments, and each field that differs', () => {
    expect(documentOf([scenes.wrongSegment()])).toMatchObject({
      results: [
        {
          checks: [
            {
              line: 11,
              step: 1,
              kind: 'segment',
              passed: false,
              atNs: 9_052_000,
              expected: 'S. 0:0(0) ack 1 <mss 1460>',
              observed: 'R. 0:0(0) ack 1 win 0',
              mismatches: [{ field: 'flags', expected: 'S.', observed: 'R.' }, { field: 'options' }, { field: 'time' }],
            },
          ],
        },
      ],
    });
  });

  it('lists rejected files with line, column, code and hint of each mistake', () => {
    const file = { path: 'bad.yaml', text: 'a: 1\n  b: 2\n' };
    const diagnostics = [
      { severity: 'error', code: 'unknown-key', message: 'unknown key `b`', span: { start: 7, end: 8 }, hint: 'no' },
    ] as const;
    expect(documentOf([], [{ file, diagnostics }])).toMatchObject({
      rejected: [
        {
          file: 'bad.yaml',
          diagnostics: [
            { severity: 'error', code: 'unknown-key', message: 'unknown key `b`', hint: 'no', line: 2, column: 3 },
          ],
        },
      ],
    });
  });
});

describe('the schema of the document', () => {
  const schema = JSON.parse(readFileSync(join(__dirname, '../../docs/json-report.schema.json'), 'utf8')) as object;
  const isValid = new Ajv({ allErrors: true, strictRequired: false, strictTypes: false }).compile(schema);

  function mistakes(document: unknown): readonly string[] {
    isValid(document);
    return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  }

  function written(tell: (listener: SuiteListener) => void): unknown {
    const { sink, parts } = collecting();
    tell(jsonReporter(sink));
    return JSON.parse(parts.join(''));
  }

  it('holds for every status, on every kernel, with every text', () => {
    expect(mistakes(written((listener) => tellAll(listener)))).toEqual([]);
    expect(mistakes(written(tellRejected))).toEqual([]);
  });

  it('holds with kernel events', () => {
    const events = { available: [], missing: ['no right'] };
    expect(mistakes(documentOf([scenes.dropped(events), scenes.dropped()]))).toEqual([]);
  });

  it('is held by nothing else', () => {
    const document = written((listener) => tellAll(listener)) as { results: Record<string, unknown>[] };
    for (const change of [{ status: 'ok' }, { more: 1 }, { checks: [{ passed: false }] }, { lateness: {} }]) {
      const results = document.results.map((result) => ({ ...result, ...change }));
      expect(mistakes({ ...document, results }), JSON.stringify(change)).not.toEqual([]);
    }
  });
});
