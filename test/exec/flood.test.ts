import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import { listenerCalls } from '../../src/timeline/listener';
import type { Timeline } from '../../src/timeline/timeline';
import type { Observation } from '../../src/trace/trace';
import { calls, inject, seg, SPAN, step, timelineOf } from '../support/builders';
import { FakeHost } from '../support/fake-host';

const SYN = seg('S', { seq: 0 });
const LISTEN = listenerCalls({ kind: 'listener', port: 8080, backlog: 5, options: [], span: SPAN }).map((one) =>
  calls(one),
);

function flooding(count: number, packet = SYN): Timeline {
  return timelineOf([...LISTEN, inject(SYN), step({ kind: 'flood', packet, count }, { connection: null })]);
}

async function observations(timeline: Timeline, host = new FakeHost()): Promise<readonly Observation[]> {
  return (await execute(timeline, host)).trace.observations;
}

function flooded(all: readonly Observation[]): Observation | undefined {
  return all.find(({ kind }) => kind === 'flooded');
}

describe('a flood', () => {
  it('is one observation, however many segments it has', async () => {
    const all = await observations(flooding(1_000));
    expect(flooded(all)).toMatchObject({ sent: 1_000, errno: '', answered: 1_000 });
    // The one SYN that is none of the flood's, and its answer.
    expect(all.filter(({ kind }) => kind === 'frame')).toHaveLength(2);
  });

  it('counts what is answered, and nothing else', async () => {
    expect(flooded(await observations(flooding(100, seg('R', { seq: 0 }))))).toMatchObject({ sent: 100, answered: 0 });
  });

  it('ends where the device takes no more', async () => {
    const timeline = timelineOf([step({ kind: 'flood', packet: SYN, count: 100 }, { connection: null })]);
    const all = await observations(timeline, new FakeHost({ deviceErrno: 'ENOBUFS' }));
    expect(flooded(all)).toMatchObject({ sent: 0, errno: 'ENOBUFS' });
  });
});
