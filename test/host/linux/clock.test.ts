import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { chooseMoment, RunClock } from '../../../src/host/linux/clock';

describe('the moment of a stamp', () => {
  const bounds = [NS_PER_S, 2 * NS_PER_S] as const;

  it('is the first candidate when that is possible', () => {
    expect(chooseMoment(1.5 * NS_PER_S, 1.7 * NS_PER_S, ...bounds)).toBe(1.5 * NS_PER_S);
  });

  it('is that of the clock before its step when the other cannot be', () => {
    expect(chooseMoment(-3600 * NS_PER_S, 1.7 * NS_PER_S, ...bounds)).toBe(1.7 * NS_PER_S);
    expect(chooseMoment(3600 * NS_PER_S, 1.7 * NS_PER_S, ...bounds)).toBe(1.7 * NS_PER_S);
  });

  it('may lie a little before its lower bound', () => {
    expect(chooseMoment(NS_PER_S - NS_PER_MS / 2, NS_PER_S - NS_PER_MS / 2, ...bounds)).toBe(NS_PER_S - NS_PER_MS / 2);
  });

  it('is the nearer bound when nothing is possible', () => {
    expect(chooseMoment(9 * NS_PER_S, 8 * NS_PER_S, ...bounds)).toBe(2 * NS_PER_S);
    expect(chooseMoment(-9 * NS_PER_S, -9 * NS_PER_S, ...bounds)).toBe(NS_PER_S);
  });
});

describe('the next moment behind a tick', () => {
  // HZ is 100, 250, 300 or 1000 (kernel/Kconfig.hz).
  const JIFFIES_NS = [10_000_000, 4_000_000, 3_333_333, 1_000_000];

  it('lies ahead, within a tick, and whole jiffies from another one', () => {
    const clock = new RunClock();
    const behindNs = 250_000;
    const first = clock.nextBehindTick(behindNs);
    const nowNs = clock.now();
    expect(first).toBeGreaterThan(nowNs - 1_000_000);
    while (clock.now() < first + 30_000_000);
    const second = clock.nextBehindTick(behindNs);
    expect(second).toBeGreaterThan(first + 29_000_000);
    const offJiffies = JIFFIES_NS.map((jiffyNs) => {
      const rest = (second - first) % jiffyNs;
      return Math.min(rest, jiffyNs - rest);
    });
    expect(Math.min(...offJiffies)).toBeLessThan(100_000);
  });
});
