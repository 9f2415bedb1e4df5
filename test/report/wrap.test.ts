import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shorten, wrapText } from '../../src/report/wrap';

describe('wrapped text', () => {
  it.each([
    ['one two three', 9, ['one two', 'three']],
    ['one two three', 13, ['one two three']],
    ['abcdefgh ij', 3, ['abc', 'def', 'gh', 'ij']],
    ['one [two three]', 11, ['one', '[two three]']],
    ['', 5, ['']],
  ])('%j in %i columns', (text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines);
  });

  it('keeps every character that is no space, and the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
        const lines = wrapText(text, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

it.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long~'],
  ['x', 0, '~'],
])('%j in %i columns is %j', (text, width, short) => {
  expect(shorten(text, width)).toBe(short);
});
