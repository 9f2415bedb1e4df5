import { describe, expect, it } from 'vitest';
import { sleeperCount } from '../../src/exec/demands';
import { callOf, calls, timelineOf, within } from '../support/builders';

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
