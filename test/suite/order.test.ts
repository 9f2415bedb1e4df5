import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitingOrder, workOrder } from '../../src/suite/order';
import type { PlannedRun } from '../../src/suite/suite';
import { after, inject, S, seg, step, timelineOf, wait } from '../support/builders';

function runsOf(seconds: readonly number[]): readonly PlannedRun[] {
  return seconds.map((length, index) => ({ index, timeline: timelineOf([wait(after(length * S))]) }));
}

/** The lengths, in the order in which they begin. */
function orderOf(seconds: readonly number[], jobs: number): readonly number[] {
  return waitingOrder(runsOf(seconds), jobs).map(({ index }) => seconds[index] ?? -1);
}

function byLength(left: number, right: number): number {
  return left - right;
}

describe('the order in which runs begin, where waiting takes time', () => {
  it.each<[string, readonly number[], number, readonly number[]]>([
    ['nothing', [], 4, []],
    ['the longest first, then short and long ones by turns', [1, 9, 1, 9, 1, 9], 1, [9, 1, 9, 1, 9, 1]],
    ['more of the short ones when there are more', [0, 0, 0, 0, 4, 4], 1, [4, 0, 0, 4, 0, 0]],
    ['what might outlast all the rest begins in time', [0, 0, 0, 0, 4, 4], 2, [4, 4, 0, 0, 0, 0]],
    ['as they come when all are the same', [3, 3, 3], 2, [3, 3, 3]],
  ])('%s', (_, seconds, jobs, expected) => {
    expect(orderOf(seconds, jobs)).toEqual(expected);
  });

  it('has every run once, the longest first', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 50 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 32 }), (seconds, jobs) => {
        const order = orderOf(seconds, jobs);
        expect(order.toSorted(byLength)).toEqual(seconds.toSorted(byLength));
        expect(order[0]).toBe(seconds.length === 0 ? undefined : Math.max(...seconds));
      }),
    );
  });

  it('leaves no long run for the end, when there are many short ones', () => {
    const seconds = [...Array.from({ length: 32 }, () => 10), ...Array.from({ length: 1000 }, () => 0)];
    const order = orderOf(seconds, 16);
    expect(order.lastIndexOf(10)).toBeLessThan(order.length * 0.6);
  });
});

describe('the order in which runs begin, where waiting takes none', () => {
  const LARGE = 20_000;
  /** Small runs, and floods of that many segments, on each kernel. */
  function onKernels(kernels: readonly string[], counts: readonly number[]): readonly PlannedRun[] {
    const steps = counts.map((count) =>
      count === 0 ? inject(seg('S')) : step({ kind: 'flood', packet: seg('S'), count }),
    );
    return steps
      .flatMap((one) => kernels.map((kernel) => ({ timeline: timelineOf([one]), kernel })))
      .map((run, index) => ({ ...run, index }));
  }

  function described(runs: readonly PlannedRun[], jobs: number): readonly string[] {
    return workOrder(runs, jobs).map(({ kernel, timeline }) => {
      const [first] = timeline.steps;
      return `${String(kernel)} ${first?.action.kind === 'flood' ? first.action.count / LARGE : 0}`;
    });
  }

  it('is a small run, which the template is made for, and then the largest first', () => {
    expect(described(onKernels(['a'], [0, LARGE, 0, 2 * LARGE]), 2)).toEqual(['a 0', 'a 2', 'a 1', 'a 0']);
  });

  it('is one kernel after the other, and does not mind how long a run waits', () => {
    const waits = [9, 1, 5].map((seconds, index) => ({
      index,
      timeline: timelineOf([wait(after(seconds * S))]),
      kernel: 'a',
    }));
    expect(workOrder(waits, 1).map(({ index }) => index)).toEqual([2, 0, 1]);
    expect(described(onKernels(['a', 'b'], [0, LARGE]), 1)).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
  });

  it('begins with a kernel while there is as much left of the one before as its template takes', () => {
    const order = described(
      onKernels(
        ['a', 'b'],
        Array.from({ length: 100 }, () => 0),
      ),
      2,
    );
    const first = order.indexOf('b 0');
    expect(order.slice(first + 1).filter((one) => one === 'a 0').length).toBeGreaterThan(20);
    expect(order.slice(first + 1, order.lastIndexOf('a 0')).includes('b 0')).toBe(false);
  });

  it('has every run once, however many run at the same time', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 32 }), (some, jobs) => {
        const runs = onKernels(['a', 'b', 'c'], some);
        const order = workOrder(runs, jobs).map(({ index }) => index);
        expect(order.toSorted(byLength)).toEqual(runs.map(({ index }) => index));
      }),
    );
  });
});
