/** Figures as text: units, spreads, ratios, and tables in Markdown. */
import type { Spread } from './statistics';

export interface Table {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Numbers stand on the right, so every column but the first does. */
export function markdownTable({ heading, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = heading.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(heading), line(rule), ...rows.map(line)].join('\n');
}

/** At least two digits that count, and none that the measurement does not have. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return String(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** `0.52 (0.49-0.61)`: the median of the repeats, the lowest and the highest. */
export function spreadText({ lowest, median, highest }: Spread): string {
  return `${figure(median)} (${figure(lowest)}-${figure(highest)})`;
}

/** How many times the floor it is, by the medians. A floor that is too near to zero gives no ratio. */
export function ratioText(measured: Spread, floor: Spread | undefined): string {
  if (floor === undefined || floor.median <= 0) return '-';
  return `${figure(measured.median / floor.median)} x`;
}

/** `met`, or how often it was met, against the repeats. @param limit what the figure must stay under */
export function goalText(repeats: readonly number[], limit: number, unit: string): string {
  const met = repeats.filter((value) => value < limit).length;
  const goal = `< ${limit} ${unit}`;
  if (met === repeats.length) return `${goal}: met`;
  return met === 0 ? `${goal}: **missed**` : `${goal}: **met in ${met} of ${repeats.length}**`;
}
