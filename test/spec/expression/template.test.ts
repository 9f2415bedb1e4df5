/* eslint no-template-curly-in-string: off -- these are the templates of specs */
import { expect, it } from 'vitest';
import { fillTemplate, isTemplate } from '../../../src/spec/expression/template';

const SCOPE = new Map<string, string | number>([
  ['n', 5],
  ['cc', 'reno'],
]);

it('fills in texts', () => {
  expect(fillTemplate('ack ${n + 1} ${cc}', SCOPE)).toEqual({ kind: 'filled', text: 'ack 6 reno' });
});

it('keeps the type of a lone expression', () => {
  expect(fillTemplate('${n}', SCOPE)).toEqual({ kind: 'filled', text: '5', whole: 5 });
  expect(fillTemplate('${cc}', SCOPE)).toEqual({ kind: 'filled', text: 'reno', whole: 'reno' });
});

it('leaves `$${` to the shell', () => {
  expect(fillTemplate('echo $${HOME} ${n}', SCOPE)).toEqual({ kind: 'filled', text: 'echo ${HOME} 5' });
});

it('tells every problem at its place', () => {
  const filled = fillTemplate('${m} and ${n/0} and ${n', SCOPE);
  expect(filled).toMatchObject({
    kind: 'problems',
    problems: [
      { code: 'unknown-variable', start: 2, end: 3 },
      { code: 'bad-expression', message: 'division by zero', start: 12, end: 13 },
      { code: 'bad-expression', message: '`${` has no closing `}`' },
    ],
  });
});

it('knows what has nothing to fill in', () => {
  expect(isTemplate('$n {n}')).toBe(false);
});
