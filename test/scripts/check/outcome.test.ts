import { expect, test } from 'vitest';
import { compareBites, groupByFile } from '../../../scripts/check/outcome';

test('rules that bite as expected give no complaint, in any order and any number', () => {
  const expected = new Map([['a.ts', ['x', 'y']]]);
  expect(compareBites(expected, new Map([['a.ts', ['y', 'x', 'y']]]))).toEqual([]);
});

test('a silent rule, a wrong rule and a report on a good file are complaints', () => {
  const expected = new Map([
    ['silent.ts', ['x']],
    ['wrong.ts', ['x']],
  ]);
  const reported = new Map([
    ['wrong.ts', ['x', 'y']],
    ['good.ts', ['y']],
  ]);
  expect(compareBites(expected, reported)).toEqual([
    'good.ts: should report nothing, reports y',
    'silent.ts: should report x, reports nothing',
    'wrong.ts: should report x, reports x + y',
  ]);
});

test('groupByFile keeps every rule of a file', () => {
  const reports = [
    { file: 'a.ts', rule: 'x' },
    { file: 'b.ts', rule: 'x' },
    { file: 'a.ts', rule: 'y' },
  ];
  expect([...groupByFile(reports)]).toEqual([
    ['a.ts', ['x', 'y']],
    ['b.ts', ['x']],
  ]);
});
