/** What of a timeline counts on a kernel: the steps whose `when:` holds there. */
import { unmetBound } from '../spec/kernel-bound';
import type { Timeline } from './timeline';

/**
 * The timeline without the steps that do not count on this kernel, numbered anew: what is run, and what a trace holds.
 * @param release `uname -r`
 */
export function forKernel(timeline: Timeline, release: string): Timeline {
  const steps = timeline.steps.filter(({ kernel }) => unmetBound(kernel ?? [], release) === undefined);
  if (steps.length === timeline.steps.length) return timeline;
  return { ...timeline, steps: steps.map((step, index) => ({ ...step, index })) };
}
