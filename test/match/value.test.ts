import { describe, expect, it } from 'vitest';
import { matchesValue, printValue } from '../../src/match/value';
import type { ValuePattern } from '../../src/spec/model';

const range = (min?: number, max?: number): ValuePattern => ({
  kind: 'range',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

describe('a sampled value', () => {
  it.each<[ValuePattern, number | string | undefined, boolean]>([
    [range(6, 6), 6, true],
    [range(6, 6), 7, false],
    [range(3, 5), 3, true],
    [range(3, 5), 5, true],
    [range(3, 5), 2, false],
    [range(3, 5), 6, false],
    [range(3), 1e12, true],
    [range(3), 2, false],
    [range(undefined, 3), 0, true],
    [range(undefined, 3), 4, false],
    [range(0, 0), undefined, false],
    [range(), undefined, false],
    [range(5, 5), '5', false],
    [{ kind: 'text', text: 'LISTEN' }, 'LISTEN', true],
    [{ kind: 'text', text: 'LISTEN' }, 'listen', false],
    [{ kind: 'text', text: '' }, undefined, false],
  ])('%j against %j: %j', (pattern, observed, fits) => {
    expect(matchesValue(pattern, observed)).toBe(fits);
  });

  it('is expected in the words of the spec', () => {
    expect([range(5, 5), range(3), range(undefined, 3), range(1, 3), range()].map(printValue)).toEqual([
      '5',
      '>=3',
      '<=3',
      '1..3',
      'any',
    ]);
  });
});
