import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { output, useTestHost } from '../../support/live';

const { open } = useTestHost();

const FIFO = 1;
const OTHER = 0;

/** Field 41 of proc(5): the scheduling policy. */
function policyIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}

function ownPolicy(): number {
  return policyIn(readFileSync('/proc/thread-self/stat', 'utf8'));
}

describe('the timed part', () => {
  it('has the scheduling of the machine for itself, and gives it back', () => {
    const run = open();
    expect(ownPolicy()).toBe(OTHER);
    run.startTimedPart();
    expect(run.scheduling).toBe('fifo');
    expect(ownPolicy()).toBe(FIFO);
    run.endTimedPart();
    expect(ownPolicy()).toBe(OTHER);
  });

  it('does not pass it on to child processes', () => {
    const run = open();
    run.startTimedPart();
    expect(policyIn(output('cat', ['/proc/self/stat']))).toBe(OTHER);
    run.endTimedPart();
  });

  it('ends with the run', async () => {
    const run = open();
    run.startTimedPart();
    await run.close();
    expect(ownPolicy()).toBe(OTHER);
  });
});
