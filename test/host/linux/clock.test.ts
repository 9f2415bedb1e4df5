import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { chooseMoment } from '../../../src/host/linux/clock';

describe('the moment of a stamp', () => {
  const bounds = [NS_PER_S, 2 * NS_PER_S] as const;

  it('is the first candidate when that is possible', () => {
    expect(chooseMoment([1.5 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.5 * NS_PER_S);
  });

  it('is that of the clock before its step when the other cannot be', () => {
    expect(chooseMoment([-3600 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.7 * NS_PER_S);
    expect(chooseMoment([3600 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.7 * NS_PER_S);
  });

  it('may lie a little before its lower bound', () => {
    expect(chooseMoment([NS_PER_S - NS_PER_MS / 2], ...bounds)).toBe(NS_PER_S - NS_PER_MS / 2);
  });

  it('is the nearer bound when nothing is possible', () => {
    expect(chooseMoment([9 * NS_PER_S, 8 * NS_PER_S], ...bounds)).toBe(2 * NS_PER_S);
    expect(chooseMoment([-9 * NS_PER_S], ...bounds)).toBe(NS_PER_S);
  });
});
