/** What the times of the next step are counted from: the step before it (see docs/decisions/0005-times.md). */
import type { Ns } from '../base/nanoseconds';
import type { When } from '../spec/model';
import type { TimelineStep } from '../timeline/timeline';
import { Assignment } from './assignment';
import { mismatchesOf } from './fit';
import { type OpenStep, windowFor } from './open-step';
import { type Anchors, lateAllowanceNs } from './window';

/** When a finished step was due, when it happened, and when the harness was free again. */
export interface StepTimes {
  readonly plannedNs: Ns;
  readonly actualNs: Ns;
  /** Later than `actualNs` for a call: it takes its time, and the kernel reacts while it lasts. */
  readonly readyNs?: Ns;
}

export class Reference {
  #plannedNs: Ns = 0;
  #actualNs: Ns = 0;
  #readyNs: Ns = 0;

  /** The times that the next step is counted from. */
  get times(): Required<StepTimes> {
    return { plannedNs: this.#plannedNs, actualNs: this.#actualNs, readyNs: this.#readyNs };
  }

  /** A step is finished. A segment that had been waiting in its connection's queue does not turn time back. */
  follow({ plannedNs, actualNs, readyNs = actualNs }: StepTimes): void {
    this.#plannedNs = Math.max(this.#plannedNs, plannedNs);
    this.#actualNs = Math.max(this.#actualNs, actualNs);
    this.#readyNs = Math.max(this.#readyNs, readyNs);
  }

  /** The kernel's own stamp of the injection that was the last step. */
  restamp(atNs: Ns): void {
    this.#actualNs = atNs;
    this.#readyNs = atNs;
  }

  /** Opens the next step. @param connectionNs when the last segment of its connection was; absent without one */
  open(step: TimelineStep, connectionNs: Ns | undefined): OpenStep {
    const anchors: Anchors = { previousNs: this.#actualNs, connectionNs: connectionNs ?? this.#actualNs };
    const plannedNs = this.#plan(step.when, anchors);
    const awaited = { step, anchors, window: windowFor(step, anchors) };
    return {
      ...awaited,
      plannedNs,
      allowedNs: lateAllowanceNs(plannedNs - this.#readyNs, step.tolerance),
      group: new Assignment(
        step.action.kind === 'group' ? step.action.members : [],
        (member, packet) =>
          member.connection === packet.connection && mismatchesOf(member.packet, packet, awaited).length === 0,
      ),
      pollNs: plannedNs,
    };
  }

  /**
   * When the harness should act. A time counts from when the previous step was *planned*, so that lateness does not
   * add up; a step without a time follows what really happened. Nothing is planned before the step ahead of it.
   */
  #plan(when: When, { connectionNs }: Anchors): Ns {
    if (when.kind !== 'window' || (when.anchor === 'previous' && when.startNs === 0)) return this.#readyNs;
    const baseNs = { start: 0, connection: connectionNs, previous: this.#plannedNs }[when.anchor];
    return Math.max(baseNs + when.startNs, this.#readyNs);
  }
}
