/** Calls that sleep in the kernel: when they must come back, and with what. */
import { formatDuration, type Ns } from '../base/nanoseconds';
import type { When } from '../spec/model';
import type { TimelineStep } from '../timeline/timeline';
import type { CallOutcome } from '../trace/trace';
import { matchCall } from './call';
import type { CallClock } from './call-control';
import type { CheckList } from './check-list';
import { GRACE_NS } from './open-step';
import { type Anchors, matchTime, type Window, windowOf } from './window';

interface PendingReturn {
  readonly step: TimelineStep;
  readonly returns: When;
  readonly anchors: Anchors;
  readonly window: Window;
}

export class PendingReturns {
  readonly #pending = new Map<number, PendingReturn>();
  readonly #list: CheckList;

  constructor(list: CheckList) {
    this.#list = list;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** When the first of them is given up. */
  get givenUpNs(): Ns {
    return Math.min(...[...this.#pending.values()].map(({ window }) => window.latestNs)) + GRACE_NS;
  }

  /** A call was handed over; its return is counted from when it was begun. */
  began(step: TimelineStep, returns: When, startedNs: Ns): void {
    const anchors = { previousNs: startedNs, connectionNs: startedNs, scriptedNs: startedNs };
    this.#pending.set(step.index, { step, returns, anchors, window: windowOf(returns, anchors, step.tolerance) });
  }

  /** A call came back, or was interrupted because the run is over. */
  returned(index: number, atNs: Ns, outcome: CallOutcome, cancelled: boolean, clock?: CallClock): void {
    const one = this.#pending.get(index);
    this.#pending.delete(index);
    if (one?.step.action.kind !== 'call') return;
    const late = cancelled ? undefined : matchTime(atNs, one.returns, one.window, one.anchors);
    const result = cancelled ? [] : matchCall(one.step.action.call, outcome, clock);
    const message = cancelled ? 'the call had not returned' : undefined;
    this.#list.add(one.step, 'return', atNs, [...result, ...(late === undefined ? [] : [late])], message);
  }

  /** Gives up those whose time is over. */
  expire(atNs: Ns): void {
    for (const [index, { step, window }] of this.#pending) {
      if (atNs < window.latestNs + GRACE_NS) continue;
      this.#pending.delete(index);
      this.#list.add(
        step,
        'return',
        atNs,
        [],
        `the call had not returned after ${formatDuration(atNs - window.fromNs)}`,
      );
    }
  }
}
