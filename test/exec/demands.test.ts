import { describe, expect, it } from 'vitest';
import { looksAtCounters, looksAtEvents, sleeperCount } from '../../src/exec/demands';
import { callOf, calls, inject, seg, step, timelineOf, within } from '../support/builders';

const SLEEPING = calls(callOf('accept', [], 0), { returns: within(1) });
const PROMPT_CALL = calls(callOf('listen', [], 0));

describe('the calls that may sleep at the same time', () => {
  it('are all that may sleep', () => {
    expect(sleeperCount(timelineOf([PROMPT_CALL]))).toBe(0);
    expect(sleeperCount(timelineOf([SLEEPING, PROMPT_CALL, SLEEPING]))).toBe(2);
  });

  it('are one in a script, whose calls wait for each other', () => {
    const { steps } = timelineOf([SLEEPING, PROMPT_CALL, SLEEPING]);
    const script = {
      scaledEchoes: false,
      toleratesPackets: false,
      interpreter: '',
      gated: true,
      needsInterpreter: false,
    };
    expect(sleeperCount({ steps, script })).toBe(1);
    expect(sleeperCount({ steps: [], script })).toBe(0);
  });
});

describe('kernel events', () => {
  const looks = step({ kind: 'events', events: { kind: 'states', changes: [] } });

  it('are asked for meanwhile when a step looks at them, or when there are many segments', () => {
    expect(looksAtEvents(timelineOf([PROMPT_CALL]))).toBe(false);
    expect(looksAtEvents(timelineOf([looks]))).toBe(true);
    expect(looksAtEvents(timelineOf(Array.from({ length: 1000 }, () => inject(seg('S')))))).toBe(true);
  });
});

describe('counters', () => {
  const counters = step({ kind: 'sample', sample: { kind: 'counters', fields: [] } });

  it('are asked for by a step, by a mark, and where the kernel tells what it did', () => {
    const nobody = timelineOf([PROMPT_CALL, inject(seg('S'))]);
    expect(looksAtCounters(nobody)).toBe(false);
    expect(looksAtCounters({ ...nobody, events: true })).toBe(true);
    expect(looksAtCounters(timelineOf([counters]))).toBe(true);
    expect(looksAtCounters(timelineOf([step({ kind: 'mark', name: 'before' })]))).toBe(true);
  });
});
