import { describe, expect, it } from 'vitest';
import { didYouMean, listNames, nearestName, oneOf } from '../../src/spec/suggest';

describe('the nearest name', () => {
  const table: readonly [string, readonly string[], string | undefined][] = [
    ['backlogg', ['backlog', 'listen'], 'backlog'],
    ['nmae', ['name', 'about'], 'name'],
    ['Name', ['name'], 'name'],
    ['ready-within', ['ready_within'], 'ready_within'],
    ['x', ['listen'], undefined],
    ['port', ['listen', 'steps'], undefined],
    ['tcpi_unack', ['tcpi_unacked', 'tcpi_sacked'], 'tcpi_unacked'],
    ['anything', [], undefined],
  ];
  it.each(table)('%s', (name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });
});

it('words hints', () => {
  expect(didYouMean('ehlo', ['helo'])).toEqual({ hint: 'did you mean `helo`?' });
  expect(didYouMean('x', ['helo'])).toEqual({});
  expect(oneOf('x', ['ipv4', 'ipv6'])).toEqual({ hint: 'one of `ipv4` or `ipv6`' });
  expect(listNames(['a', 'b', 'c'], 'and')).toBe('`a`, `b` and `c`');
  expect(listNames([])).toBe('nothing');
});
