import { describe, expect, it } from 'vitest';
import { longestAllowed } from '../../src/suite/longest';
import type { PlannedRun } from '../../src/suite/suite';
import { after, S, timelineOf, wait } from '../support/builders';

function lasting(index: number, seconds: number): PlannedRun {
  return { index, timeline: timelineOf([wait(after(seconds * S))]) };
}

function reasons(seconds: readonly number[], longest: number): readonly (string | undefined)[] {
  const runs = seconds.map((one, index) => lasting(index, one));
  return longestAllowed(runs, longest * S, '6.12.0').skipped.map(({ verdict }) => verdict.reason);
}

describe('runs that take too long', () => {
  it('are those beyond the limit, and the others stay in their order', () => {
    const runs = [lasting(0, 60), lasting(1, 121), lasting(2, 120), lasting(3, 7200)];
    const parted = longestAllowed(runs, 120 * S, '6.12.0');
    expect(parted.runs.map(({ index }) => index)).toEqual([0, 2]);
    expect(parted.skipped.map(({ run, verdict }) => [run.index, verdict.status])).toEqual([
      [1, 'skipped'],
      [3, 'skipped'],
    ]);
  });

  it.each([
    [7860, '2h 11min', '3h'],
    [7200, '2h', '2h'],
    [924.6, '15min 25s', '16min'],
    [131, '2min 11s', '3min'],
    [75, '75s', '2min'],
    [10, '10s', '10s'],
  ])('%d s are told as %s, with a limit that would do: %s', (seconds, told, enough) => {
    const [reason] = reasons([seconds], 5);
    expect(reason).toBe(
      `takes ${told} in real time: run it with --kernel, in virtual time, or with --longest ${enough}`,
    );
  });

  it('are measured by the steps that count on the kernel', () => {
    const { timeline } = lasting(0, 1000);
    const conditional = {
      ...timeline,
      steps: timeline.steps.map((step) => ({ ...step, kernel: [{ operator: '<', major: 6, minor: 0 } as const] })),
    };
    const skippedOn = (kernel: string): number =>
      longestAllowed([{ index: 0, timeline: conditional }], 120 * S, kernel).skipped.length;
    expect([skippedOn('5.10.0'), skippedOn('6.1.0')]).toEqual([1, 0]);
  });
});
