import { describe, expect, it } from 'vitest';
import { samplesOf } from '../../../src/spec/convert/code-samples';
import { parsePython } from '../../../src/spec/python/parse';

function samples(code: string): unknown {
  const parsed = parsePython(code);
  if (!('program' in parsed)) throw new Error(parsed.foreign);
  return samplesOf(parsed.program)?.map((fields) => fields.map(({ name, value }) => `${name} ${value}`).join(', '));
}

describe('conditions that TCP_INFO can be asked for', () => {
  it.each([
    ['assert tcpi_unacked == 0, tcpi_unacked', 'tcpi_unacked 0'],
    ['assert tcpi_unacked == 0 and 10 == tcpi_snd_cwnd', 'tcpi_unacked 0, tcpi_snd_cwnd 10'],
    ['assert tcpi_rto > 200000\nassert tcpi_rtt <= 5', 'tcpi_rto 200001.., tcpi_rtt ..5'],
    ['assert 1 < tcpi_rtt < 9', 'tcpi_rtt 2..8'],
    ['assert tcpi_rtt >= 1\nassert tcpi_rtt < 9', 'tcpi_rtt 1..8'],
    ['assert tcpi_state == TCP_ESTABLISHED', 'tcpi_state ESTABLISHED'],
    ['assert tcpi_ca_state == TCP_CA_Recovery', 'tcpi_ca_state Recovery'],
    // include/net/tcp_states.h: TCP_CLOSE is 7.
    ['assert tcpi_state >= TCP_CLOSE', 'tcpi_state 7..'],
  ])('%s', (code, text) => {
    expect(samples(code)).toEqual([text]);
  });

  it('are two samples, where both cannot hold at once', () => {
    expect(samples('assert tcpi_rtt == 1\nassert tcpi_rtt == 2')).toEqual(['tcpi_rtt 1', 'tcpi_rtt 2']);
  });
});

it.each([
  'x = 1',
  'print(tcpi_rtt)',
  'assert tcpi_rtt != 0',
  'assert tcpi_rtt == x',
  'assert tcpi_rtt == tcpi_rttvar',
  'assert (tcpi_options & 1) != 0',
  'assert tcpi_rtt == 1 or tcpi_rtt == 2',
  'assert tcpi_pacing_rate == 18446744073709551615',
  'assert tcpi_nothing == 1',
  'assert tcpi_rtt == TCP_INFINITE_SSTHRESH',
  'assert tcpi_rtt == 1.5',
  'pass',
])('all else stays code: %s', (code) => {
  expect(samples(code)).toBeUndefined();
});
