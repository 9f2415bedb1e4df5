import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import type { KernelBound } from '../../src/spec/model';
import { forKernel } from '../../src/timeline/for-kernel';
import type { Timeline } from '../../src/timeline/timeline';
import { readTrace, writeTrace } from '../../src/trace/jsonl';
import { judge } from '../../src/verify/judge';
import { expects, inject, seg, timelineOf } from '../support/builders';
import { FakeHost } from '../support/fake-host';

const SINCE: KernelBound = { operator: '>=', major: 6, minor: 4 };
const BEFORE: KernelBound = { operator: '<', major: 6, minor: 4 };
const SYN = seg('S', { seq: 0 });

/** The fake kernel answers a SYN to a port on which nobody listens with RST. */
function twoMinds(): Timeline {
  const timeline = timelineOf([inject(SYN), expects(seg('S.')), expects(seg('R.')), inject(SYN), expects(seg('R.'))]);
  const bounds: Readonly<Record<number, readonly KernelBound[]>> = { 1: [BEFORE], 2: [SINCE] };
  return {
    ...timeline,
    steps: timeline.steps.map((step, index) => ({ ...step, ...(bounds[index] && { kernel: bounds[index] }) })),
  };
}

describe('a timeline for one kernel', () => {
  it('has the steps that count there, numbered anew', () => {
    const { steps } = forKernel(twoMinds(), '6.12.9-amd64');
    expect(steps.map(({ index, action }) => [index, action.kind])).toEqual([
      [0, 'inject'],
      [1, 'expect'],
      [2, 'inject'],
      [3, 'expect'],
    ]);
    expect(steps[1]?.kernel).toEqual([SINCE]);
    expect(forKernel(twoMinds(), '5.10.0').steps[1]?.kernel).toEqual([BEFORE]);
  });

  it('is the same one where all steps count', () => {
    const timeline = timelineOf([inject(SYN)]);
    expect(forKernel(timeline, '6.1.0')).toBe(timeline);
  });
});

describe('a run', () => {
  it('is judged by the steps of its own kernel, and so is its trace on any other machine', async () => {
    const run = async (kernel: string) => (await execute(twoMinds(), new FakeHost({ facts: { kernel } }))).trace;
    const [newer, older] = [await run('6.12.9'), await run('6.1.0')];
    expect([judge(newer).status, judge(older).status]).toEqual(['passed', 'failed']);
    const read = readTrace(writeTrace(newer));
    expect(read.kind === 'unreadable' ? read : judge(read.trace)).toEqual(judge(newer));
  });
});
