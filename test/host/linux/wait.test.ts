import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import { answers, IPV4, listen, segment } from '../../support/segments';

const { open } = useTestHost();

describe('waiting', () => {
  it('ends at the exact time', () => {
    const run = open();
    run.startTimedPart();
    run.waitExactly(run.nowNs() + NS_PER_MS);
    const untilNs = run.nowNs() + 5 * NS_PER_MS;
    run.waitExactly(untilNs);
    const lateNs = run.nowNs() - untilNs;
    expect(lateNs).toBeGreaterThanOrEqual(0);
    expect(lateNs).toBeLessThan(2 * NS_PER_MS);
  });

  it('ends when a frame comes', () => {
    const run = open();
    listen(run);
    run.inject(segment(IPV4, 40001, TCP_FLAG.SYN));
    expect(answers(run)).toHaveLength(1);
    // The SYN+ACK comes again after a second.
    run.waitForEvent(run.nowNs() + 5 * NS_PER_S);
    expect(run.nowNs()).toBeLessThan(3 * NS_PER_S);
    expect(answers(run)).toHaveLength(1);
  });
});
