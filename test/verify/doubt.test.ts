import { describe, expect, it } from 'vitest';
import type { Check, CheckKind, Mismatch } from '../../src/match/match';
import { doubtOf } from '../../src/verify/doubt';
import { MS } from '../support/builders';

const TICK_NS = 4 * MS;
const KERNEL = { tickNs: TICK_NS };

function failure(kind: CheckKind, ...mismatches: readonly Mismatch[]): Check {
  return { step: 0, kind, passed: false, title: 'a step', mismatches, atNs: 0 };
}

function off(field: string, offNs?: number): Mismatch {
  return { field, expected: 'a', observed: 'b', ...(offNs === undefined ? {} : { offNs }) };
}

const PASSED: Check = { ...failure('segment'), passed: true };

describe('a failure may be chance', () => {
  it('when times alone differ, by a tick at the most', () => {
    expect(doubtOf([PASSED, failure('segment', off('time', TICK_NS))], KERNEL)).toContain('4ms');
    expect(doubtOf([failure('return', off('time', 1))], KERNEL)).toBeDefined();
    expect(doubtOf([failure('segment', off('time', TICK_NS + 1))], KERNEL)).toBeUndefined();
  });

  it('when a code block looks at times that the kernel has measured', () => {
    expect(doubtOf([failure('code', off('tcpi_busy_time'))], KERNEL)).toBeDefined();
    expect(doubtOf([failure('code', off('tcpi_snd_cwnd'))], KERNEL)).toBeUndefined();
  });

  it('not when anything else differs', () => {
    expect(doubtOf([failure('segment', off('time', MS), off('flags'))], KERNEL)).toBeUndefined();
    expect(doubtOf([failure('segment', off('time', MS)), failure('queue', off('accept'))], KERNEL)).toBeUndefined();
    expect(doubtOf([failure('segment')], KERNEL)).toBeUndefined();
  });

  it('not under virtual time', () => {
    expect(doubtOf([failure('segment', off('time', MS))], { ...KERNEL, time: 'virtual' })).toBeUndefined();
  });

  it('not when there is none, or the tick is not known', () => {
    expect(doubtOf([PASSED], KERNEL)).toBeUndefined();
    expect(doubtOf([failure('segment', off('time', MS))], {})).toBeUndefined();
  });
});
