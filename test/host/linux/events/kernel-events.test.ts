/** Live: what this kernel tells of a run, held against the text that it prints itself. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tracefs } from '../../../../src/host/linux/events/tracefs';
import type { Run } from '../../../../src/host/host';
import type { KernelEvent } from '../../../../src/trace/kernel-event';
import { TCP_FLAG } from '../../../../src/wire/wire';
import { useTestHost } from '../../../support/live';
import { establish, IPV4, IPV6, LIMIT_NS, listen, segment, succeeded } from '../../../support/segments';

const { open } = useTestHost();

function recording(network = IPV4): Run {
  const run = open(network);
  run.recordEvents('at the end');
  run.startTimedPart();
  return run;
}

function eventsOf<K extends KernelEvent['kind']>(run: Run, kind: K): readonly Extract<KernelEvent, { kind: K }>[] {
  return run.events().filter((event): event is Extract<KernelEvent, { kind: K }> => event.kind === kind);
}

function ownInstance(): string {
  const instances = join(tracefs(), 'instances');
  const name = readdirSync(instances).find((one) => one.startsWith(`packetspec-${process.pid}-`));
  return join(instances, name ?? '');
}

/** What an instance of somebody else's records meanwhile, as the text that the kernel makes of it. */
function asText(events: readonly string[], action: () => void): string {
  const path = join(tracefs(), 'instances', `test-${process.pid}`);
  mkdirSync(path);
  try {
    for (const event of events) writeFileSync(join(path, 'events', event, 'enable'), '1');
    action();
    return readFileSync(join(path, 'trace'), 'utf8');
  } finally {
    for (const event of events) writeFileSync(join(path, 'events', event, 'enable'), '0');
    rmdirSync(path);
  }
}

it('a run that omits them has them switched off, and the next one on again', () => {
  const states = (): string => readFileSync(join(ownInstance(), 'events/enable'), 'utf8').trim();
  const first = recording();
  expect(states()).toBe('X');
  const second = open(IPV4);
  second.omitEvents();
  expect(states()).toBe('0');
  void first.close();
  const third = recording();
  third.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
  expect(eventsOf(third, 'drop')).toHaveLength(1);
});

describe.each([
  ['IPv4', IPV4],
  ['IPv6', IPV6],
] as const)('over %s', (_, network) => {
  it('a drop has the reason and the function that the kernel prints', () => {
    const run = recording(network);
    let startedNs = 0;
    const text = asText(['skb/kfree_skb'], () => {
      ({ startedNs } = run.inject(segment(network, 40_001, TCP_FLAG.RST)));
    });
    const [, printedFunction, printedReason] =
      /kfree_skb:.*location=(\w+)[+.].* reason: (\w+)$/m.exec(
        text
          .split('\n')
          .filter((line) => line.includes(`-${process.pid} `))
          .join('\n'),
      ) ?? [];
    const [drop] = eventsOf(run, 'drop');
    expect(printedReason).toBeDefined();
    expect(drop).toMatchObject({ reason: printedReason, function: printedFunction, injectedNs: startedNs });
    expect((drop?.atNs ?? 0) - startedNs).toBeLessThan(10_000_000);
    expect(drop?.atNs).toBeGreaterThanOrEqual(startedNs);
  });

  it('states have both ends of the connection, and its sockets are told apart', () => {
    const run = recording(network);
    const listener = listen(run, 5, network.ipVersion === 4 ? '0.0.0.0' : '::');
    establish(run, network, 40_001);
    establish(run, network, 40_002);
    const states = eventsOf(run, 'state');
    expect(states.map(({ from, to, flow }) => [from, to, flow.localPort, flow.remotePort])).toEqual([
      ['CLOSE', 'LISTEN', 8080, 0],
      ['LISTEN', 'SYN_RECV', 8080, 40_001],
      ['SYN_RECV', 'ESTABLISHED', 8080, 40_001],
      ['LISTEN', 'SYN_RECV', 8080, 40_002],
      ['SYN_RECV', 'ESTABLISHED', 8080, 40_002],
    ]);
    expect(states[1]?.flow).toMatchObject({
      localAddress: network.localAddress,
      remoteAddress: network.remoteAddress,
    });
    expect(new Set(states.map(({ socket }) => socket)).size).toBe(3);
    succeeded(run.call({ name: 'close', fd: listener }, LIMIT_NS));
    expect(eventsOf(run, 'state').map(({ from, to }) => `${from} ${to}`)).toContain('LISTEN CLOSE');
  });

  it('a reset of the kernel is tied to the segment that it answers', () => {
    const run = recording(network);
    const { startedNs } = run.inject(segment(network, 40_001, TCP_FLAG.SYN));
    const [reset] = eventsOf(run, 'reset');
    expect(reset).toMatchObject({ by: 'kernel', injectedNs: startedNs, flow: { localPort: 8080, remotePort: 40_001 } });
  });
});

describe('the events of a run', () => {
  it('are those of this run alone: not of the one before, nor of one that nobody records', async () => {
    const first = recording();
    first.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
    await first.close();
    const unrecorded = open();
    unrecorded.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
    expect(unrecorded.events()).toEqual([]);
    expect(unrecorded.eventSupport()).toBeUndefined();
    await unrecorded.close();
    expect(recording().events()).toEqual([]);
  });

  it('leave out what happens in a pause', () => {
    const run = recording();
    run.pauseEvents(true);
    run.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
    run.pauseEvents(false);
    const { startedNs } = run.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
    expect(eventsOf(run, 'drop').map(({ injectedNs }) => injectedNs)).toEqual([startedNs]);
  });

  it('are many', () => {
    const run = recording();
    const count = 2000;
    for (let index = 0; index < count; index++) run.inject(segment(IPV4, 40_001, TCP_FLAG.RST));
    expect(eventsOf(run, 'drop')).toHaveLength(count);
    expect(run.eventSupport()?.missing).toEqual([]);
  });

  it('come with what this kernel can tell', () => {
    expect(recording().eventSupport()).toEqual({
      available: ['drops', 'drop reasons', 'states', 'resets', 'reset reasons'],
      missing: [],
    });
  });
});
