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
