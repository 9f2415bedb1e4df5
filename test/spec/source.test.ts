import { expect, it } from 'vitest';
import { LineIndex, linesOf } from '../../src/spec/source';

const lines = new LineIndex('a\nbc\r\n\nd');

it.each([
  [0, 1, 1],
  [1, 1, 2],
  [2, 2, 1],
  [6, 3, 1],
  [7, 4, 1],
  [8, 4, 2],
  // Past the end is the end.
  [99, 4, 2],
])('offset %d is on line %d, column %d', (offset, line, column) => {
  expect(lines.placeOf(offset)).toEqual({ line, column });
});

it('gives lines without their breaks', () => {
  expect([0, 1, 2, 3, 4, 5].map((line) => lines.textOf(line))).toEqual(['', 'a', 'bc', '', 'd', '']);
});

it('is made once for a file', () => {
  const file = { path: 'x', text: 'a\nb' };
  expect(linesOf(file)).toBe(linesOf(file));
  expect(linesOf({ ...file })).not.toBe(linesOf(file));
});

it('answers a hundred thousand questions about a long text at once', () => {
  const long = new LineIndex('x\n'.repeat(200_000));
  const started = performance.now();
  for (let offset = 0; offset < 400_000; offset += 4) long.placeOf(offset);
  expect(long.placeOf(399_999).line).toBe(200_000);
  expect(performance.now() - started).toBeLessThan(15_000);
});
