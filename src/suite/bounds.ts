/** How long a run can take: for ordering runs, and for noticing one that will never end. */
import { type Ns, NS_PER_S } from '../base/nanoseconds';
import type { When } from '../spec/model';
import type { Timeline, TimelineStep } from '../timeline/timeline';

/** Allowance for set-up, grace periods and a loaded machine. */
const MARGIN_NS = 30 * NS_PER_S;
/** Per step: the grace after a window, or the limit of a call. */
const STEP_MARGIN_NS = 2 * NS_PER_S;

/** About how long the timed part takes when everything goes as expected. */
export function expectedDurationNs(timeline: Timeline): Ns {
  return timeline.steps.reduce((sum, step) => furthest(sum, step), 0);
}

/** Longer than any end of this run, failed or not. */
export function longestDurationNs(timeline: Timeline): Ns {
  const steps = timeline.steps.reduce((sum, step) => sum + slackNs(step), 0);
  return 2 * expectedDurationNs(timeline) + steps + (timeline.server?.readyWithinNs ?? 0) + MARGIN_NS;
}

function furthest(soFarNs: Ns, { when, action }: TimelineStep): Ns {
  const startNs =
    when.kind === 'window' && when.anchor === 'start' ? Math.max(soFarNs, when.endNs) : soFarNs + reach(when);
  if (action.kind === 'silence' || action.kind === 'group') return startNs + (action.durationNs ?? 0);
  return startNs;
}

function reach(when: When): Ns {
  return when.kind === 'window' ? when.endNs : 0;
}

function slackNs({ when, action, tolerance }: TimelineStep): Ns {
  const limitNs = when.kind === 'any' ? when.limitNs : 0;
  const returns = action.kind === 'call' && action.returns !== undefined ? action.returns : undefined;
  const returnNs = returns === undefined ? 0 : returns.kind === 'any' ? returns.limitNs : reach(returns);
  const withinNs = action.kind === 'sample' ? (action.withinNs ?? 0) : 0;
  return limitNs + returnNs + withinNs + tolerance.lateNs + STEP_MARGIN_NS;
}
