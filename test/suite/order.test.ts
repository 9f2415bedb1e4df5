import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOrder } from '../../src/suite/order';
import type { PlannedRun } from '../../src/suite/suite';
import { after, S, timelineOf, wait } from '../support/builders';

function runsOf(seconds: readonly number[]): readonly PlannedRun[] {
  return seconds.map((length, index) => ({ index, timeline: timelineOf([wait(after(length * S))]) }));
}

/** The lengths, in the order in which they begin. */
function orderOf(seconds: readonly number[], jobs: number): readonly number[] {
  return startOrder(runsOf(seconds), jobs).map(({ index }) => seconds[index] ?? -1);
}

function byLength(left: number, right: number): number {
  return left - right;
}

describe('the order in which runs begin', () => {
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
