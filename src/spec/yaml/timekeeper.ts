/**
 * The earliest moment at which each step can be: a step with a fixed time that lies before it can never be on time.
 */
import { formatDuration } from '../../base/nanoseconds';
import type { Ns } from '../../base/nanoseconds';
import type { Step, When } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';

export class Timekeeper {
  readonly #complaints: Complaints;
  #earliestNs: Ns = 0;

  constructor(complaints: Complaints) {
    this.#complaints = complaints;
  }

  /** Takes the steps in order. @param span where a time that cannot be is reported */
  note(step: Step, span: Span): void {
    const { when, action } = step;
    if (when.kind === 'window' && when.anchor === 'start') this.#noteAbsolute(when, span);
    // Some kernels do not have the step.
    if (step.kernel !== undefined) return;
    // An optional segment may be missing, and then nothing waits for it.
    const isCertain = action.kind !== 'expect' || !action.optional;
    if (when.kind === 'window' && when.anchor === 'previous' && isCertain) this.#earliestNs += when.startNs;
    if (action.kind === 'silence') this.#earliestNs += action.durationNs;
    if (action.kind === 'group') this.#earliestNs += action.durationNs ?? 0;
  }

  #noteAbsolute(when: Extract<When, { kind: 'window' }>, span: Span): void {
    if (when.endNs < this.#earliestNs) {
      const message = `this step is to be at ${formatDuration(when.endNs)}, but the steps before it last until ${formatDuration(this.#earliestNs)}`;
      this.#complaints.report(
        errorAt(span, 'time-goes-backwards', message, 'times without `+` are counted from the start of the run'),
      );
      return;
    }
    this.#earliestNs = Math.max(this.#earliestNs, when.startNs);
  }
}
