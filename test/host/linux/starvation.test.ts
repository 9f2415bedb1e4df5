import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StarvationMeter } from '../../../src/host/linux/starvation';

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
    const loops = Array.from({ length: 3 * availableParallelism() }, () => spawn('sh', ['-c', 'while :; do :; done']));
    await sleep(300);
    for (const loop of loops) loop.kill('SIGKILL');
    await Promise.all(loops.map((loop) => once(loop, 'exit')));
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
    const loops = Array.from({ length: 3 * availableParallelism() }, () => spawn('sh', ['-c', 'while :; do :; done']));
    for (const untilMs = Date.now() + 300; Date.now() < untilMs; );
    const ownNs = ownWaited() - ownBefore;
    const waitedNs = meter.waitedNs();
    const most = ownWaited() - ownBefore + waitedByHand() - before;
    for (const loop of loops) loop.kill('SIGKILL');
    await Promise.all(loops.map((loop) => once(loop, 'exit')));
    meter.close();
    expect(ownNs).toBeGreaterThan(0);
    expect(waitedNs).toBeGreaterThanOrEqual(ownNs);
    expect(waitedNs).toBeLessThanOrEqual(most);
  });
});
