import { describe, expect, it } from 'vitest';
import type { Check, CheckKind } from '../../src/match/match';
import { isCode, looksAtTimes } from '../../src/verify/times';

function failure(kind: CheckKind, field: string): Check {
  return {
    step: 0,
    kind,
    passed: false,
    title: 'a step',
    mismatches: [{ field, expected: 'a', observed: 'b' }],
    atNs: 0,
  };
}

describe('a code block', () => {
  // Fields of struct tcp_info in include/uapi/linux/tcp.h that hold times or rates.
  it.each(['tcpi_rtt', 'tcpi_min_rtt', 'tcpi_rcv_rtt', 'tcpi_rttvar', 'tcpi_rto', 'tcpi_ato', 'tcpi_busy_time'])(
    '%s is a time',
    (field) => expect(looksAtTimes(failure('code', field))).toBe(true),
  );

  it.each([
    'tcpi_last_data_recv',
    'tcpi_rwnd_limited',
    'tcpi_sndbuf_limited',
    'tcpi_pacing_rate',
    'tcpi_total_rto_time',
  ])('%s is one, too', (field) => expect(looksAtTimes(failure('code', field))).toBe(true));

  it.each(['tcpi_snd_cwnd', 'tcpi_unacked', 'tcpi_state', 'tcpi_total_rto'])('%s is none', (field) =>
    expect(looksAtTimes(failure('code', field))).toBe(false),
  );

  it('is told by its kind', () => {
    expect(isCode(failure('code', 'tcpi_rtt'))).toBe(true);
    expect(isCode(failure('segment', 'time'))).toBe(false);
  });
});
