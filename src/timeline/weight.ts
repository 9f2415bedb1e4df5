/** How much a timeline makes a machine do. */
import { startsPrograms } from './commands';
import type { Timeline } from './timeline';

/** Whether it does no more than a few system calls and segments: it starts no programs, and floods nothing. */
export function isLight(timeline: Timeline): boolean {
  return !startsPrograms(timeline) && timeline.steps.every(({ action }) => action.kind !== 'flood');
}
