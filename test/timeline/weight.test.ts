import { describe, expect, it } from 'vitest';
import { warmUpTimeline } from '../../src/exec/warm-up';
import { isLight, workOf } from '../../src/timeline/weight';
import { planSuite } from '../../src/suite/plan';
import { present } from '../../src/base/assert';

const NOTHING = warmUpTimeline('ipv4');

function timelineOf(steps: string) {
  const text = `name: n\nip: ipv4\nserver: { listen: 80, backlog: 5 }\nsteps: [${steps}]\n`;
  const [planned] = planSuite([{ path: 'a.yaml', text }], { set: new Map(), maxCombinations: 1 }).runs;
  return present(planned, 'the run').timeline;
}

describe('a run is light', () => {
  it('when it does calls, segments and samples', () => expect(isLight(NOTHING)).toBe(true));

  it('not when it starts programs', () => {
    const command = { text: 'true', place: { line: 1, column: 1, text: '' } };
    const [first] = NOTHING.steps;
    const steps = [{ ...present(first, 'a step'), action: { kind: 'command' as const, command } }];
    expect(isLight({ ...NOTHING, steps })).toBe(false);
  });

  it('not when it floods', () =>
    expect(isLight(timelineOf('flood: { segment: "S 0:0(0) win 64240", count: 1000 }'))).toBe(false));
});

describe('the work of a run', () => {
  it('is 1 when it does calls, segments and samples, however long that takes', () => {
    expect(workOf(NOTHING)).toBe(1);
    expect(workOf(timelineOf('silence: 2h'))).toBe(1);
  });

  it('grows with what it floods', () => {
    const flood = (count: number) => workOf(timelineOf(`flood: { segment: "S 0:0(0) win 64240", count: ${count} }`));
    expect(flood(100_000)).toBeGreaterThan(flood(10_000));
    expect(flood(10_000)).toBeGreaterThan(1);
  });
});
