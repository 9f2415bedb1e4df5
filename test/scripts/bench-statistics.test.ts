import { describe, expect, test } from 'vitest';
import { quantile, quantilesOf, spreadOf } from '../../scripts/bench/statistics';

const ONE_TO_HUNDRED = Array.from({ length: 100 }, (_, index) => index + 1);

describe('quantiles by nearest rank', () => {
  /** The example of https://en.wikipedia.org/wiki/Percentile, "The nearest-rank method". */
  test.each([
    [0.05, 15],
    [0.3, 20],
    [0.4, 20],
    [0.5, 35],
    [1, 50],
  ])('of 15, 20, 35, 40, 50: the share %d is at %d', (share, expected) => {
    expect(quantile([40, 15, 50, 20, 35], share)).toBe(expected);
  });

  test('are numbers that were measured, sorted as numbers', () => {
    expect(quantilesOf([...ONE_TO_HUNDRED].reverse())).toEqual({ p50: 50, p99: 99, max: 100 });
    expect(quantile([9, 10], 1)).toBe(10);
  });

  test('of a share of zero is the lowest', () => {
    expect(quantile(ONE_TO_HUNDRED, 0)).toBe(1);
  });

  test('of nothing do not exist', () => {
    expect(() => quantile([], 0.5)).toThrow('nothing');
  });

  test('leave what they are given as it was', () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});

test('a spread is the median between the lowest and the highest', () => {
  expect(spreadOf([7, 3, 5])).toEqual({ lowest: 3, median: 5, highest: 7 });
  expect(spreadOf([4])).toEqual({ lowest: 4, median: 4, highest: 4 });
});
