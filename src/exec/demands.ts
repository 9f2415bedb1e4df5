/** What a timeline demands of who executes it, as far as that is known before it runs. */
import { type Ns, NS_PER_S } from '../base/nanoseconds';
import type { Timeline } from '../timeline/timeline';

/** A shell command, the interpreter among them, is killed after this long. */
export const COMMAND_LIMIT_NS: Ns = 60 * NS_PER_S;

/** How many calls may sleep at the same time: each needs a thread. In a script, the next call waits for one that sleeps. */
export function sleeperCount({ script, steps }: Pick<Timeline, 'script' | 'steps'>): number {
  const sleeping = steps.filter(({ action }) => action.kind === 'call' && action.returns !== undefined).length;
  return script === undefined ? sleeping : Math.min(sleeping, 1);
}

/** The events of so many segments have room in the kernel, also where its buffers are small. */
const EVENTS_HAVE_ROOM = 500;

/** Whether more events may come than have room in the kernel, so that they must be fetched meanwhile. */
export function hasManyEvents({ steps }: Pick<Timeline, 'steps'>): boolean {
  return steps.filter(({ action }) => action.kind === 'inject').length > EVENTS_HAVE_ROOM;
}

/** Whether kernel events are asked for before the last step is over. */
export function looksAtEvents(timeline: Pick<Timeline, 'steps'>): boolean {
  return hasManyEvents(timeline) || timeline.steps.some(({ action }) => action.kind === 'events');
}

/** Whether counters are held against what they were before time zero: by the spec itself, or by what is said of the kernel's events. */
export function looksAtCounters({ events, steps }: Pick<Timeline, 'events' | 'steps'>): boolean {
  const isLook = ({ action }: Timeline['steps'][number]): boolean =>
    action.kind === 'mark' || (action.kind === 'sample' && action.sample.kind === 'counters');
  return events === true || steps.some(isLook);
}
