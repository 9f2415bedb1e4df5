/** Results as they come, put back into the order of the plan. */
import type { RunResult } from '../suite/suite';

export class InOrder {
  readonly #early = new Map<number, RunResult>();
  #next = 0;

  /** @returns those whose turn has come */
  take(result: RunResult): readonly RunResult[] {
    this.#early.set(result.run.index, result);
    const ready: RunResult[] = [];
    for (let next = this.#early.get(this.#next); next !== undefined; next = this.#early.get(++this.#next)) {
      this.#early.delete(this.#next);
      ready.push(next);
    }
    return ready;
  }
}
