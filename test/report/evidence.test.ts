import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../../src/report/evidence';
import type { RunResult } from '../../src/suite/suite';
import {
  came,
  connection,
  expects,
  group,
  inject,
  MS,
  S,
  seg,
  sent,
  step,
  tick,
  timelineOf,
} from '../support/builders';
import { resultOf } from '../support/results';
import * as scenes from './scenes';

const [SYN, SYN_ACK] = [seg('S', { seq: 0 }), seg('S.', { seq: 5000, ack: 1 })];

/** `kind line`, and what is special about it. */
function shown(result: RunResult): readonly string[] {
  return evidenceOf(result).map((row) => {
    if (row.kind === 'note') return `note ${row.line}: ${row.text}${row.failed ? ' (failed)' : ''}`;
    if (row.kind === 'kernel') return `kernel: ${row.text}`;
    if (row.kind === 'missed') return `missed ${row.line} on ${row.connection ?? '-'}`;
    const check = row.check === undefined ? '' : row.check.passed ? ' passed' : ` failed ${row.check.kind}`;
    return `${row.packet.direction} ${row.line ?? '-'}${row.stray ? ' stray' : ''}${check}`;
  });
}

describe('what happened', () => {
  it('is told in the order of time, with the lines of the spec', () => {
    expect(shown(scenes.passed())).toEqual([
      'in 10',
      'out 11 passed',
      'note 12: queue: accept 6, limit 5',
      'note 13: silence 1s',
    ]);
  });

  it('ties each failure to its segment, where there is one', () => {
    expect(shown(scenes.twoFailures())).toEqual([
      'in 10',
      'out 11 passed',
      'note 12: queue: accept 7 (expected 6), limit 5 (failed)',
      'out - stray failed silence',
    ]);
    expect(shown(scenes.wrongSegment())).toEqual(['in 10', 'out 11 failed segment', 'out - stray']);
    expect(shown(scenes.nothingCame())).toEqual(['in 10', 'missed 11 on default']);
  });

  it('knows the members of a group by their own lines', () => {
    const late = connection(1, { name: 'late' });
    const timeline = timelineOf([inject(SYN), group([seg('S.'), [seg('R.'), 1]])], {
      connections: [connection(), late],
    });
    const observed = [sent(0, 0, SYN), came(MS, SYN_ACK)];
    expect(shown(resultOf(timeline, [...observed, came(2 * MS, seg('R.'), late)]))).toEqual([
      'in 10',
      'out 50 passed',
      'out 51 passed',
    ]);
    expect(shown(resultOf(timeline, [...observed, tick(5 * S)]))).toEqual([
      'in 10',
      'out 50 passed',
      'missed 51 on late',
    ]);
  });

  it('counts all parts of a joined segment to its step', () => {
    const whole = step({
      kind: 'expect',
      packet: seg('P.', { seq: 0, length: 20, ack: 1 }),
      optional: false,
      joined: true,
    });
    const parts = [seg('.', { seq: 0, length: 10, ack: 1 }), seg('P.', { seq: 10, length: 10, ack: 1 })];
    const observed = parts.map((part, index) => came(index * 1000, part));
    expect(shown(resultOf(timelineOf([whole]), observed))).toEqual(['out 10', 'out 10 passed']);
  });

  it('gives each of strays that are forbidden its check', () => {
    const timeline = timelineOf([inject(SYN), expects(seg('S.'))], { strays: 'fail' });
    const observed = [sent(0, 0, SYN), came(MS, SYN_ACK), came(2 * MS, SYN_ACK), came(2 * MS, SYN_ACK)];
    expect(shown(resultOf(timeline, observed)).slice(2)).toEqual([
      'out - stray failed strays',
      'out - stray failed strays',
    ]);
  });
});
