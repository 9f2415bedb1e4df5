import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../../src/match/progress';
import { readTrace, writeTrace } from '../../../src/trace/jsonl';
import { judge } from '../../../src/verify/judge';
import { traces } from '../../support/arbitrary-traces';
import { walk } from '../../support/walk';

const RUNS = { numRuns: 300 };

describe('replay is exact', () => {
  it('walking the observations again gives the same checks and timings', () => {
    const seen = { checks: 0, failed: 0, finished: 0 };
    fc.assert(
      fc.property(traces, ({ timeline, observations }) => {
        const [first, second] = [walk(timeline, observations), walk(timeline, observations)];
        expect(second.checks).toEqual(first.checks);
        expect(second.timings).toEqual(first.timings);
        expect(second.need()).toEqual(first.need());
        seen.checks += first.checks.length;
        seen.failed += Number(first.failed);
        seen.finished += Number(!first.failed && first.need().kind === 'done');
      }),
      RUNS,
    );
    // A generator that never reaches the end of a timeline, or never fails, would prove little.
    expect(seen.checks).toBeGreaterThan(100);
    expect(seen.failed).toBeGreaterThan(20);
    expect(seen.finished).toBeGreaterThan(20);
  });

  it('a trace that was written and read back is the same, and is judged the same', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const read = readTrace(writeTrace(trace));
        expect(read).toEqual({
          kind: 'trace',
          trace,
          // Behind the header, a line for each.
          lines: trace.observations.map((_, index) => index + 2),
          problems: [],
        });
        if (read.kind === 'trace') expect(judge(read.trace)).toEqual(judge(trace));
      }),
      RUNS,
    );
  });

  it('checks come in, and are never taken back', () => {
    fc.assert(
      fc.property(traces, ({ timeline, observations }) => {
        const progress = new Progress(timeline);
        let before: readonly unknown[] = [];
        for (const observation of observations) {
          progress.observe(observation);
          expect(progress.checks.slice(0, before.length)).toEqual(before);
          before = [...progress.checks];
        }
      }),
      RUNS,
    );
  });

  it('judging does not change the trace', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const before = writeTrace(trace);
        judge(trace);
        expect(writeTrace(trace)).toBe(before);
      }),
      RUNS,
    );
  });

  it('a verdict counts every step once: reached, failed or not reached', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const { notReached } = judge(trace);
        expect(notReached).toBeGreaterThanOrEqual(0);
        expect(notReached).toBeLessThanOrEqual(trace.timeline.steps.length);
      }),
      RUNS,
    );
  });
});
