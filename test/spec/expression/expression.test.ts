import { describe, expect, it } from 'vitest';
import { evaluate, isVariableName } from '../../../src/spec/expression/expression';

const SCOPE = new Map<string, string | number>([
  ['n', 5],
  ['backlog', 3],
  ['cc', 'reno'],
]);

describe('expressions with a value', () => {
  const table: readonly [string, string | number][] = [
    ['7', 7],
    ['n', 5],
    [' n + 1 ', 6],
    ['n - 1 - 1', 3],
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7 % 4', 3],
    ['-n', -5],
    ['--n', 5],
    ['min(n, backlog, 9)', 3],
    ['max(n, backlog + 10)', 13],
    ['min(n)', 5],
    ['cc', 'reno'],
  ];
  it.each(table)('%s', (text, value) => {
    expect(evaluate(text, SCOPE)).toEqual({ value });
  });
});

describe('expressions without', () => {
  const table: readonly [string, string, string][] = [
    ['', 'bad-expression', 'a number or a name is missing in this expression'],
    ['n +', 'bad-expression', 'a number or a name is missing in this expression'],
    ['n n', 'bad-expression', '`n` is left over in this expression'],
    ['n $', 'bad-expression', '`$` means nothing in an expression'],
    ['1.5', 'bad-expression', '`.5` means nothing in an expression'],
    ['(n', 'bad-expression', 'this bracket is not closed'],
    ['* n', 'bad-expression', '`*` is not expected here'],
    ['n / 0', 'bad-expression', 'division by zero'],
    ['n % (5 - n)', 'bad-expression', 'division by zero'],
    ['cc + 1', 'bad-expression', '`+` is for numbers, and `reno` is none'],
    ['min(cc, 1)', 'bad-expression', '`min` is for numbers, and `reno` is none'],
    ['max(1', 'bad-expression', '`)` is missing after the arguments of `max`'],
    ['9007199254740993', 'bad-expression', 'this number is too large'],
    ['9007199254740991 * 2', 'bad-expression', 'this number is too large'],
    ['backlogg', 'unknown-variable', 'unknown variable `backlogg`'],
    ['('.repeat(1000), 'bad-expression', 'this expression is nested too deeply'],
    ['-'.repeat(1000), 'bad-expression', 'this expression is nested too deeply'],
  ];
  it.each(table)('%s', (text, code, message) => {
    expect(evaluate(text, SCOPE)).toMatchObject({ problem: { code, message } });
  });

  it('hints at the nearest name, and at what `i` is', () => {
    expect(evaluate('backlogg', SCOPE)).toMatchObject({ problem: { hint: 'did you mean `backlog`?' } });
    expect(evaluate('i', SCOPE)).toMatchObject({ problem: { hint: expect.stringContaining('`repeat`') } });
    expect(evaluate('elsewhere', SCOPE)).toMatchObject({ problem: { hint: expect.stringContaining('`variables`') } });
  });

  it('marks the place', () => {
    expect(evaluate('1 + foo', SCOPE)).toMatchObject({ problem: { start: 4, end: 7 } });
  });
});

it('keeps `min` and `max` for itself', () => {
  expect(['n', 'n2', 'n_2', 'min', '2n', '_n', '__proto__', 'a-b'].filter(isVariableName)).toEqual(['n', 'n2', 'n_2']);
});
