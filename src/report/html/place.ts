/** Where in the spec a step stands. */
import type { Timeline } from '../../timeline/timeline';

/** The line of a step; `undefined` where there is no such step. */
export function lineOfStep(step: number, { steps }: Timeline): number | undefined {
  return steps[step]?.place.line;
}
