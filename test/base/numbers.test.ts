import { expect, it } from 'vitest';
import { largest } from '../../src/base/numbers';

it.each<readonly [number, readonly number[], number]>([
  [0, [], 0],
  [0, [-3], 0],
  [0, [1, 7, 2], 7],
  [9, [1, 7, 2], 9],
])('the largest of %d and %j is %d', (least, numbers, expected) => {
  expect(largest(least, numbers)).toBe(expected);
});

it('takes more numbers than the stack has room for', () => {
  expect(
    largest(
      0,
      Array.from({ length: 1_000_000 }, (_, index) => index),
    ),
  ).toBe(999_999);
});
