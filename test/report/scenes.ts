/** Runs that the reports are shown. */
import type { RunResult } from '../../src/suite/suite';
import type { EventSupport, KernelEvent } from '../../src/trace/kernel-event';
import { judge } from '../../src/verify/judge';
import {
  came,
  connection,
  expects,
  field,
  inject,
  MS,
  opts,
  S,
  samples,
  seg,
  sent,
  silence,
  socketEntry,
  tick,
  timelineOf,
  traceOf,
} from '../support/builders';
import { resultOf } from '../support/results';

const SYN = seg('S', { seq: 0, window: 64_240, options: opts({ kind: 'mss', value: 1460 }) });
const SYN_ACK = seg('S.', { seq: 0, length: 0, ack: 1, options: opts({ kind: 'mss', value: 1460 }) });
const LATE = connection(1, { name: 'late' });

const TIMELINE = timelineOf(
  [
    inject(SYN, { label: 'inject S 0:0(0) win 64240 <mss 1460>', text: '  - inject: S 0:0(0) win 64240 <mss 1460>' }),
    expects(SYN_ACK, { label: 'expect S. 0:0(0) ack 1 <mss 1460>', text: '  - expect: S. 0:0(0) ack 1 <mss 1460>' }),
    samples(
      { kind: 'queue', fields: [field('accept', 6), field('limit', 5)] },
      { label: 'queue', text: '  - queue: { accept: 6, limit: 5 }' },
    ),
    silence(S, { label: 'silence 1s', text: '  - silence: 1s' }),
  ],
  { file: 'specs/accept/full.yaml', name: 'A full accept queue', connections: [connection(0), LATE] },
);

const QUEUE = (accept: number) => ({ sockets: [socketEntry({ state: 'LISTEN', receiveQueue: accept, sendQueue: 5 })] });

const HANDSHAKE = [
  sent(0, 1_000, SYN),
  came(52_000, seg('S.', { seq: 777_000, ack: 1, window: 65_160, options: opts({ kind: 'mss', value: 1460 }) })),
];

function sampled(accept: number) {
  return {
    kind: 'sampled',
    step: 2,
    plannedNs: 60_000,
    startedNs: 60_000,
    atNs: 70_000,
    sample: QUEUE(accept),
  } as const;
}

/** Nothing crosses the link, and that is what was expected. */
export function withoutSegments(): RunResult {
  const timeline = timelineOf([silence(S, { label: 'silence 1s', text: '  - silence: 1s' })], { name: 'A quiet host' });
  return resultOf(timeline, [tick(1_001 * MS)]);
}

export function passed(): RunResult {
  return resultOf(TIMELINE, [...HANDSHAKE, sampled(6), tick(2 * S)]);
}

/** A RST where the SYN+ACK was expected. */
export function wrongSegment(): RunResult {
  const reset = seg('R.', { seq: 0, ack: 1, window: 0 });
  return resultOf(TIMELINE, [sent(0, 1_000, SYN), came(9_052_000, reset), came(9_053_000, reset, LATE)]);
}

export function nothingCame(): RunResult {
  return resultOf(TIMELINE, [sent(0, 1_000, SYN), tick(1_004_001_000)]);
}

/** The queue was not as expected, and then the silence was broken. */
export function twoFailures(): RunResult {
  return resultOf(TIMELINE, [...HANDSHAKE, sampled(7), came(S / 2, seg('.', { seq: 777_001, ack: 1 }), LATE)]);
}

export function skipped(): RunResult {
  return resultOf(TIMELINE, [], { kind: 'skipped', reason: 'requires kernel >=7.0; this is 6.18.0-test' });
}

export function errored(): RunResult {
  const error = {
    code: 'unknown-sysctl',
    message: 'this network has no sysctl net.ipv4.x',
    hint: 'see sysctl -a',
    line: 7,
  };
  return resultOf(TIMELINE, [], { kind: 'host-error', atNs: 0, error });
}

export function inconclusive(): RunResult {
  return resultOf(TIMELINE, [sent(0, 9_000_000, SYN, { plannedNs: 0 })], undefined, { attempts: 3, durationMs: 1500 });
}

const { localAddress, localPort = 0, remoteAddress, remotePort } = connection(0);
const FLOW = { localAddress, localPort, remoteAddress, remotePort };
const ACK = seg('.', { seq: 1, length: 0, ack: 1 });

const EVENTS: readonly KernelEvent[] = [
  { kind: 'state', atNs: 3_000, socket: 0, flow: FLOW, from: 'SYN_RECV', to: 'CLOSE' },
  { kind: 'drop', atNs: 4_000, injectedNs: 1_000, reason: 'TCP_LISTEN_OVERFLOW', function: 'tcp_v4_rcv' },
  { kind: 'retransmit', atNs: 5_000, what: 'synack', socket: 0, flow: FLOW },
];

/** An ACK that the kernel drops, and a segment that does not come. @param events absent: nothing was recorded */
export function dropped(events?: EventSupport): RunResult {
  const timeline = timelineOf([inject(ACK), expects(seg('R', { seq: 1 }))]);
  const told = EVENTS.map((event) => ({ kind: 'event', event }) as const);
  const trace = traceOf(timeline, [sent(0, 1_000, ACK), ...(events === undefined ? [] : told), tick(2_000 * MS)]);
  const recorded = { ...trace, environment: { ...trace.environment, ...(events === undefined ? {} : { events }) } };
  return { run: { index: 0, timeline }, verdict: judge(recorded), attempts: 1, durationMs: 1, trace: recorded };
}
