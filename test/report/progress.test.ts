import { describe, expect, it } from 'vitest';
import { SuiteProgress } from '../../src/report/progress';
import type { PlannedRun, RunResult } from '../../src/suite/suite';
import { after, inject, S, seg, silence, timelineOf } from '../support/builders';
import { resultOf } from '../support/results';
import { sourceFiles } from '../support/sources';

const SYN = seg('S', { seq: 0 });

/** A run that waits so long. */
function planned(index: number, seconds: number, kernel?: string): PlannedRun {
  const timeline = timelineOf([inject(SYN, { when: after(0) }), silence(seconds * S)], { file: `specs/${index}.yaml` });
  return { index, timeline, ...(kernel === undefined ? {} : { kernel }) };
}

function finished(run: PlannedRun, durationMs: number, fields: Partial<RunResult['verdict']> = {}): RunResult {
  const result = resultOf(run.timeline, []);
  return { ...result, run, durationMs, verdict: { ...result.verdict, status: 'passed', ...fields } };
}

/** A suite on a clock of its own. */
function suite(runs: readonly PlannedRun[], jobs: number) {
  let nowMs = 0;
  const progress = new SuiteProgress(() => nowMs);
  progress.tell({ kind: 'suite-started', runs, files: sourceFiles(runs.length), jobs });
  return {
    line: (columns = 200) => progress.line(columns),
    leftSeconds: () => Math.round(progress.leftMs() / 1000),
    start: (run: PlannedRun, attempt = 1) => progress.tell({ kind: 'run-started', run, attempt }),
    finish: (result: RunResult) => progress.tell({ kind: 'run-finished', result }),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('the line', () => {
  it('tells how far, how long still, what failed and what runs', () => {
    const runs = [0, 1, 2].map((index) => planned(index, 10));
    const { line, start, finish, pass } = suite(runs, 1);
    const [first, second] = [runs[0] as PlannedRun, runs[1] as PlannedRun];
    start(first);
    pass(10_000);
    finish(finished(first, 10_100, { status: 'failed' }));
    start(second, 2);
    pass(4_000);
    expect(line()).toBe(
      '1/3 runs, 1 failed (last specs/0.yaml [ipv4]), 14s gone, about 16s left, running specs/1.yaml [ipv4] attempt 2 4s',
    );
    expect(line(30)).toBe('1/3 runs, 1 failed (last spec~');
  });

  it('is nothing where nothing runs', () => {
    expect(new SuiteProgress(() => 0).line(80)).toBe('');
  });

  it('names the kernel, and lets no control character through', () => {
    const run = planned(0, 1, '6.12\u001b[2J');
    const { line, start } = suite([run], 1);
    start(run);
    expect(line()).toContain('specs/0.yaml [ipv4 on 6.12·[2J] 0s');
  });
});

describe('how long it still takes', () => {
  const runs = Array.from({ length: 20 }, (_, index) => planned(index, 10));

  it('is what the specs wait for, shared among the jobs', () => {
    expect(suite(runs, 1).leftSeconds()).toBe(202);
    expect(suite(runs, 4).leftSeconds()).toBe(51);
  });

  it('follows the pace that is measured', () => {
    const { leftSeconds, finish } = suite(runs, 1);
    for (const run of runs.slice(0, 10)) finish(finished(run, 20_200));
    expect(leftSeconds()).toBeGreaterThan(195);
    expect(leftSeconds()).toBeLessThan(205);
  });

  it('is measured for each kernel: in virtual time an hour takes a moment', () => {
    const matrix = runs.map((run, index) => (index < 10 ? run : { ...run, kernel: '6.12' }));
    const { leftSeconds, finish } = suite(matrix, 1);
    for (const run of matrix.slice(10, 19)) finish(finished(run, 100));
    expect(leftSeconds()).toBeGreaterThan(100);
    expect(leftSeconds()).toBeLessThan(104);
  });

  it('is at least what the longest run needs', () => {
    const long = planned(99, 60);
    const { leftSeconds, start, pass } = suite([...runs.slice(0, 3), long], 4);
    start(long);
    pass(10_000);
    expect(leftSeconds()).toBe(50);
    pass(100_000);
    expect(leftSeconds()).toBe(8);
  });

  it('takes no pace from runs that were not tried', () => {
    const { leftSeconds, finish } = suite(runs, 1);
    for (const run of runs.slice(0, 10)) finish({ ...finished(run, 0, { status: 'skipped' }), attempts: 0 });
    expect(leftSeconds()).toBe(101);
  });
});
