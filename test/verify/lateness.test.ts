import { describe, expect, it } from 'vitest';
import type { ActionTiming } from '../../src/match/progress';
import { latenessOf, missedSlot } from '../../src/verify/lateness';
import { inject, MS, seg, timelineOf } from '../support/builders';

function late(...latenessNs: readonly number[]): readonly ActionTiming[] {
  return latenessNs.map((ns, step) => ({
    step,
    plannedNs: 1_000 * step,
    startedNs: 1_000 * step + ns,
    allowedNs: 4 * MS,
  }));
}

/** 1 to n microseconds. */
function upTo(n: number): readonly ActionTiming[] {
  return late(...Array.from({ length: n }, (_, index) => (index + 1) * 1_000));
}

// Nearest rank: the p-th percentile of n values is value number ceil(p n), counted from 1.
describe('quantiles', () => {
  it.each([
    [100, 50, 99, 100],
    [2000, 1000, 1980, 2000],
    [10, 5, 10, 10],
    [3, 2, 3, 3],
    [1, 1, 1, 1],
  ])('of 1 to %d us are %d, %d, %d', (count, p50Us, p99Us, maxUs) => {
    expect(latenessOf(upTo(count))).toEqual({ p50Us, p99Us, maxUs });
    expect(latenessOf([...upTo(count)].reverse())).toEqual({ p50Us, p99Us, maxUs });
  });

  it('of nothing are zeros', () => {
    expect(latenessOf([])).toEqual({ p50Us: 0, p99Us: 0, maxUs: 0 });
  });

  it('sort numbers as numbers, and round to a tenth of a microsecond', () => {
    expect(latenessOf(late(9_000, 10_000, 100_000))).toEqual({ p50Us: 10, p99Us: 100, maxUs: 100 });
    expect(latenessOf(late(1_249))).toEqual({ p50Us: 1.2, p99Us: 1.2, maxUs: 1.2 });
  });

  it('an action before its time counts as in time', () => {
    expect(latenessOf(late(-500)).maxUs).toBe(0);
  });
});

describe('a missed slot', () => {
  const timeline = timelineOf([inject(seg('S'), { label: 'inject S' }), inject(seg('.'), { label: 'inject .' })]);

  it('is one by a nanosecond more than is allowed', () => {
    expect(missedSlot(late(4 * MS, 4 * MS), timeline)).toBeUndefined();
    expect(missedSlot(late(0, 4 * MS + 1), timeline)).toContain('line 11 (inject .)');
  });

  it('the worst one is told', () => {
    expect(missedSlot(late(9 * MS, 5 * MS), timeline)).toBe(
      'the harness was 9ms late with line 10 (inject S); 4ms are allowed',
    );
  });
});
