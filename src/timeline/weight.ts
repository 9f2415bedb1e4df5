/** How much a timeline makes a machine do. */
import { startsPrograms } from './commands';
import type { Timeline } from './timeline';

/** In runs of a few segments: the start of programs, and as many segments of a flood (both measured in guests). */
const PROGRAMS_WORK = 6;
const FLOOD_SEGMENTS_OF_A_RUN = 7_000;

/** What it takes of a processor, roughly, and without what it waits: a run of a few segments takes 1. */
export function workOf(timeline: Timeline): number {
  const flooded = timeline.steps.reduce((sum, { action }) => sum + (action.kind === 'flood' ? action.count : 0), 0);
  return 1 + (startsPrograms(timeline) ? PROGRAMS_WORK : 0) + flooded / FLOOD_SEGMENTS_OF_A_RUN;
}

/** Whether it does no more than a few system calls and segments: it starts no programs, and floods nothing. */
export function isLight(timeline: Timeline): boolean {
  return !startsPrograms(timeline) && timeline.steps.every(({ action }) => action.kind !== 'flood');
}
