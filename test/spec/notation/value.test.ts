import { expect, it } from 'vitest';
import { parseNumberPattern } from '../../../src/spec/notation/value';

const good: readonly [string, object][] = [
  ['3', { min: 3, max: 3 }],
  ['-1', { min: -1, max: -1 }],
  ['0x10', { min: 16, max: 16 }],
  ['=3', { min: 3, max: 3 }],
  ['==3', { min: 3, max: 3 }],
  ['>=3', { min: 3 }],
  ['> 3', { min: 4 }],
  ['<=3', { max: 3 }],
  ['<5', { max: 4 }],
  ['1..3', { min: 1, max: 3 }],
  ['3..', { min: 3 }],
  ['..3', { max: 3 }],
  ['-3..-1', { min: -3, max: -1 }],
];
it.each(good)('%s', (text, bounds) => {
  expect(parseNumberPattern(text)).toEqual({ kind: 'range', ...bounds });
});

it.each(['', 'x', '..', '3..1', '>', '>=x', '1.5', '1,2', '3...4', '<>3'])('%s says nothing', (text) => {
  expect(parseNumberPattern(text)).toBeUndefined();
});
