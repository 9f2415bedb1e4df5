import { describe, expect, it } from 'vitest';
import type { Check, CheckKind } from '../../src/match/match';
import type { ActionTiming } from '../../src/match/progress';
import { disturbance as disturbanceIn } from '../../src/verify/disturbance';
import type { KernelWait } from '../../src/trace/trace';
import { MS } from '../support/builders';

function failure(kind: CheckKind, ...fields: readonly string[]): Check {
  const mismatches = fields.map((field) => ({ field, expected: 'a', observed: 'b' }));
  return { step: 0, kind, passed: false, title: 'a step', mismatches, atNs: 0 };
}

const PASSED: Check = { ...failure('segment'), passed: true };

function late(byNs: number): ActionTiming {
  return { step: 0, plannedNs: 0, startedNs: byNs, allowedNs: 4 * MS };
}

const disturbance = (
  checks: readonly Check[],
  timings: readonly ActionTiming[],
  waited: KernelWait,
): string | undefined => disturbanceIn(checks, timings, waited, 'real');
const wait = (ns: number) => ({ totalNs: ns, lastNs: ns });

describe('a time that differs', () => {
  it('proves nothing when the kernel had to wait for a processor', () => {
    expect(disturbance([PASSED, failure('segment', 'time')], [], wait(5 * MS))).toContain('waited 5ms for a processor');
    expect(disturbance([failure('return', 'time')], [], wait(5 * MS))).toBeDefined();
  });

  it('counts when it is further off than the kernel waited', () => {
    const check = failure('segment', 'time');
    const by = (offNs: number): Check => ({ ...check, mismatches: check.mismatches.map((one) => ({ ...one, offNs })) });
    expect(disturbance([by(5 * MS)], [], wait(5 * MS))).toBeDefined();
    expect(disturbance([by(6 * MS)], [], wait(5 * MS))).toBeUndefined();
  });

  it('counts when the kernel had waited earlier only', () => {
    expect(disturbance([failure('segment', 'time')], [], { totalNs: 500 * MS, lastNs: 0 })).toBeUndefined();
  });

  it('counts when the kernel did not', () => {
    expect(disturbance([failure('segment', 'time')], [late(3 * MS)], wait(MS))).toBeUndefined();
  });

  it('proves nothing when the call before took as long: it may have been made as late', () => {
    const check = { ...failure('segment', 'time'), step: 2 };
    const by = (offNs: number): Check => ({ ...check, mismatches: check.mismatches.map((one) => ({ ...one, offNs })) });
    const call = (step: number, lastedNs: number): ActionTiming => ({ ...late(0), step, lastedNs });
    expect(disturbance([by(5 * MS)], [call(1, 5 * MS)], wait(0))).toContain('the call before took 5ms');
    expect(disturbanceIn([by(5 * MS)], [call(1, 5 * MS)], wait(0), 'virtual')).toBeUndefined();
    expect(disturbance([by(6 * MS)], [call(1, 5 * MS)], wait(0))).toBeUndefined();
    expect(disturbance([by(5 * MS)], [call(0, 5 * MS), { ...late(0), step: 1 }], wait(0))).toBeUndefined();
    expect(disturbance([by(5 * MS)], [call(3, 5 * MS)], wait(0))).toBeUndefined();
  });

  it('counts when something else differs as well', () => {
    expect(disturbance([failure('segment', 'flags', 'time')], [], wait(5 * MS))).toBeUndefined();
    expect(disturbance([failure('segment', 'time'), failure('queue', 'accept')], [], wait(5 * MS))).toBeUndefined();
    expect(disturbance([failure('segment')], [], wait(5 * MS))).toBeUndefined();
  });
});

describe('a value of TCP_INFO that differs', () => {
  it('proves nothing when it measures time, and the kernel or the harness was late', () => {
    expect(disturbance([failure('code', 'tcpi_busy_time')], [], wait(5 * MS))).toBeDefined();
    expect(disturbance([failure('code', 'tcpi_rtt')], [late(0), late(2 * MS)], wait(0))).toContain('up to 2ms late');
  });

  it('counts when both were in time, or when it does not measure time', () => {
    expect(disturbance([failure('code', 'tcpi_rtt')], [late(MS)], wait(0))).toBeUndefined();
    expect(disturbance([failure('code', 'tcpi_snd_cwnd')], [late(2 * MS)], wait(5 * MS))).toBeUndefined();
  });
});

it('a run without a failure is not disturbed', () => {
  expect(disturbance([PASSED], [late(2 * MS)], wait(50 * MS))).toBeUndefined();
});
