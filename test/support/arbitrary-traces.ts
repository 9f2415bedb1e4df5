/** Generated runs: a timeline, and observations as a host could have made them, in an order that the walk asks for. */
import * as fc from 'fast-check';
import { Progress } from '../../src/match/progress';
import type { Connection, Timeline } from '../../src/timeline/timeline';
import type { Observation, Trace } from '../../src/trace/trace';
import type { SegmentPattern } from '../../src/wire/pattern';
import {
  after,
  afterLast,
  at,
  callOf,
  calls,
  came,
  connection,
  ELLIPSIS,
  expects,
  field,
  group,
  inject,
  integer,
  MS,
  outcome,
  PROMPT,
  samples,
  seg,
  sent,
  silence,
  socketEntry,
  socketNamed,
  stamped,
  step,
  tick,
  timelineOf,
  traceOf,
  within,
} from './builders';

const when = fc.constantFrom(
  PROMPT,
  after(5 * MS),
  after(0, 20 * MS),
  at(30 * MS),
  afterLast(10 * MS),
  within(50 * MS),
);

const packet: fc.Arbitrary<SegmentPattern> = fc.constantFrom(
  seg('S', { seq: 0 }),
  seg('S.', { seq: 0, ack: 1 }),
  seg('.', { seq: 1, ack: 1 }),
  seg('P.', { seq: 1, ack: 1, length: 10 }),
  seg('F.', { seq: 11, ack: 1 }),
  seg('R.', { seq: 1, ack: 1 }),
);

const on = fc.constantFrom(0, 1);

const drafts = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(packet, when, on)
      .map(([pattern, time, index]) => inject(pattern, { when: time, connection: index })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(packet, when, on, fc.boolean())
      .map(([pattern, time, index, optional]) => expects(pattern, { when: time, connection: index, optional })),
  },
  fc
    .tuple(fc.array(fc.tuple(packet, on), { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([members, exclusive]) =>
      group(members, { when: within(40 * MS), ...(exclusive ? { exclusiveNs: 40 * MS } : {}) }),
    ),
  fc.constantFrom(silence(10 * MS), silence(10 * MS, { connection: 1 })),
  fc.constantFrom(
    calls(callOf('read', [socketNamed('app'), ELLIPSIS, integer(9)], 4)),
    calls(callOf('read', [socketNamed('app'), ELLIPSIS, integer(9)], 4), { returns: within(30 * MS) }),
    samples({ kind: 'queue', fields: [field('accept', 1)] }, { withinNs: 8 * MS }),
    step({ kind: 'mark', name: 'm' }),
    step({ kind: 'events', events: { kind: 'drops', drops: [{}] } }, { connection: null }),
    step({ kind: 'events', events: { kind: 'states', changes: ['LISTEN -> SYN_RECV'] }, withinNs: 8 * MS }),
    step({ kind: 'events', events: { kind: 'reset', by: 'peer' } }, { connection: 1 }),
  ),
);

export const timelines: fc.Arbitrary<Timeline> = fc
  .array(drafts, { minLength: 1, maxLength: 8 })
  .map((steps) => timelineOf(steps, { connections: [connection(0), connection(1)] }));

/** A timeline and what happened: whatever the walk asks for is done late or in time, and the kernel sends what it likes. */
export const traces: fc.Arbitrary<Trace> = fc
  .tuple(
    timelines,
    fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 30 * MS }), packet, fc.nat(2)), { maxLength: 40 }),
  )
  .map(([timeline, dice]) => {
    const progress = new Progress(timeline);
    const observations: Observation[] = [
      {
        kind: 'baseline',
        counters: { 'TcpExt.ListenDrops': 3 },
        realtimeAtZero: { seconds: 1_700_000_000, nanoseconds: 5 },
      },
    ];
    const blocked: number[] = [];
    let nowNs = 0;
    const record = (...some: readonly Observation[]): void => {
      for (const one of some) {
        observations.push(one);
        progress.observe(one);
      }
    };
    for (const [choice, elapsedNs, pattern, index] of dice) {
      nowNs += elapsedNs;
      const returning = blocked.at(-1);
      if (choice === 8) record(told(nowNs, observations, connection(index)));
      else if (choice < 2) record(came(nowNs, pattern, connection(index)));
      else if (choice === 2 && returning !== undefined) {
        blocked.pop();
        record({ kind: 'returned', step: returning, endedNs: nowNs, outcome: outcome(4), cancelled: false });
      } else record(...whatIsNeeded(progress, nowNs, blocked));
    }
    return traceOf(timeline, observations, { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: nowNs });
  });

/** The kernel tells of the last injection, or of a socket. */
function told(
  atNs: number,
  observations: readonly Observation[],
  { localAddress, localPort = 0, remoteAddress, remotePort }: Connection,
): Observation {
  const last = observations.findLast((one) => one.kind === 'sent');
  const flow = { localAddress, localPort, remoteAddress, remotePort };
  return atNs % 2 === 0 && last !== undefined
    ? { kind: 'event', event: { kind: 'drop', atNs, injectedNs: last.startedNs, reason: 'NO_SOCKET' } }
    : { kind: 'event', event: { kind: 'state', atNs, socket: 0, flow, from: 'LISTEN', to: 'SYN_RECV' } };
}

function whatIsNeeded(progress: Progress, nowNs: number, blocked: number[]): readonly Observation[] {
  const need = progress.need();
  if (need.kind !== 'act') return [tick(nowNs)];
  const { index, action, connection: who } = need.step;
  const plannedNs = need.plannedNs;
  switch (action.kind) {
    case 'inject': {
      if (action.packet.kind !== 'tcp') return [];
      const crossed = sent(index, nowNs, action.packet, { plannedNs, connection: connection(who ?? 0) });
      return [crossed, stamped(nowNs + 5, action.packet, connection(who ?? 0))];
    }
    case 'call': {
      if (action.returns === undefined) {
        return [
          {
            kind: 'called',
            step: index,
            plannedNs,
            startedNs: nowNs,
            endedNs: nowNs,
            outcome: outcome(4),
            interrupted: false,
          },
        ];
      }
      blocked.push(index);
      return [{ kind: 'blocked', step: index, plannedNs, startedNs: nowNs }];
    }
    case 'sample': {
      const sockets = [socketEntry({ state: 'LISTEN', receiveQueue: nowNs % 3 })];
      return [{ kind: 'sampled', step: index, plannedNs, startedNs: nowNs, atNs: nowNs, sample: { sockets } }];
    }
    case 'events':
      return [{ kind: 'sampled', step: index, plannedNs, startedNs: nowNs, atNs: nowNs, sample: {} }];
    case 'mark':
      return [{ kind: 'marked', step: index, atNs: nowNs, counters: { 'TcpExt.ListenDrops': nowNs % 9 } }];
    default:
      return [tick(nowNs)];
  }
}
