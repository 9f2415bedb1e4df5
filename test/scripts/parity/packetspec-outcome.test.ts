import { describe, expect, it } from 'vitest';
import {
  packetspecOutcome,
  rejectedOutcome,
  type ReportedCheck,
  type ReportedResult,
} from '../../../scripts/parity/packetspec-outcome';

const RESULT: ReportedResult = { file: 'a.pkt', variant: 'ipv4', status: 'failed', attempts: 1, checks: [] };

function check(kind: string, fields: readonly string[], observed?: string): ReportedCheck {
  const mismatches = fields.map((field) => ({ field, expected: '1', observed: '2' }));
  const seen = observed === undefined ? {} : { observed };
  return { line: 7, kind, passed: false, title: 'expect', mismatches, ...seen };
}

function kindsOf(failed: ReportedCheck): readonly string[] {
  const passed = { ...failed, line: 3, passed: true };
  const outcome = packetspecOutcome({ ...RESULT, checks: [passed, failed, { ...failed, line: 9 }] });
  expect([outcome.passed, outcome.line]).toEqual([false, 7]);
  return outcome.kinds;
}

describe('a result', () => {
  it.each([
    [check('segment', ['ack', 'time', 'options'], 'S.'), ['field:ack', 'time', 'options']],
    [check('segment', ['TS val'], 'S.'), ['options']],
    [check('segment', []), ['missing']],
    [check('call', ['result']), ['call']],
    [check('return', ['time']), ['time', 'call']],
    [check('code', ['tcpi_rtt']), ['code']],
    [check('command', []), ['command']],
    [check('inject', ['time']), ['time']],
    [check('inject', []), ['other']],
  ])('of which the first failed check is %j', (failed, kinds) => {
    expect(kindsOf(failed)).toEqual(kinds);
  });

  it('that passed may have taken several attempts', () => {
    const outcome = packetspecOutcome({ ...RESULT, status: 'passed', attempts: 3 });
    expect(outcome).toMatchObject({ passed: true, remark: '3 attempts' });
  });

  it.each(['skipped', 'inconclusive'])('that is %s is no pass', (status) => {
    const outcome = packetspecOutcome({ ...RESULT, status, reason: 'why' });
    expect(outcome).toMatchObject({ passed: false, kinds: ['other'], message: `${status}: why` });
  });

  it('of which the environment failed has its line', () => {
    const error = { code: 'command-failed', message: 'the command ended with status 1', line: 2 };
    expect(packetspecOutcome({ ...RESULT, status: 'errored', error })).toMatchObject({ line: 2, kinds: ['command'] });
  });
});

it('a rejected file is one that does not parse', () => {
  const diagnostics = [
    { severity: 'warning', message: 'odd', line: 2 },
    { severity: 'error', message: 'wrong', line: 5 },
  ];
  expect(rejectedOutcome({ file: 'a.pkt', diagnostics })).toMatchObject({
    line: 5,
    kinds: ['parse'],
    message: 'wrong',
  });
});
