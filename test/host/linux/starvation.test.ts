import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../src/host/host';
import { openLinuxHost } from '../../../src/host/linux/linux-host';
import { StarvationMeter } from '../../../src/host/linux/starvation';
import type { ClockKind } from '../../../src/trace/trace';
import { IPV4 } from '../../support/segments';

/** The second column of what the kernel says of each ksoftirqd, added up by another way than the product's. */
function waitedByHand(): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return /^ksoftirqd\//.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
      } catch {
        return false;
      }
    })
    .reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(/\s+/)[1]), 0);
}

function ownWaited(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(/\s+/)[1]);
}

describe('how long the kernel waited for a processor', () => {
  it('is what its threads say, counted from the restart', async () => {
    const meter = new StarvationMeter();
    const before = waitedByHand();
    meter.restart();
    const between = waitedByHand();
    await besideLoops(() => sleep(300));
    const least = waitedByHand();
    const waitedNs = meter.waitedNs();
    const most = waitedByHand();
    expect(waitedNs).toBeGreaterThanOrEqual(least - between);
    expect(waitedNs).toBeLessThanOrEqual(most - before);
    meter.close();
  });

  it('is also what a thread of this process waited that returns from a call (bug: a read that returned late failed)', async () => {
    const meter = new StarvationMeter();
    const before = waitedByHand();
    meter.restart([process.pid]);
    const ownBefore = ownWaited();
    const { ownNs, waitedNs, most } = await besideLoops(() => {
      for (const untilMs = Date.now() + 300; Date.now() < untilMs; );
      return {
        ownNs: ownWaited() - ownBefore,
        waitedNs: meter.waitedNs(),
        most: ownWaited() - ownBefore + waitedByHand() - before,
      };
    });
    meter.close();
    expect(ownNs).toBeGreaterThan(0);
    expect(waitedNs).toBeGreaterThanOrEqual(ownNs);
    expect(waitedNs).toBeLessThanOrEqual(most);
  });
});

describe('what a run says of it', () => {
  afterEach(() => run?.close());
  let run: Run | undefined;
  const begin = (time: ClockKind): Run => {
    run = openLinuxHost({ time }).openRun(IPV4);
    run.startTimedPart();
    // With SCHED_FIFO, it would wait for nobody.
    run.endTimedPart();
    return run;
  };

  it('has what the thread waited that makes the steps (bug: a close that came late to its call failed)', async () => {
    const one = begin('real');
    const ownBefore = ownWaited();
    await besideLoops(() => {
      for (const untilMs = Date.now() + 300; Date.now() < untilMs; );
    });
    const ownNs = ownWaited() - ownBefore;
    expect(ownNs).toBeGreaterThan(0);
    expect(one.kernelWaitedNs()).toBeGreaterThanOrEqual(ownNs);
  });

  it('is nothing under virtual time, where nobody else runs', async () => {
    const one = begin('virtual');
    await besideLoops(() => {
      for (const untilMs = Date.now() + 100; Date.now() < untilMs; );
    });
    expect(one.kernelWaitedNs()).toBe(0);
  });
});

/** On a machine that has more to do than it has processors. */
async function besideLoops<T>(act: () => T | Promise<T>): Promise<T> {
  const loops = Array.from({ length: 3 * availableParallelism() }, () => spawn('sh', ['-c', 'while :; do :; done']));
  const result = await act();
  for (const loop of loops) loop.kill('SIGKILL');
  await Promise.all(loops.map((loop) => once(loop, 'exit')));
  return result;
}
