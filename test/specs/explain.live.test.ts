/**
 * The explanation of the shipped specs of the queues names the kernel's function and reason for every segment that was
 * lost. How many must have been lost is taken from the counters of the kernel, which know nothing of events.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { counterDelta } from '../../src/match/counters';
import { readTrace } from '../../src/trace/jsonl';
import type { Observation, Trace } from '../../src/trace/trace';
import { judge } from '../../src/verify/judge';
import { packetspec } from '../support/command';
import { requireKernel, temporaryFolder } from '../support/live';

const FOLDER = join(temporaryFolder, 'traces');

const OVERFLOW = 'tcp_v4_rcv TCP_LISTEN_OVERFLOW';
const FULL_ACCEPT_QUEUE = 'tcp_conn_request ListenOverflows,ListenDrops';
const FULL_SYN_QUEUE = 'tcp_conn_request TCPReqQFullDrop,ListenDrops';

/** What each spec loses on Linux 6.18: how many, where, and why. A spec that is not here loses nothing. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  'accept-queue/abort-on-overflow': [`1 ${OVERFLOW}`],
  'accept-queue/accept-frees-a-place': [`1 ${OVERFLOW}`],
  'accept-queue/client-side-of-a-dropped-ack': [`3 ${OVERFLOW}`, '1 tcp_v4_do_rcv TCP_FLAGS'],
  'accept-queue/closing-the-listener': ['1 tcp_v4_rcv NO_SOCKET'],
  'accept-queue/full-drops-final-ack': [`1 ${OVERFLOW}`],
  'accept-queue/full-drops-syn': [`2 ${FULL_ACCEPT_QUEUE}`],
  'accept-queue/holds-one-more': [`1 ${FULL_ACCEPT_QUEUE}`],
  'accept-queue/rst-within-a-millisecond': ['8 cookie_v4_check NO_SOCKET', '4 tcp_v4_do_rcv TCP_FLAGS'],
  'accept-queue/rst-within-a-millisecond-reasons': ['2 cookie_v4_check NO_SOCKET', '1 tcp_v4_do_rcv TCP_FLAGS'],
  'accept-queue/shrinking-the-backlog': [`2 ${OVERFLOW}`],
  'watching/capture-and-drops': ['1 tcp_v4_rcv TCP_CSUM', '1 nft_do_chain NETFILTER_DROP'],
  'syn-queue/cookie-ack-on-full-queue': ['1 cookie_v4_check NO_SOCKET'],
  'syn-queue/cookies-always': [`1 ${FULL_ACCEPT_QUEUE}`],
  'syn-queue/defer-accept': ['2 tcp_v4_rcv NOT_SPECIFIED'],
  'syn-queue/dropped-syn-counters': [`1 ${FULL_SYN_QUEUE}`],
  'syn-queue/flood-without-cookies': [`1 ${FULL_SYN_QUEUE}`],
  'syn-queue/limit-without-cookies': [`2 ${FULL_SYN_QUEUE}`],
  'syn-queue/quarter-for-proven-peers': ['3 tcp_conn_request ListenDrops'],
};

const CAPTURE = 'specs/watching/capture-and-drops.yaml';

function tracesOf(): readonly Trace[] {
  return readdirSync(FOLDER).map((name) => {
    const read = readTrace(readFileSync(join(FOLDER, name), 'utf8'));
    if (read.kind !== 'trace' || read.problems.length > 0) throw new Error(`${name}: ${read.problems.join('; ')}`);
    return read.trace;
  });
}

function moved(trace: Trace, name: string): number {
  const find = <K extends Observation['kind']>(kind: K) =>
    trace.observations.findLast((one): one is Extract<Observation, { kind: K }> => one.kind === kind);
  const [baseline, counted] = [find('baseline')?.counters ?? {}, find('counted')?.counters ?? {}];
  return counterDelta(`TcpExt.${name}`, baseline, counted, undefined);
}

function lossesOf(trace: Trace): readonly string[] {
  const texts = judge(trace).crossed.flatMap(({ loss }) => {
    if (loss === undefined) return [];
    return [`${loss.function ?? '?'} ${loss.kind === 'dropped' ? (loss.reason ?? '?') : loss.counters.join()}`];
  });
  const counts = new Map<string, number>();
  // The functions of IPv6 have the same names otherwise.
  for (const text of texts.map((one) => one.replace('_v6_', '_v4_'))) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => `${count} ${text}`);
}

describe('the explanation of the specs of the queues', () => {
  let traces: readonly Trace[] = [];

  beforeAll(async () => {
    requireKernel();
    // What takes longer waits for timers, and loses nothing.
    const { status, stdout } = await packetspec([
      'run',
      'specs/accept-queue',
      'specs/syn-queue',
      CAPTURE,
      ...['--events', '--longest', '10s', '--trace', FOLDER],
    ]);
    expect(stdout, stdout).toContain('0 failed');
    expect(status).toBe(0);
    traces = tracesOf();
  });

  it('has a loss for each segment that the listener counts as dropped, but in floods', () => {
    const wrong = traces.filter((trace) => {
      const inFloods = judge(trace).kernel.flatMap(({ event }) =>
        event.kind === 'flood' ? (event.counters['ListenDrops'] ?? 0) : 0,
      );
      const listenDrops = moved(trace, 'ListenDrops') - inFloods.reduce((sum, one) => sum + one, 0);
      const told = judge(trace).crossed.filter(({ loss }) => loss !== undefined).length;
      return told < listenDrops;
    });
    expect(wrong.map(({ timeline }) => `${timeline.file} ${timeline.variant.label}`)).toEqual([]);
  });

  it('names the function and the reason of each', () => {
    for (const trace of traces.filter(({ end }) => end.kind === 'finished')) {
      const { file, variant } = trace.timeline;
      const name = file.replace(/^specs\/|\.yaml$/g, '');
      expect(lossesOf(trace), `${name} ${variant.label}`).toEqual(LOST[name] ?? []);
    }
    expect(traces.length).toBeGreaterThan(45);
  });

  it('tells of a flood how many were refused', () => {
    const floods = traces.flatMap((trace) => judge(trace).kernel.filter(({ event }) => event.kind === 'flood'));
    expect(floods.map(({ event }) => event)).toContainEqual({
      kind: 'flood',
      atNs: expect.any(Number) as number,
      sent: 100_000,
      function: 'tcp_conn_request',
      counters: { TCPReqQFullDrop: 99_871, ListenDrops: 99_871 },
    });
  });

  it('has in its capture what is dropped on the way in, and not what is dropped on the way out', () => {
    const captures = traces.filter(({ timeline }) => timeline.file === CAPTURE);
    const seen = captures.map(({ observations }) =>
      observations.flatMap((one) => (one.kind === 'frame' ? [one.direction] : [])),
    );
    expect(seen).toEqual([
      ['in', 'in', 'in'],
      ['in', 'in', 'in'],
    ]);
    for (const { event } of captures.flatMap((trace) =>
      judge(trace).kernel.filter((note) => note.event.kind === 'drop'),
    ))
      expect(event).toMatchObject({ reason: 'NETFILTER_DROP' });
  });
});
