import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import { expectedDurationNs, longestDurationNs } from '../../src/suite/bounds';
import type { Timeline } from '../../src/timeline/timeline';
import {
  after,
  afterLast,
  at,
  callOf,
  calls,
  ELLIPSIS,
  expects,
  field,
  group,
  inject,
  integer,
  PROMPT,
  S,
  samples,
  seg,
  silence,
  step,
  socketNamed,
  TOLERANCE,
  timelineOf,
  wait,
  within,
} from '../support/builders';
import { timelines } from '../support/arbitrary-traces';
import { FakeHost } from '../support/fake-host';

const SYN = seg('S', { seq: 0 });

describe('how long a run is expected to take', () => {
  it.each<[string, Timeline, number]>([
    ['nothing', timelineOf([]), 0],
    ['steps at once', timelineOf([inject(SYN), expects(SYN)]), 0],
    [
      'times add up',
      timelineOf([inject(SYN, { when: after(S) }), expects(SYN, { when: afterLast(2 * S, 3 * S) })]),
      4 * S,
    ],
    [
      'a time from the start does not',
      timelineOf([inject(SYN, { when: after(S) }), inject(SYN, { when: at(5 * S) }), inject(SYN, { when: at(6 * S) })]),
      6 * S,
    ],
    ['nor one that is past', timelineOf([inject(SYN, { when: after(5 * S) }), inject(SYN, { when: at(S) })]), 5 * S],
    [
      'silence and groups last',
      timelineOf([silence(2 * S), group([SYN], { exclusiveNs: 3 * S }), wait(after(S))]),
      6 * S,
    ],
    [
      'connections wait beside each other',
      timelineOf([
        inject(SYN),
        inject(SYN, { connection: 1, when: after(S) }),
        expects(SYN, { when: afterLast(5 * S) }),
        expects(SYN, { connection: 1, when: afterLast(5 * S) }),
        group([SYN], { when: after(S) }),
        expects(SYN, { when: afterLast(2 * S) }),
      ]),
      9 * S,
    ],
    [
      'a call that sleeps may be the last to end',
      timelineOf([calls(callOf('read', [], 1), { returns: after(60 * S) }), wait(after(2 * S))]),
      60 * S,
    ],
    [
      'a flood takes its time, and the next step is counted from its end',
      timelineOf([step({ kind: 'flood', packet: SYN, count: 100_000 }, { connection: null }), wait(after(S))]),
      2.5 * S,
    ],
    ['a limit is not expected to be reached', timelineOf([expects(SYN, { when: within(9 * S) })]), 0],
  ])('%s', (_, timeline, expectedNs) => {
    expect(expectedDurationNs(timeline)).toBe(expectedNs);
  });
});

describe('how long a run can take at most', () => {
  it('is longer than expected, for every timeline', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        expect(longestDurationNs(timeline)).toBeGreaterThan(expectedDurationNs(timeline));
      }),
    );
  });

  const PATIENT = { ...TOLERANCE, percent: 1_000 };
  const read = callOf('read', [socketNamed('server'), ELLIPSIS, integer(1)], 1);
  const server = calls(callOf('socket', [integer(2), integer(1), integer(0)], 'server'));
  const accept = callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], 'app');

  // The fake kernel says nothing, so each of these waits as long as it can.
  it.each<[string, Timeline]>([
    ['an expectation', timelineOf([expects(SYN, { when: after(60 * S) })])],
    ['one within a limit', timelineOf([expects(SYN, { when: within(600 * S) })])],
    ['one of great tolerance', timelineOf([expects(SYN, { when: after(60 * S), tolerance: PATIENT })])],
    ['optional ones', timelineOf([1, 2, 3].map(() => expects(SYN, { when: after(60 * S), optional: true })))],
    [
      'optional ones of great tolerance',
      timelineOf([1, 2, 3].map(() => expects(SYN, { when: after(60 * S), optional: true, tolerance: PATIENT }))),
    ],
    ['a sample', timelineOf([samples({ kind: 'queue', fields: [field('accept', 1)] }, { withinNs: 300 * S })])],
    ['a group', timelineOf([group([SYN], { when: within(300 * S) })])],
    ['calls that sleep', timelineOf([server, ...[1, 2, 3].map(() => calls(accept, { when: after(S) }))])],
    [
      'a call that does not return',
      timelineOf([
        server,
        calls(callOf('listen', [socketNamed('server'), integer(1)], 0)),
        calls(accept, { returns: after(200 * S) }),
      ]),
    ],
    [
      'one of great tolerance, too',
      timelineOf([
        server,
        calls(callOf('listen', [socketNamed('server'), integer(1)], 0)),
        calls(accept, { returns: after(20 * S), tolerance: PATIENT }),
      ]),
    ],
    ['a read', timelineOf([server, calls(read, { returns: within(100 * S), when: PROMPT })])],
  ])('is longer than the longest wait for %s', async (_, timeline) => {
    const { trace } = await execute(timeline, new FakeHost());
    const endNs = trace.end.kind === 'skipped' ? 0 : trace.end.atNs;
    expect(trace.end.kind).toBe('finished');
    expect(endNs).toBeLessThan(longestDurationNs(timeline));
  });
});
