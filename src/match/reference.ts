/** What the times of the next step are counted from: the step before it (see docs/decisions/0005-times.md). */
import type { Ns } from '../base/nanoseconds';
import type { When } from '../spec/model';
import type { TimelineStep } from '../timeline/timeline';
import { Assignment } from './assignment';
import { type Awaited, mismatchesOf } from './fit';
import { type OpenStep, windowFor } from './open-step';
import { type Anchors, lateAllowanceNs } from './window';

/** When a finished step was due, when it happened, and when the harness was free again. */
export interface StepTimes {
  readonly plannedNs: Ns;
  readonly actualNs: Ns;
  /** Later than `actualNs` for a call: it takes its time, and the kernel reacts while it lasts. */
  readonly readyNs?: Ns;
  /** See `Anchors`. */
  readonly blurNs?: Ns;
  /** When the script put it: the start of its window. When it was planned, where there is none. */
  readonly scriptedNs?: Ns;
}

export class Reference {
  readonly #timestampTickNs: Ns | undefined;
  #plannedNs: Ns = 0;
  #actualNs: Ns = 0;
  #readyNs: Ns = 0;
  #blurNs: Ns = 0;
  #scriptedNs: Ns = 0;
  /** Until when something else than the step before it kept the next one from being done. */
  #heldNs: Ns = 0;

  /** @param timestampTickNs where values of timestamps are compared */
  constructor(timestampTickNs?: Ns) {
    this.#timestampTickNs = timestampTickNs;
  }

  /** The times that the next step is counted from. */
  get times(): Required<Omit<StepTimes, 'blurNs'>> {
    const [plannedNs, actualNs, readyNs, scriptedNs] = [
      this.#plannedNs,
      this.#actualNs,
      this.#readyNs,
      this.#scriptedNs,
    ];
    return { plannedNs, actualNs, readyNs, scriptedNs };
  }

  /** A step is finished. A segment that had been waiting in its connection's queue does not turn time back. */
  follow({ plannedNs, actualNs, readyNs = actualNs, blurNs = 0, scriptedNs = plannedNs }: StepTimes): void {
    this.#blurNs = blurNs;
    this.#scriptedNs = scriptedNs;
    this.#heldNs = 0;
    this.#plannedNs = Math.max(this.#plannedNs, plannedNs);
    this.#actualNs = Math.max(this.#actualNs, actualNs);
    this.#readyNs = Math.max(this.#readyNs, readyNs);
  }

  /** The kernel's own stamp of the injection that was the last step. */
  restamp(atNs: Ns): void {
    this.#actualNs = atNs;
    this.#readyNs = atNs;
    this.#blurNs = 0;
  }

  /** Something else kept the harness from acting until this time. */
  hold(untilNs: Ns): void {
    this.#readyNs = Math.max(this.#readyNs, untilNs);
    this.#heldNs = this.#readyNs;
  }

  /** Opens the next step. @param connectionNs when the last segment of its connection was; absent without one */
  open(step: TimelineStep, connectionNs: Ns | undefined): OpenStep {
    const anchors: Anchors = {
      previousNs: this.#actualNs,
      ...(this.#blurNs === 0 ? {} : { blurNs: this.#blurNs }),
      connectionNs: connectionNs ?? this.#actualNs,
      scriptedNs: this.#scriptedNs,
    };
    const plannedNs = this.#plan(step.when, anchors);
    const awaited: Awaited = {
      step,
      anchors,
      window: windowFor(step, anchors),
      timestampTickNs: this.#timestampTickNs,
    };
    return {
      step,
      anchors,
      window: awaited.window,
      timestampTickNs: this.#timestampTickNs,
      plannedNs,
      overdueNs: this.#freeNs(step.when) - this.#dueNs(step.when, anchors),
      allowedNs: Math.max(step.tolerance.harnessNs ?? 0, lateAllowanceNs(plannedNs - this.#readyNs, step.tolerance)),
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
    return Math.max(this.#baseNs(when, connectionNs) + when.startNs, this.#readyNs);
  }

  /** When the step is due by what is written, whatever has kept the harness busy. */
  #dueNs(when: When, { connectionNs }: Anchors): Ns {
    return when.kind === 'window' ? this.#baseNs(when, connectionNs) + when.startNs : this.#readyNs;
  }

  /** A time that counts from the step before it moves with that; one that counts from the start does not. */
  #freeNs(when: When): Ns {
    return when.kind === 'window' && when.anchor === 'start' ? this.#readyNs : this.#heldNs;
  }

  #baseNs({ anchor }: Extract<When, { kind: 'window' }>, connectionNs: Ns): Ns {
    return { start: 0, connection: connectionNs, previous: this.#plannedNs }[anchor];
  }
}
