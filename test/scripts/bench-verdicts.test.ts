import { describe, expect, it } from 'vitest';
import { verdictCounts, wavering } from '../../scripts/bench/verdicts';

const ALONE = new Map([
  ['a.pkt ipv4', 'passed'],
  ['a.pkt ipv6', 'failed'],
  ['b.pkt ipv4', 'passed'],
]);

describe('verdicts', () => {
  it('are counted, the most frequent first', () => {
    expect(verdictCounts(ALONE)).toBe('2 passed, 1 failed');
  });

  it('differ where the same run came to another end', () => {
    const beside = new Map([...ALONE, ['b.pkt ipv4', 'inconclusive'], ['c.pkt ipv4', 'passed']]);
    expect(wavering(ALONE, beside)).toEqual([{ name: 'b.pkt ipv4', first: 'passed', second: 'inconclusive' }]);
    expect(wavering(ALONE, ALONE)).toEqual([]);
  });
});
