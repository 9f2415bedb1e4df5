/**
 * Whether a saved trace can be the trace of its timeline: lines may be missing, moved or changed by hand. What the walk
 * cannot take is the first thing that is wrong; everything before it is whole.
 */
import { messageOf } from '../base/message';
import { Progress } from '../match/progress';
import type { Trace } from '../trace/trace';

export interface Misfit {
  /** Index into the trace's observations; `undefined`: the timeline itself. */
  readonly observation: number | undefined;
  /** What the walk found. */
  readonly reason: string;
}

/** The first thing that does not follow from what stands before it; `undefined` when the trace can be judged. */
export function misfitOf({ timeline, observations }: Trace): Misfit | undefined {
  // The walk asks for a connection when it comes to the step, and a report for those of all steps.
  const lost = timeline.steps.find(({ connection: at }) => at !== undefined && timeline.connections[at] === undefined);
  if (lost !== undefined)
    return {
      observation: undefined,
      reason: `step ${lost.index} names a connection that is missing: ${String(lost.connection)}`,
    };
  const moved = timeline.connections.findIndex(({ index }, place) => index !== place);
  if (moved >= 0) return { observation: undefined, reason: `connection ${moved} has the number of another` };
  let observation: number | undefined;
  try {
    const progress = new Progress(timeline);
    progress.need();
    for (observation = 0; observation < observations.length; observation++) {
      const next = observations[observation];
      if (next === undefined) continue;
      progress.observe(next);
      // What the engine asks next, and the judge in the end.
      progress.need();
    }
    return undefined;
  } catch (error) {
    // The walk takes for granted what the engine guarantees. A text from outside guarantees nothing.
    return { observation, reason: messageOf(error) };
  }
}
