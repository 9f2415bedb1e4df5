import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/trace/trace';
import {
  after,
  at,
  callOf,
  calls,
  came,
  ELLIPSIS,
  field,
  inject,
  integer,
  MS,
  outcome,
  PROMPT,
  S,
  samples,
  seg,
  sent,
  SPAN,
  socketEntry,
  socketNamed,
  step,
  tick,
  timelineOf,
  wait,
  within,
} from '../../support/builders';
import { complaints, needs, outcomes, walk } from '../../support/walk';

const SYN = seg('S', { seq: 0 });
const READ = callOf('read', [socketNamed('app'), ELLIPSIS, integer(9)], 4);

describe('an injection', () => {
  it('is planned from when the one before was planned, so that lateness does not add up', () => {
    const timeline = timelineOf([inject(SYN), inject(SYN, { when: after(S) }), inject(SYN, { when: after(S) })]);
    const progress = walk(timeline, [sent(0, 2 * MS, SYN, { plannedNs: 0 })]);
    expect(needs(progress)).toBe(`act 1 at ${S}`);
    progress.observe(sent(1, S + 3 * MS, SYN, { plannedNs: S }));
    expect(needs(progress)).toBe(`act 2 at ${2 * S}`);
  });

  it('without a time follows what really happened', () => {
    const progress = walk(timelineOf([inject(SYN), inject(SYN)]), [sent(0, 7, SYN)]);
    expect(needs(progress)).toBe('act 1 at 7');
  });

  it('is never planned before the step ahead of it', () => {
    const progress = walk(timelineOf([inject(SYN, { when: at(2 * S) }), inject(SYN, { when: at(S) })]), [
      sent(0, 2 * S, SYN),
    ]);
    expect(needs(progress)).toBe(`act 1 at ${2 * S}`);
  });

  it('that the device refuses fails, and ends the walk', () => {
    const progress = walk(timelineOf([inject(SYN), inject(SYN)]), [sent(0, 7, SYN, { errno: 'EINVAL' })]);
    expect(outcomes(progress)).toEqual(['0 inject FAIL']);
    expect(complaints(progress)[0]).toContain('EINVAL');
    expect(needs(progress)).toBe('done');
  });

  it('that cannot be made fails with the reason', () => {
    const progress = walk(timelineOf([inject(SYN)]), [{ kind: 'unsendable', step: 0, atNs: 5, reason: 'no TS val 7' }]);
    expect(complaints(progress)).toEqual(['no TS val 7']);
  });
});

describe("the harness's own lateness", () => {
  it('is noted for each action, with what is allowed', () => {
    const tolerance = { earlyNs: 0, lateNs: 4 * MS, percent: 12.5, distance: 'actual' } as const;
    const timeline = timelineOf([inject(SYN), inject(SYN, { when: after(8 * S), tolerance }), calls(READ)]);
    const progress = walk(timeline, [
      sent(0, 5, SYN, { plannedNs: 0 }),
      sent(1, 8 * S + 9, SYN, { plannedNs: 8 * S }),
      {
        kind: 'called',
        step: 2,
        plannedNs: 8 * S + 9,
        startedNs: 8 * S + 30,
        endedNs: 8 * S + 40,
        outcome: outcome(4),
        interrupted: false,
      },
    ]);
    expect(progress.timings.map(({ step: index, plannedNs, startedNs }) => [index, startedNs - plannedNs])).toEqual([
      [0, 5],
      [1, 9],
      [2, 21],
    ]);
    expect(progress.timings[0]?.allowedNs).toBe(4 * MS);
    expect(progress.timings[1]?.allowedNs).toBeGreaterThanOrEqual(S - 10);
    expect(progress.timings[1]?.allowedNs).toBeLessThanOrEqual(S);
  });
});

function called(index: number, returned: number, errno = '', interrupted = false): Observation {
  return {
    kind: 'called',
    step: index,
    plannedNs: 0,
    startedNs: 0,
    endedNs: interrupted ? S : 100,
    outcome: outcome(returned, errno),
    interrupted,
  };
}

describe('a call', () => {
  const timeline = timelineOf([calls(READ), inject(SYN)]);

  it('that does what the spec says passes', () => {
    const progress = walk(timeline, [called(0, 4)]);
    expect(outcomes(progress)).toEqual(['0 call ok']);
    expect(needs(progress)).toBe('act 1 at 100');
  });

  it('that does not fails, and ends the walk', () => {
    const progress = walk(timeline, [called(0, -1, 'EAGAIN')]);
    expect(outcomes(progress)).toEqual(['0 call FAIL']);
    expect(needs(progress)).toBe('done');
  });

  it('that slept fails, and says what is missing in the spec', () => {
    const progress = walk(timeline, [called(0, -1, 'EINTR', true)]);
    expect(outcomes(progress)).toEqual(['0 call FAIL']);
    expect(complaints(progress).at(-1)).toContain('returns:');
  });
});

describe('a call that blocks', () => {
  const timeline = (returns = after(S, 2 * S)) => timelineOf([calls(READ, { returns }), inject(SYN)]);
  const blocked: Observation = { kind: 'blocked', step: 0, plannedNs: 0, startedNs: 100 };
  const returned = (endedNs: number, fields: { returned?: number; cancelled?: boolean } = {}): Observation => ({
    kind: 'returned',
    step: 0,
    endedNs,
    outcome: outcome(fields.returned ?? 4),
    cancelled: fields.cancelled ?? false,
  });

  it('lets the next step go on', () => {
    expect(needs(walk(timeline(), [blocked]))).toBe('act 1 at 100');
  });

  // packetdrill: the return is counted from the call's own start.
  it.each([
    ['in time, at its first nanosecond', S + 100 - 4 * MS, 'ok'],
    ['in time, at its last nanosecond', 2 * S + 100 + 4 * MS, 'ok'],
    ['early', S + 99 - 4 * MS, 'FAIL'],
    ['late', 2 * S + 101 + 4 * MS, 'FAIL'],
  ])('returns %s', (_, endedNs, result) => {
    expect(outcomes(walk(timeline(), [blocked, returned(endedNs)]))).toEqual([`0 return ${result}`]);
  });

  it('returns something else', () => {
    expect(complaints(walk(timeline(), [blocked, returned(S + 100, { returned: 0 })]))).toEqual(['result']);
  });

  it('returns within a limit', () => {
    expect(outcomes(walk(timeline(within(S)), [blocked, returned(S + 100)]))).toEqual(['0 return ok']);
    expect(complaints(walk(timeline(within(S)), [blocked, returned(S + 101)]))).toEqual(['time']);
  });

  it('is waited for when everything else is done, a second longer than its window', () => {
    const progress = walk(timeline(), [blocked, sent(1, 200, SYN)]);
    const lastNs = 2 * S + 100 + 4 * MS + S;
    expect(needs(progress)).toBe(`wait until ${lastNs}`);
    progress.observe(tick(lastNs - 1));
    expect(progress.checks).toEqual([]);
    progress.observe(tick(lastNs));
    expect(outcomes(progress)).toEqual(['0 return FAIL']);
    expect(complaints(progress)[0]).toContain('had not returned');
    expect(needs(progress)).toBe('done');
  });

  it('that the harness had to interrupt fails as one that had not returned', () => {
    expect(complaints(walk(timeline(), [blocked, returned(9 * S, { returned: -1, cancelled: true })]))).toEqual([
      'the call had not returned',
    ]);
  });

  it('several at a time come back in any order', () => {
    const two = timelineOf([calls(READ, { returns: within(S) }), calls(READ, { returns: within(3 * S) })]);
    const progress = walk(two, [blocked, { ...blocked, step: 1, startedNs: 200 }]);
    expect(needs(progress)).toBe(`wait until ${S + 100 + S}`);
    const impatient = walk(two, [blocked, { ...blocked, step: 1, startedNs: 200 }, tick(2 * S + 100)]);
    expect(outcomes(impatient)).toEqual(['0 return FAIL']);
    progress.observe({ ...returned(500), step: 1 } as Observation);
    progress.observe(returned(600));
    expect(outcomes(progress)).toEqual(['1 return ok', '0 return ok']);
    expect(needs(progress)).toBe('done');
  });
});

describe('a sample', () => {
  const QUEUE = { kind: 'queue', fields: [field('accept', 6), field('limit', 5)] } as const;
  const sampled = (index: number, atNs: number, accept: number, plannedNs = atNs): Observation => ({
    kind: 'sampled',
    step: index,
    plannedNs,
    startedNs: atNs,
    atNs,
    sample: { sockets: [socketEntry({ state: 'LISTEN', receiveQueue: accept, sendQueue: 5 })] },
  });

  it('is one check for each field', () => {
    expect(outcomes(walk(timelineOf([samples(QUEUE)]), [sampled(0, 5, 6)]))).toEqual(['0 queue ok', '0 queue ok']);
  });

  it('that fails does not end the walk', () => {
    const progress = walk(timelineOf([samples(QUEUE), inject(SYN)]), [sampled(0, 5, 7)]);
    expect(outcomes(progress)).toEqual(['0 queue FAIL', '0 queue ok']);
    expect(progress.failed).toBe(false);
    expect(needs(progress)).toBe('act 1 at 5');
  });

  it('with `within` is taken again until all of it fits', () => {
    const progress = walk(timelineOf([samples(QUEUE, { withinNs: S }), inject(SYN)]), [sampled(0, 0, 4)]);
    expect(progress.checks).toEqual([]);
    expect(needs(progress)).toBe(`act 0 at ${2 * MS}`);
    progress.observe(sampled(0, 2 * MS, 5));
    expect(needs(progress)).toBe(`act 0 at ${4 * MS}`);
    progress.observe(sampled(0, 4 * MS, 6));
    expect(outcomes(progress)).toEqual(['0 queue ok', '0 queue ok']);
    expect(needs(progress)).toBe(`act 1 at ${4 * MS}`);
  });

  it('with `within` is taken less often the longer it waits, and at the last moment', () => {
    const progress = walk(timelineOf([samples(QUEUE, { withinNs: S }), inject(SYN)]), [sampled(0, 0, 4)]);
    progress.observe(sampled(0, 320 * MS, 5));
    expect(needs(progress)).toBe(`act 0 at ${360 * MS}`);
    progress.observe(sampled(0, 992 * MS, 5));
    expect(needs(progress)).toBe(`act 0 at ${S}`);
  });

  it('with `within` fails with what it saw last', () => {
    const progress = walk(timelineOf([samples(QUEUE, { withinNs: S })]), [
      sampled(0, 0, 4),
      sampled(0, S - 1, 5),
      sampled(0, S, 7),
    ]);
    expect(outcomes(progress)).toEqual(['0 queue FAIL', '0 queue ok']);
    expect(progress.checks[0]?.mismatches).toEqual([{ field: 'accept', expected: '6', observed: '7' }]);
  });

  it('that is polled does not make the harness late', () => {
    const progress = walk(timelineOf([samples(QUEUE, { withinNs: S }), inject(SYN, { when: after(10 * MS) })]), [
      sampled(0, 0, 4),
      sampled(0, 500 * MS, 6),
    ]);
    expect(progress.timings.every(({ plannedNs, startedNs, allowedNs }) => startedNs - plannedNs <= allowedNs)).toBe(
      true,
    );
    expect(needs(progress)).toBe(`act 1 at ${510 * MS}`);
  });

  it('of counters is a delta since the baseline, or since a mark', () => {
    const counters = (value: number, since?: string) =>
      samples({
        kind: 'counters',
        fields: [field('ListenDrops', value)],
        ...(since === undefined ? {} : { since: { name: since, span: SPAN } }),
      });
    const timeline = timelineOf([step({ kind: 'mark', name: 'm' }), counters(3), counters(1, 'm')]);
    const seen: readonly Observation[] = [
      {
        kind: 'baseline',
        counters: { 'TcpExt.ListenDrops': 40 },
        realtimeAtZero: { seconds: 1_700_000_000, nanoseconds: 5 },
      },
      { kind: 'marked', step: 0, atNs: 1, counters: { 'TcpExt.ListenDrops': 42 } },
      {
        kind: 'sampled',
        step: 1,
        plannedNs: 1,
        startedNs: 1,
        atNs: 2,
        sample: { counters: { 'TcpExt.ListenDrops': 43 } },
      },
      {
        kind: 'sampled',
        step: 2,
        plannedNs: 2,
        startedNs: 2,
        atNs: 3,
        sample: { counters: { 'TcpExt.ListenDrops': 43 } },
      },
    ];
    expect(outcomes(walk(timeline, seen))).toEqual(['1 counters ok', '2 counters ok']);
  });

  it('of a socket knows the port that the kernel chose', () => {
    const active = {
      index: 0,
      name: 'out',
      role: 'active',
      localAddress: '192.168.0.1',
      localPort: undefined,
      protocol: 'tcp',
      remoteAddress: '192.0.2.1',
      remotePort: 8080,
    } as const;
    const timeline = timelineOf([wait(after(MS)), samples({ kind: 'socket', fields: [field('state', 'SYN_SENT')] })], {
      connections: [active],
    });
    const progress = walk(timeline, [
      came(5, SYN, { ...active, localPort: 51_234 }),
      tick(MS),
      {
        kind: 'sampled',
        step: 1,
        plannedNs: MS,
        startedNs: MS,
        atNs: MS,
        sample: { sockets: [socketEntry({ state: 'SYN_SENT', localPort: 51_234, remotePort: 8080 })] },
      },
    ]);
    expect(outcomes(progress)).toEqual(['1 socket ok']);
  });
});

describe('the end', () => {
  it('of an empty timeline is its beginning', () => {
    expect(needs(walk(timelineOf([]), []))).toBe('done');
  });

  it('an action of a step that is not open is a defect', () => {
    expect(() => walk(timelineOf([inject(SYN), inject(SYN, { when: PROMPT })]), [sent(1, 5, SYN)])).toThrow(/step 1/);
  });
});
