/**
 * Time in packetspec: integer nanoseconds, in a plain number. 2^53 ns are 104 days, longer than any run.
 *
 * A moment is counted from the start of the run, on one clock; a duration is a difference of two moments.
 * Deliberately absent: clocks. Reading one is the host's business.
 */
export type Ns = number;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: NS_PER_US,
  ms: NS_PER_MS,
  s: NS_PER_S,
  min: 60 * NS_PER_S,
  h: 3600 * NS_PER_S,
};

const DURATION = /^(\d+(?:\.\d+)?|\.\d+)\s*(ns|us|ms|s|min|h)?$/;

/**
 * Reads a duration such as `1.5s`, `200ms`, `40us`. A number without a unit counts seconds, as in packetdrill.
 *
 * @returns the duration in nanoseconds, rounded to a whole one; `undefined` when the text is not a duration.
 */
export function parseDuration(text: string): Ns | undefined {
  const match = DURATION.exec(text.trim());
  if (match === null) return undefined;
  const unit = UNITS[match[2] ?? 's'] ?? NS_PER_S;
  const durationNs = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(durationNs) ? durationNs : undefined;
}

/** Writes a duration with the unit that a reader would choose: `0`, `812us`, `4ms`, `1.008s`. Keeps the sign. */
export function formatDuration(durationNs: Ns): string {
  if (durationNs === 0) return '0';
  const sign = durationNs < 0 ? '-' : '';
  const magnitudeNs = Math.abs(durationNs);
  for (const [unit, unitNs, digits] of SHOWN) {
    const number = trimmed(magnitudeNs / unitNs, digits);
    if (number < 1000) return `${sign}${number}${unit}`;
  }
  return `${sign}${trimmed(magnitudeNs / NS_PER_S, 6)}s`;
}

/** Units below the second, each with the digits behind its point. */
const SHOWN: readonly (readonly [unit: string, unitNs: Ns, digits: number])[] = [
  ['ns', 1, 0],
  ['us', NS_PER_US, 1],
  ['ms', NS_PER_MS, 3],
];

function trimmed(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
