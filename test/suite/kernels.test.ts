import { expect, it } from 'vitest';
import { onEachKernel } from '../../src/suite/kernels';
import { timelineOf } from '../support/builders';

it('has every run on each kernel, and numbers them in the order of files', () => {
  const [first, second] = [timelineOf([], { name: 'first' }), timelineOf([], { name: 'second' })];
  const runs = [
    { index: 0, timeline: first },
    { index: 1, timeline: second },
  ];
  expect(onEachKernel(runs, ['5.10', '7.2'])).toEqual([
    { index: 0, timeline: first, kernel: '5.10' },
    { index: 1, timeline: first, kernel: '7.2' },
    { index: 2, timeline: second, kernel: '5.10' },
    { index: 3, timeline: second, kernel: '7.2' },
  ]);
});
