import { describe, expect, it } from 'vitest';
import { judge } from '../../src/verify/judge';
import type { Timeline } from '../../src/timeline/timeline';
import type { Observation } from '../../src/trace/trace';
import {
  callOf,
  calls,
  came,
  connection,
  ELLIPSIS,
  expects,
  field,
  inject,
  integer,
  MS,
  outcome,
  S,
  samples,
  seg,
  sent,
  silence,
  socketEntry,
  socketNamed,
  stamped,
  tick,
  timelineOf,
  traceOf,
  within,
} from '../support/builders';

const SYN = seg('S', { seq: 0 });
const SYN_ACK = seg('S.', { seq: 0, ack: 1 });
const ACK = seg('.', { seq: 1, ack: 1 });

const STEPS = [inject(SYN), expects(SYN_ACK), inject(ACK), silence(S)];
const GOOD: readonly Observation[] = [
  sent(0, 0, SYN),
  stamped(5, SYN),
  came(10, SYN_ACK),
  sent(2, 20, ACK),
  tick(2 * S),
];

function verdict(observations: readonly Observation[], fields: Partial<Timeline> = {}, steps = STEPS) {
  return judge(traceOf(timelineOf(steps, fields), observations));
}

describe('the status', () => {
  it('passed: every check is', () => {
    expect(verdict(GOOD)).toMatchObject({ status: 'passed', notReached: 0, strays: [], durationNs: 2 * S });
    expect(verdict(GOOD).checks.map(({ kind }) => kind)).toEqual(['segment', 'silence']);
  });

  it('failed: one is not', () => {
    expect(verdict([sent(0, 0, SYN), came(10, seg('R.'))])).toMatchObject({ status: 'failed', notReached: 2 });
  });

  it('failed: the trace ends before the timeline does, although nothing contradicts it', () => {
    expect(verdict(GOOD.slice(0, -1))).toMatchObject({ status: 'failed' });
    expect(verdict([])).toMatchObject({ status: 'failed', notReached: 4 });
  });

  it('failed: a sample alone', () => {
    const steps = [samples({ kind: 'queue', fields: [field('accept', 1)] }), inject(SYN)];
    const seen: readonly Observation[] = [
      {
        kind: 'sampled',
        step: 0,
        plannedNs: 0,
        startedNs: 0,
        atNs: 1,
        sample: { sockets: [socketEntry({ state: 'LISTEN' })] },
      },
      sent(1, 2, SYN),
    ];
    expect(verdict(seen, {}, steps)).toMatchObject({ status: 'failed', notReached: 0 });
  });

  it('inconclusive: the harness was too late, whether or not the checks passed', () => {
    const late = [
      sent(0, 5 * MS, SYN, { plannedNs: 0 }),
      came(5 * MS + 10, SYN_ACK),
      sent(2, 5 * MS + 20, ACK),
      tick(2 * S),
    ];
    expect(verdict(late)).toMatchObject({
      status: 'inconclusive',
      reason: expect.stringContaining('line 10') as string,
    });
    expect(verdict([sent(0, 5 * MS, SYN, { plannedNs: 0 }), came(5 * MS + 10, seg('R.'))])).toMatchObject({
      status: 'inconclusive',
    });
  });

  it('skipped: nothing ran', () => {
    const skipped = judge(traceOf(timelineOf(STEPS), [], { kind: 'skipped', reason: 'requires kernel >=9.0' }));
    expect(skipped).toMatchObject({ status: 'skipped', reason: 'requires kernel >=9.0', durationNs: 0, checks: [] });
  });

  it('errored: the environment failed, which outweighs lateness and failed checks', () => {
    const error = { code: 'frames-lost', message: 'frames were lost' };
    const observations = [sent(0, 5 * MS, SYN, { plannedNs: 0 }), came(5 * MS + 10, seg('R.'))];
    const errored = judge(traceOf(timelineOf(STEPS), observations, { kind: 'host-error', atNs: 7, error }));
    expect(errored).toMatchObject({ status: 'errored', trouble: error, durationNs: 7 });
    expect(errored.reason).toBeUndefined();
  });

  it('a cut-off trace is no pass, whatever it holds', () => {
    const error = { code: 'cut-off', message: 'the trace is cut off' };
    expect(judge(traceOf(timelineOf(STEPS), GOOD, { kind: 'host-error', atNs: 0, error })).status).toBe('errored');
  });
});

describe('steps that were not reached', () => {
  const read = calls(callOf('read', [socketNamed('app'), ELLIPSIS, integer(1)], 1), { returns: within(S) });
  const blocked: Observation = { kind: 'blocked', step: 0, plannedNs: 0, startedNs: 0 };
  const returned: Observation = { kind: 'returned', step: 0, endedNs: 5, outcome: outcome(0), cancelled: false };

  it('a blocking call that returned wrongly while another step was open', () => {
    expect(verdict([blocked, returned], {}, [read, inject(SYN), inject(SYN)])).toMatchObject({
      status: 'failed',
      notReached: 2,
    });
  });

  it('a blocking call that returned wrongly when all steps were done', () => {
    expect(verdict([blocked, sent(1, 2, SYN), returned], {}, [read, inject(SYN)])).toMatchObject({
      status: 'failed',
      notReached: 0,
    });
  });
});

describe('strays', () => {
  const unexpected = [
    ...GOOD.slice(0, -1),
    tick(2 * S),
    came(2 * S + 1, seg('R.')),
    came(2 * S + 2, seg('R'), connection(7)),
  ];

  it('are reported, and harm nobody', () => {
    const result = verdict(unexpected);
    expect(result.status).toBe('passed');
    expect(result.strays.map(({ atNs, connection: name }) => [atNs, name])).toEqual([
      [2 * S + 1, 'default'],
      [2 * S + 2, undefined],
    ]);
  });

  it('fail where the spec says so: each one, at the last step', () => {
    const result = verdict(unexpected, { strays: 'fail' });
    expect(result.status).toBe('failed');
    expect(result.checks.filter(({ kind }) => kind === 'strays')).toMatchObject([
      {
        step: 3,
        passed: false,
        mismatches: [{ expected: 'nothing', observed: expect.stringMatching(/^R\. .*\(default\)$/) as string }],
      },
      {
        step: 3,
        passed: false,
        mismatches: [{ expected: 'nothing', observed: expect.stringMatching(/^R .*\(no connection\)$/) as string }],
      },
    ]);
  });

  it('none are no failure', () => {
    expect(verdict(GOOD, { strays: 'fail' }).status).toBe('passed');
  });

  it('say nothing about a run that the environment ended', () => {
    const error = { code: 'system-call', message: 'x' };
    const trace = traceOf(timelineOf(STEPS, { strays: 'fail' }), unexpected, { kind: 'host-error', atNs: 0, error });
    expect(judge(trace).checks.some(({ kind }) => kind === 'strays')).toBe(false);
  });
});

it('everything that crossed the link is kept, with the stamp of the kernel where there is one', () => {
  expect(verdict(GOOD).crossed.map(({ direction, atNs }) => [direction, atNs])).toEqual([
    ['in', 5],
    ['out', 10],
    ['in', 20],
  ]);
});
