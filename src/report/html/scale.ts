/**
 * A time axis on which microseconds and minutes can both be seen: between two moments that matter there is as much room
 * as the logarithm of what lies between them. It is not to scale, so the gaps worth knowing have their length written on
 * them.
 */
import { type Ns, NS_PER_MS, NS_PER_US } from '../../base/nanoseconds';

/** A pause longer than this is told with its length. */
export const PAUSE_NS = 100 * NS_PER_MS;

export interface Pause {
  readonly startNs: Ns;
  readonly endNs: Ns;
}

export interface FoldedScale {
  /** From 0, the first moment, to 1, the last. Outside of them it is the nearer end. */
  readonly at: (atNs: Ns) => number;
  readonly pauses: readonly Pause[];
}

/** How much room a gap gets: 1 for a microsecond or less, 11 for a millisecond, 27 for a minute. */
export function roomOf(gapNs: Ns): number {
  return gapNs <= 0 ? 0 : 1 + Math.max(0, Math.log2(gapNs / NS_PER_US));
}

/** @param momentsNs what has a place of its own, in any order */
export function foldedScale(momentsNs: readonly Ns[]): FoldedScale {
  const moments = [...new Set(momentsNs)].sort((left, right) => left - right);
  const places: number[] = [];
  const pauses: Pause[] = [];
  let total = 0;
  moments.forEach((atNs, index) => {
    const startNs = moments[index - 1] ?? atNs;
    total += roomOf(atNs - startNs);
    places.push(total);
    if (atNs - startNs > PAUSE_NS) pauses.push({ startNs, endNs: atNs });
  });
  return { at: (atNs) => (total === 0 ? 0 : placeOf(atNs, moments, places) / total), pauses };
}

function placeOf(atNs: Ns, moments: readonly Ns[], places: readonly number[]): number {
  const next = firstNotBefore(atNs, moments);
  const [endNs, end] = [moments[next], places[next]];
  if (endNs === undefined || end === undefined) return places.at(-1) ?? 0;
  const [startNs, start] = [moments[next - 1], places[next - 1]];
  if (startNs === undefined || start === undefined) return end;
  return start + ((atNs - startNs) / (endNs - startNs)) * (end - start);
}

function firstNotBefore(atNs: Ns, moments: readonly Ns[]): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) < atNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
