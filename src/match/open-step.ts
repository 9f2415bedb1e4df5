/** The step that the walk is at: what it is counted from, and how long it waits. */
import { type Ns, NS_PER_S } from '../base/nanoseconds';
import type { TimelineMember, TimelineStep } from '../timeline/timeline';
import type { Assignment } from './assignment';
import type { SeenPacket } from './connections';
import type { Awaited } from './fit';
import { type Anchors, type Window, windowOf } from './window';

/** How much longer than its window an expected event is waited for, so that "late" can be told from "never". */
export const GRACE_NS = NS_PER_S;

export interface OpenStep extends Awaited {
  /** When the harness should act, for steps that are actions. */
  readonly plannedNs: Ns;
  /** How long after the time that is written the harness became free to act; negative when it was in time. */
  readonly overdueNs: Ns;
  /** Acting this much later makes the run inconclusive. */
  readonly allowedNs: Ns;
  /** Of a group: what has come for which member. */
  readonly group: Assignment<TimelineMember, SeenPacket>;
  /** When a sample is taken next: later than `plannedNs` once it has been taken in vain. */
  pollNs: Ns;
}

/** When the step is given up, or over, if nothing comes; actions wait for nothing. */
export function endsNs(open: OpenStep): Ns {
  const { action } = open.step;
  switch (action.kind) {
    case 'wait':
      return open.plannedNs;
    case 'silence':
      return open.window.fromNs + action.durationNs;
    case 'expect':
      return open.window.latestNs + (action.optional ? 0 : GRACE_NS);
    case 'group':
      return action.exclusive ? open.window.latestNs : open.window.latestNs + GRACE_NS;
    case 'inject':
    case 'flood':
    case 'sysctl':
    case 'call':
    case 'sample':
    case 'events':
    case 'mark':
    case 'command':
    case 'code':
      return open.plannedNs;
  }
}

/** When the script puts the step: the start of its window; where it has none, where it is counted from. */
export function scriptedNs({ step, window, anchors }: OpenStep): Ns {
  return step.when.kind === 'window' ? window.fromNs : anchors.previousNs;
}

/** The window of a step's events. A group that allows nothing else has its whole duration. */
export function windowFor(step: TimelineStep, anchors: Anchors): Window {
  const { action } = step;
  if (action.kind !== 'group' || !action.exclusive) return windowOf(step.when, anchors, step.tolerance);
  const endNs = anchors.previousNs + (action.durationNs ?? 0);
  return { fromNs: anchors.previousNs, untilNs: endNs, earliestNs: 0, latestNs: endNs };
}
