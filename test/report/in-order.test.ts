import { expect, it } from 'vitest';
import { InOrder } from '../../src/report/in-order';
import type { RunResult } from '../../src/suite/suite';
import { RESULTS } from './hostile';

it('results come out in the order of the plan, each as soon as it may', () => {
  const order = new InOrder();
  const taken = [1, 3, 0, 2].map((index) => order.take(RESULTS[index] as RunResult).map(({ run }) => run.index));
  expect(taken).toEqual([[], [], [0, 1], [2, 3]]);
});
