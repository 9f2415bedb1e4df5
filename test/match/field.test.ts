import { expect, it } from 'vitest';
import { matchNumber, matchText } from '../../src/match/field';

it('an absent expectation is free', () => {
  expect(matchNumber('ttl', undefined, 64)).toEqual([]);
  expect(matchText('source', undefined, 'fd00::1')).toEqual([]);
});

it('what differs is shown on both sides, what is missing as absent', () => {
  expect(matchNumber('ttl', 64, 64)).toEqual([]);
  expect(matchNumber('ttl', 0, 64)).toEqual([{ field: 'ttl', expected: '0', observed: '64' }]);
  expect(matchText('gre key', '5', undefined)).toEqual([{ field: 'gre key', expected: '5', observed: 'absent' }]);
});
