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
});
