/** The few numbers that stand for many. Deliberately absent: means, which one outlier on a busy machine decides. */

/** The value that this share of all values does not exceed (nearest rank). @param values not empty */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('a quantile of nothing');
  return value;
}

/** One figure over several repeats. */
export interface Spread {
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
}

/** @param repeats the figure in each repeat; not empty */
export function spreadOf(repeats: readonly number[]): Spread {
  return { lowest: quantile(repeats, 0), median: quantile(repeats, 0.5), highest: quantile(repeats, 1) };
}

/** What is said of many values of one repeat. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}
