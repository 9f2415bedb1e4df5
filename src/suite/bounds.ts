/** How long a run can take: for ordering runs, and for noticing one that will never end. */
import { type Ns, NS_PER_MS, NS_PER_S, NS_PER_US } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import { lateAllowanceNs } from '../match/window';
import { COMMAND_LIMIT_NS } from '../exec/demands';
import type { When } from '../spec/model';
import { commandsOf } from '../timeline/commands';
import type { Timeline, TimelineStep } from '../timeline/timeline';

/** Allowance for set-up, grace periods and a loaded machine. */
const MARGIN_NS = 30 * NS_PER_S;
/** Per step: the grace after a window, or the limit of a call. */
const STEP_MARGIN_NS = 2 * NS_PER_S;
/** What a segment of a flood takes with its answer (measured: 13 us), and at most. */
const FLOOD_SEGMENT_NS = 15 * NS_PER_US;
const FLOOD_SEGMENT_LONGEST_NS = NS_PER_MS;

/** About how long the timed part takes when everything goes as expected. */
export function expectedDurationNs({ steps }: Timeline): Ns {
  /** When the last segment of each connection is expected. */
  const lastNs = new Map<number, Ns>();
  let nowNs = 0;
  let returnedNs = 0;
  for (const step of steps) {
    nowNs = furthest(nowNs, step, lastNs);
    for (const connection of connectionsOf(step)) lastNs.set(connection, nowNs);
    const { action } = step;
    if (action.kind === 'call' && action.returns !== undefined)
      returnedNs = Math.max(returnedNs, nowNs + reachNs(action.returns));
  }
  return Math.max(nowNs, returnedNs);
}

/** Longer than any end of this run, failed or not. */
export function longestDurationNs(timeline: Timeline): Ns {
  const waits = timeline.steps.reduce((sum, step) => sum + longestWaitNs(step), 0);
  const latestNs = largest(
    0,
    timeline.steps.map(({ when }) => (countsFromStart(when) ? when.endNs : 0)),
  );
  return latestNs + waits + (timeline.server?.readyWithinNs ?? 0) + commandsNs(timeline) + MARGIN_NS;
}

/** Each shell command of a script may take its limit: those of its steps, and those around them. */
function commandsNs(timeline: Timeline): Ns {
  const interpreters = timeline.script?.needsInterpreter === true ? 1 : 0;
  return (commandsOf(timeline).length + interpreters) * COMMAND_LIMIT_NS;
}

function furthest(soFarNs: Ns, { when, action, connection }: TimelineStep, lastNs: ReadonlyMap<number, Ns>): Ns {
  const startNs = startOf(when, soFarNs, lastNs.get(connection ?? -1) ?? 0);
  if (action.kind === 'silence' || action.kind === 'group') return startNs + (action.durationNs ?? 0);
  if (action.kind === 'flood') return startNs + action.count * FLOOD_SEGMENT_NS;
  return startNs;
}

function startOf(when: When, soFarNs: Ns, connectionNs: Ns): Ns {
  if (when.kind !== 'window') return soFarNs;
  const baseNs = { start: 0, previous: soFarNs, connection: connectionNs }[when.anchor];
  return Math.max(soFarNs, baseNs + when.endNs);
}

/** Those of which the step sends or takes a segment. */
function connectionsOf({ action, connection }: TimelineStep): readonly number[] {
  if (action.kind === 'group') return action.members.map((member) => member.connection);
  return (action.kind === 'inject' || action.kind === 'expect') && connection !== undefined ? [connection] : [];
}

function countsFromStart(when: When): when is Extract<When, { kind: 'window' }> {
  return when.kind === 'window' && when.anchor === 'start';
}

/** What a time adds to the step before it. */
function reachNs(when: When): Ns {
  return when.kind === 'window' ? when.endNs : 0;
}

/** The longest that a step can hold up the run, tolerance and all. */
function longestWaitNs({ when, action, tolerance }: TimelineStep): Ns {
  const relativeNs = countsFromStart(when) ? 0 : longestNs(when);
  const durationNs = action.kind === 'silence' || action.kind === 'group' ? (action.durationNs ?? 0) : 0;
  const floodNs = action.kind === 'flood' ? action.count * FLOOD_SEGMENT_LONGEST_NS : 0;
  const withinNs = action.kind === 'sample' || action.kind === 'events' ? (action.withinNs ?? 0) : 0;
  const returns = action.kind === 'call' ? action.returns : undefined;
  const returnNs = returns === undefined ? 0 : longestNs(returns) + lateAllowanceNs(reachNs(returns), tolerance);
  const allowanceNs = lateAllowanceNs(reachNs(when), tolerance);
  return relativeNs + durationNs + floodNs + withinNs + returnNs + allowanceNs + STEP_MARGIN_NS;
}

function longestNs(when: When): Ns {
  return when.kind === 'any' ? when.limitNs : reachNs(when);
}
