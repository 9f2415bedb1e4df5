import { describe, expect, it } from 'vitest';
import { shared } from '../../src/vm/shared';

describe('work that is asked for twice', () => {
  it('is done once at the same time, and anew afterwards', async () => {
    let times = 0;
    const work = () => Promise.resolve(++times);
    expect(await Promise.all([shared('a', work), shared('a', work), shared('b', work)])).toEqual([1, 1, 2]);
    expect(await shared('a', work)).toBe(3);
  });

  it('fails for all who asked, and not for those who ask later', async () => {
    const fail = () => Promise.reject(new Error('no'));
    const results = await Promise.allSettled([shared('c', fail), shared('c', fail)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await shared('c', () => Promise.resolve('yes'))).toBe('yes');
  });
});
