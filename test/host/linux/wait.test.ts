import { describe, expect, it, vi } from 'vitest';
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '../../../src/base/nanoseconds';
import { RunClock } from '../../../src/host/linux/clock';
import { EFD_CLOEXEC } from '../../../src/host/linux/constants';
import { libc } from '../../../src/host/linux/libc';
import { Waiter } from '../../../src/host/linux/wait';
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

describe('waiting with ordinary scheduling', () => {
  const clock = new RunClock();
  const eventFd = libc.eventfd(0, EFD_CLOEXEC);
  const waiter = new Waiter(clock, 200 * NS_PER_US, [eventFd]);

  // The kernel's slack (select_estimate_accuracy, fs/select.c) is 0.1 % of the timeout: 3 ms of 3 s.
  it('does not end late by 0.1 % of a long time', () => {
    const lateNs = Array.from({ length: 3 }, () => {
      const untilNs = clock.now() + 3 * NS_PER_S;
      waiter.untilReadable(untilNs);
      return clock.now() - untilNs;
    }).sort((a, b) => a - b);
    expect(lateNs[0]).toBeGreaterThanOrEqual(0);
    // With the slack, all are late by it; a busy machine makes some late.
    expect(lateNs[0]).toBeLessThan(NS_PER_MS);
  });

  it('ends at once at an event', () => {
    libc.write(eventFd, BigUint64Array.of(1n), 8);
    const startedNs = clock.now();
    waiter.untilReadable(startedNs + 5 * NS_PER_S);
    expect(clock.now() - startedNs).toBeLessThan(NS_PER_S);
  });
});

describe('a machine that stands still', () => {
  const clock = new RunClock();

  it('is told by sleeps that end too late (bug: a timer that fired 76 ms late failed)', () => {
    const waiter = new Waiter(clock, 200 * NS_PER_US, []);
    const sleeps = vi.spyOn(libc, 'ppoll').mockImplementationOnce(() => {
      for (const untilNs = clock.now() + 60 * NS_PER_MS; clock.now() < untilNs; );
      return 0;
    });
    waiter.untilExactly(clock.now() + 100 * NS_PER_MS);
    sleeps.mockRestore();
    // It was to last 10 ms.
    expect(waiter.oversleptNs).toBeGreaterThanOrEqual(50 * NS_PER_MS);
  });

  it('is nothing that a machine without other work does', () => {
    const waiter = new Waiter(clock, 200 * NS_PER_US, []);
    const sleeps = vi.spyOn(libc, 'ppoll').mockImplementation((_entries, _count, timeout) => {
      const ns = (timeout as Int32Array)[2] ?? 0;
      for (const untilNs = clock.now() + ns; clock.now() < untilNs; );
      return 0;
    });
    waiter.untilExactly(clock.now() + 30 * NS_PER_MS);
    sleeps.mockRestore();
    expect(waiter.oversleptNs).toBeLessThan(30 * NS_PER_MS);
  });
});

describe('waiting where a sleep ends in time', () => {
  const clock = new RunClock();

  it('is one sleep, because a guest pays for each', () => {
    const untilNs = clock.now() + 50 * NS_PER_MS;
    const sleeps = vi.spyOn(libc, 'ppoll');
    new Waiter(clock, 0, []).untilExactly(untilNs);
    expect(clock.now()).toBeGreaterThanOrEqual(untilNs);
    expect(sleeps).toHaveBeenCalledTimes(1);
    sleeps.mockRestore();
  });
});
