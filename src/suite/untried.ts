/** The verdict on a run of which nothing was executed. */
import type { Timeline } from '../timeline/timeline';
import type { HostTrouble } from '../trace/trace';
import type { Verdict } from '../verify/verify';

/** Why nothing was: no executor could do it, or it was not to be done. */
export type Untried =
  | { readonly status: 'errored'; readonly trouble: HostTrouble }
  | { readonly status: 'skipped'; readonly reason: string };

export function untriedVerdict({ steps }: Timeline, why: Untried): Verdict {
  return {
    ...why,
    checks: [],
    lateness: { p50Us: 0, p99Us: 0, maxUs: 0 },
    strays: [],
    notReached: steps.length,
    crossed: [],
    kernel: [],
    durationNs: 0,
  };
}
