import { describe, expect, it } from 'vitest';
import { NS_PER_US } from '../../../src/base/nanoseconds';
import { TCP_FLAG } from '../../../src/wire/wire';
import { refusal, useTestHost } from '../../support/live';
import { IPV4, IPV6, listen, segment } from '../../support/segments';

const { open } = useTestHost();

describe('frames', () => {
  it.each([
    ['IPv4', IPV4, '0.0.0.0'],
    ['IPv6', IPV6, '::'],
  ])('answers a SYN with a SYN+ACK, both with stamps of the kernel, over %s', (_, network, address) => {
    const run = open(network);
    listen(run, 5, address);
    run.startTimedPart();
    const { startedNs, errno } = run.inject(segment(network, 40001, TCP_FLAG.SYN, { seq: 1000 }));
    const endedNs = run.nowNs();
    const frames = run.receive();
    run.endTimedPart();
    expect(errno).toBe('');
    expect(frames.map(({ direction }) => direction)).toEqual(['in', 'out']);
    const [injected, answered] = frames.map(({ atNs }) => atNs);
    expect(injected).toBeGreaterThanOrEqual(startedNs - 5 * NS_PER_US);
    expect(answered).toBeGreaterThanOrEqual(injected ?? 0);
    expect(answered).toBeLessThanOrEqual(endedNs + 5 * NS_PER_US);
    expect(frames[0]?.bytes).toEqual(segment(network, 40001, TCP_FLAG.SYN, { seq: 1000 }));
  });

  it('keeps every frame when many come at once', () => {
    const run = open();
    listen(run, 4096);
    const syns = Array.from({ length: 2000 }, (_, index) => segment(IPV4, 10_000 + index, TCP_FLAG.SYN));
    for (const syn of syns) run.inject(syn);
    const frames = run.receive();
    expect(frames.filter(({ direction }) => direction === 'in')).toHaveLength(syns.length);
    expect(frames.filter(({ direction }) => direction === 'out').length).toBeGreaterThan(0);
  });

  it('is reported when the capture buffer was too small', () => {
    const run = open();
    const reset = segment(IPV4, 40001, TCP_FLAG.RST);
    for (let count = 0; count < 150_000; count++) run.inject(reset);
    const error = refusal(() => run.receive());
    expect(error.code).toBe('frames-lost');
    expect(error.message).toMatch(/^\d+ frames did not fit/);
    expect(run.receive()).toEqual([]);
  });
});
