import { describe, expect, it } from 'vitest';
import { counterViews } from '../../../src/report/html/counters';
import type { CounterValues, Observation } from '../../../src/trace/trace';
import { field, MS, samples, step, timelineOf, traceOf } from '../../support/builders';

const TIMELINE = timelineOf([
  step({ kind: 'mark', name: 'm' }),
  samples({ kind: 'counters', fields: [field('ListenDrops', 1)] }),
]);
const BASELINE: Observation = {
  kind: 'baseline',
  counters: { 'TcpExt.ListenDrops': 4, 'Tcp.OutRsts': 1 },
  realtimeAtZero: { seconds: 0, nanoseconds: 0 },
};

function marked(atNs: number, counters: CounterValues): Observation {
  return { kind: 'marked', step: 0, atNs, counters };
}

function sampled(atNs: number, counters: CounterValues): Observation {
  return { kind: 'sampled', step: 1, plannedNs: atNs, startedNs: atNs, atNs, sample: { counters } };
}

describe('counters', () => {
  it('move from one look to the next, and since the start', () => {
    const observations = [
      BASELINE,
      marked(MS, { 'TcpExt.ListenDrops': 6 }),
      sampled(2 * MS, { 'TcpExt.ListenDrops': 9, 'Tcp.OutRsts': 2 }),
    ];
    expect(counterViews(traceOf(TIMELINE, observations))).toEqual([
      { atNs: MS, line: 10, moves: [{ name: 'TcpExt.ListenDrops', by: 2, sinceStart: 2 }] },
      {
        atNs: 2 * MS,
        line: 11,
        moves: [
          { name: 'Tcp.OutRsts', by: 1, sinceStart: 1 },
          { name: 'TcpExt.ListenDrops', by: 3, sinceStart: 5 },
        ],
      },
    ]);
  });

  // Tcp.CurrEstab goes up and down; a sample holds only what differs from the start.
  it('may come back to where they were', () => {
    const observations = [BASELINE, marked(MS, { 'Tcp.OutRsts': 3 }), sampled(2 * MS, {})];
    expect(counterViews(traceOf(TIMELINE, observations))[1]?.moves).toEqual([
      { name: 'Tcp.OutRsts', by: -2, sinceStart: 0 },
    ]);
  });

  it('that stand still are a look all the same', () => {
    expect(counterViews(traceOf(TIMELINE, [BASELINE, marked(MS, {})]))).toEqual([{ atNs: MS, line: 10, moves: [] }]);
  });
});
