import { describe, expect, it } from 'vitest';
import { QueueWatch } from '../../src/exec/queue-watch';
import { HostError, type Run } from '../../src/host/host';
import type { Observation } from '../../src/trace/trace';
import { MS, S, socketEntry } from '../support/builders';

const US = 1000;
const SOCKETS = [
  socketEntry({ state: 'LISTEN', localPort: 8080, receiveQueue: 3, sendQueue: 5 }),
  socketEntry({ state: 'SYN_RECV', localPort: 8080 }),
  socketEntry({ state: 'SYN_RECV', localPort: 9090 }),
];

/** A run on which nothing happens, where a look takes so long. */
function quietRun(lookNs: number, sockets = () => SOCKETS) {
  const run = {
    atNs: 0,
    nowNs: () => run.atNs,
    waitForEvent: (untilNs: number) => {
      run.atNs = Math.max(run.atNs, untilNs);
    },
    sockets: () => {
      run.atNs += lookNs;
      return sockets();
    },
  };
  const seen: Observation[] = [];
  const watch = new QueueWatch(run as unknown as Run, (one) => seen.push(one));
  const waitUntil = (untilNs: number): void => {
    while (run.atNs < untilNs) watch.waitForEvent(untilNs);
  };
  return { run, watch, waitUntil, times: () => seen.map((one) => ('atNs' in one ? one.atNs : 0)), seen };
}

describe('looking at queues while nothing is to be done', () => {
  it('sees what ss shows of each listener', () => {
    const { seen, waitUntil, watch } = quietRun(0);
    watch.stirred();
    waitUntil(5 * MS);
    expect(seen[0]).toMatchObject({
      kind: 'watched',
      listeners: [{ localPort: 8080, acceptQueue: 3, synQueue: 1, limit: 5 }],
    });
  });

  it('begins a millisecond after the last event, and doubles its intervals', () => {
    const { times, waitUntil, watch } = quietRun(0);
    watch.stirred();
    waitUntil(40 * MS);
    expect(times()).toEqual([1 * MS, 2 * MS, 4 * MS, 8 * MS, 16 * MS, 32 * MS]);
  });

  it('is done a few dozen times in two hours', () => {
    const { times, waitUntil, watch } = quietRun(50 * US);
    watch.stirred();
    waitUntil(7200 * S);
    expect(times().length).toBeLessThan(30);
  });

  it('leaves room before a wait ends', () => {
    const { times, waitUntil, watch } = quietRun(0);
    watch.stirred();
    waitUntil(2.9 * MS);
    expect(times()).toEqual([]);
  });

  it('begins anew with every event', () => {
    const { run, times, waitUntil, watch } = quietRun(0);
    watch.stirred();
    waitUntil(10 * MS);
    const before = times().length;
    watch.stirred();
    waitUntil(14 * MS);
    expect(times().slice(before)).toEqual([11 * MS]);
    expect(run.atNs).toBe(14 * MS);
  });

  it('takes at most a twentieth of the time', () => {
    const { times, waitUntil, watch } = quietRun(10 * MS);
    watch.stirred();
    waitUntil(1 * S);
    expect(times().length * 10 * MS).toBeLessThanOrEqual(S / 20 + 10 * MS);
  });

  it('is given up when the host refuses', () => {
    const { seen, waitUntil, watch } = quietRun(0, () => {
      throw new HostError('no-inet-diag', 'no');
    });
    watch.stirred();
    waitUntil(100 * MS);
    expect(seen).toEqual([]);
  });
});
