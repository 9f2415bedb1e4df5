import { describe, expect, it } from 'vitest';
import { printLoss } from '../../src/match/kernel-events';
import type { EventExpectation } from '../../src/spec/model';
import type { EventFlow, EventPart, KernelEvent } from '../../src/trace/kernel-event';
import type { Observation, Trace } from '../../src/trace/trace';
import { judge } from '../../src/verify/judge';
import {
  came,
  connection,
  expects,
  inject,
  MS,
  opts,
  seg,
  sent,
  SPAN,
  step,
  tick,
  timelineOf,
  traceOf,
} from '../support/builders';
import { complaints, walk } from '../support/walk';

const SYN = seg('S', { seq: 0, window: 64_240 });
const ACK = seg('.', { seq: 1, length: 0, ack: 1 });
const LATE = connection(1, { name: 'late' });

function flowOf({ localAddress, localPort = 0, remoteAddress, remotePort } = connection(0)): EventFlow {
  return { localAddress, localPort, remoteAddress, remotePort };
}

function told(event: KernelEvent): Observation {
  return { kind: 'event', event };
}

function looked(index: number, atNs: number): Observation {
  return { kind: 'sampled', step: index, plannedNs: atNs, startedNs: atNs, atNs, sample: {} };
}

function state(from: string, to: string, fields: Partial<Extract<KernelEvent, { kind: 'state' }>> = {}): Observation {
  return told({ kind: 'state', atNs: 1, socket: 0, flow: flowOf(), from, to, ...fields });
}

const look = (events: EventExpectation, fields: { connection?: number | null; withinNs?: number } = {}) =>
  step(
    { kind: 'events', events, ...(fields.withinNs === undefined ? {} : { withinNs: fields.withinNs }) },
    { connection: fields.connection === undefined ? 0 : fields.connection },
  );

describe('drops', () => {
  const drop = (injectedNs: number, reason: string): Observation =>
    told({ kind: 'drop', atNs: injectedNs + 9, injectedNs, reason, function: 'tcp_v4_rcv' });
  const timeline = (...expectations: readonly EventExpectation[]) =>
    timelineOf(
      [inject(ACK), inject(ACK, { connection: 1 }), ...expectations.map((one) => look(one, { connection: null }))],
      {
        connections: [connection(0), LATE],
      },
    );
  const sentBoth = [sent(0, 1_000, ACK), sent(1, 2_000, ACK, { connection: LATE })];

  it('are the injected segments that the kernel dropped, with reason, function and connection', () => {
    const drops: EventExpectation = {
      kind: 'drops',
      drops: [
        {
          packet: ACK,
          connection: { name: 'late', span: SPAN },
          reasons: ['TCP_LISTEN_OVERFLOW'],
          function: 'tcp_v4_rcv',
        },
      ],
    };
    const progress = walk(timeline(drops), [...sentBoth, drop(2_000, 'TCP_LISTEN_OVERFLOW'), looked(2, 5_000)]);
    expect(progress.checks.at(-1)).toMatchObject({ kind: 'drops', passed: true });
    const other = walk(timeline(drops), [...sentBoth, drop(1_000, 'NO_SOCKET'), looked(2, 5_000)]);
    expect(complaints(other)).toEqual(['connection', 'reason']);
  });

  it('are counted: one too many, one too few', () => {
    const one: EventExpectation = { kind: 'drops', drops: [{}] };
    const none: EventExpectation = { kind: 'drops', drops: [] };
    expect(complaints(walk(timeline(one), [...sentBoth, looked(2, 5_000)]))).toEqual(['drop']);
    const observed = [...sentBoth, drop(1_000, 'NO_SOCKET'), looked(2, 5_000)];
    expect(walk(timeline(none), observed).checks.at(-1)?.mismatches).toEqual([
      {
        field: 'drop',
        expected: 'none',
        observed: '. 1:1(0) ack 1 win 65535 of default: dropped in tcp_v4_rcv: NO_SOCKET',
      },
    ]);
  });

  it('are those since the last look', () => {
    const one: EventExpectation = { kind: 'drops', drops: [{}] };
    const none: EventExpectation = { kind: 'drops', drops: [] };
    const observed = [...sentBoth, drop(1_000, 'NO_SOCKET'), looked(2, 5_000), looked(3, 6_000)];
    expect(complaints(walk(timeline(one, none), observed))).toEqual([]);
  });

  it('end no run: what follows is judged as well', () => {
    const one: EventExpectation = { kind: 'drops', drops: [{}] };
    const progress = walk(timeline(one, one), [...sentBoth, looked(2, 5_000), looked(3, 6_000)]);
    expect(complaints(progress)).toEqual(['drop', 'drop']);
  });
});

describe('states', () => {
  const changes = (...list: readonly string[]): EventExpectation => ({ kind: 'states', changes: list });

  it("are the changes of the connection's sockets, in order", () => {
    const timeline = timelineOf([look(changes('SYN_RECV -> ESTABLISHED', 'ESTABLISHED -> CLOSE_WAIT'))]);
    const right = [state('SYN_RECV', 'ESTABLISHED'), state('ESTABLISHED', 'CLOSE_WAIT'), looked(0, 5)];
    expect(complaints(walk(timeline, right))).toEqual([]);
    expect(complaints(walk(timeline, [right[1] ?? tick(0), right[0] ?? tick(0), looked(0, 5)]))).toEqual(['states']);
  });

  it('of another connection do not count', () => {
    const timeline = timelineOf([look(changes())], { connections: [connection(0), LATE] });
    expect(
      complaints(walk(timeline, [state('SYN_RECV', 'ESTABLISHED', { flow: flowOf(LATE) }), looked(0, 5)])),
    ).toEqual([]);
  });

  it('before a socket has a port belong to the connection that was opened last', () => {
    const active = connection(0, { role: 'active', localPort: undefined, remotePort: 8080 });
    const timeline = timelineOf([look(changes('CLOSE -> SYN_SENT'))], { connections: [active] });
    const flow = { ...flowOf(active), localPort: 0 };
    expect(complaints(walk(timeline, [state('CLOSE', 'SYN_SENT', { flow }), looked(0, 5)]))).toEqual([]);
  });

  it('are awaited as long as the step says', () => {
    const timeline = timelineOf([look(changes('ESTABLISHED -> CLOSE'), { withinNs: 10 * MS })]);
    const early = walk(timeline, [looked(0, 5)]);
    expect(early.checks).toEqual([]);
    expect(early.need()).toMatchObject({ kind: 'act', plannedNs: 5 + 2 * MS });
    early.observe(state('ESTABLISHED', 'CLOSE'));
    early.observe(looked(0, 5 + 2 * MS));
    expect(complaints(early)).toEqual([]);
    expect(early.need()).toEqual({ kind: 'done' });
  });
});

describe('reset', () => {
  const reset = (by: 'kernel' | 'peer', reason?: string): Observation =>
    told({ kind: 'reset', atNs: 1, by, flow: flowOf(), ...(reason === undefined ? {} : { reason }) });
  const timeline = timelineOf([look({ kind: 'reset', by: 'kernel', reasons: ['NO_SOCKET', 'TCP_STATE'] })]);

  it('is the last one of the connection, for one of the reasons', () => {
    expect(complaints(walk(timeline, [reset('peer'), reset('kernel', 'TCP_STATE'), looked(0, 5)]))).toEqual([]);
    expect(complaints(walk(timeline, [reset('kernel', 'TCP_FLAGS'), looked(0, 5)]))).toEqual(['reason']);
    expect(complaints(walk(timeline, [reset('peer'), looked(0, 5)]))).toEqual(['by', 'reason']);
    expect(complaints(walk(timeline, [looked(0, 5)]))).toEqual(['reset']);
  });
});

describe('what became of a segment', () => {
  const available: readonly EventPart[] = ['drops'];
  const recorded = (timeline: Trace['timeline'], observations: readonly Observation[]): Trace => {
    const trace = traceOf(timeline, observations);
    return { ...trace, environment: { ...trace.environment, events: { available, missing: [] } } };
  };
  const baseline: Observation = {
    kind: 'baseline',
    counters: { 'TcpExt.ListenDrops': 5, 'TcpExt.ListenOverflows': 5 },
    realtimeAtZero: { seconds: 0, nanoseconds: 0 },
  };
  const consumed = told({ kind: 'consumed', atNs: 9_000, injectedNs: 1_000 });
  const counted: Observation = {
    kind: 'counted',
    atNs: 20_000,
    counters: { 'TcpExt.ListenDrops': 6, 'TcpExt.ListenOverflows': 6 },
  };
  const lossOf = (trace: Trace) => judge(trace).crossed[0]?.loss;

  it('is told of a drop, though the run has failed before', () => {
    const timeline = timelineOf([inject(ACK), expects(ACK)]);
    const drop = told({ kind: 'drop', atNs: 2_000, injectedNs: 1_000 });
    const observations = [sent(0, 1_000, ACK), came(1_500, seg('R', { seq: 0 })), drop];
    expect(lossOf(recorded(timeline, observations))).toEqual({ kind: 'dropped', atNs: 2_000 });
  });

  it('is that a listener refused it, when the kernel was done with a SYN without an answer, and counted', () => {
    const timeline = timelineOf([inject(SYN)]);
    expect(lossOf(recorded(timeline, [baseline, sent(0, 1_000, SYN), consumed, counted]))).toEqual({
      kind: 'refused',
      atNs: 9_000,
      function: 'tcp_conn_request',
      counters: ['ListenOverflows', 'ListenDrops'],
    });
  });

  it('is nothing when the SYN was answered, or nothing was counted', () => {
    const timeline = timelineOf([inject(SYN)]);
    const answer = came(5_000, seg('S.', { seq: 9, ack: 1, options: opts() }));
    expect(lossOf(recorded(timeline, [baseline, sent(0, 1_000, SYN), answer, consumed, counted]))).toBeUndefined();
    const still: Observation = { kind: 'counted', atNs: 20_000, counters: {} };
    expect(lossOf(recorded(timeline, [baseline, sent(0, 1_000, SYN), consumed, still]))).toBeUndefined();
  });

  it('has its words', () => {
    expect(printLoss({ kind: 'dropped', atNs: 1, reason: 'TCP_CSUM', function: 'tcp_v4_rcv' })).toBe(
      'dropped in tcp_v4_rcv: TCP_CSUM',
    );
    expect(printLoss({ kind: 'dropped', atNs: 1 })).toBe('dropped: this kernel gives no reason');
    expect(printLoss({ kind: 'refused', atNs: 1, function: 'tcp_conn_request', counters: ['ListenDrops'] })).toBe(
      'refused in tcp_conn_request: counted in ListenDrops',
    );
  });
});
