/**
 * The memory that the main thread and a blocking thread share: one call at a time, its numbers and its result.
 * What the arguments point to needs no copy, because both threads live in one address space.
 */

/** Who may write: the main thread in `idle` and `done`, the blocking thread in between. */
export const STATE = { idle: 0, posted: 1, calling: 2, done: 3 } as const;

/** Indices into `words`. Moments are CLOCK_MONOTONIC. */
export const WORD = {
  state: 0,
  threadId: 1,
  eventFd: 2,
  startedSeconds: 3,
  startedNs: 4,
  endedSeconds: 5,
  endedNs: 6,
} as const;

/** Indices into `numbers`: the call's number and six arguments, then what it returned, or minus the errno. */
export const NUMBER = { call: 0, firstArgument: 1, result: 7 } as const;

const WORD_COUNT = 8;
const NUMBER_COUNT = 8;
export const CONTROL_BYTES = WORD_COUNT * 4 + NUMBER_COUNT * 8;

export interface Control {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

export function controlOf(memory: SharedArrayBuffer): Control {
  return {
    words: new Int32Array(memory, 0, WORD_COUNT),
    numbers: new Float64Array(memory, WORD_COUNT * 4, NUMBER_COUNT),
  };
}
