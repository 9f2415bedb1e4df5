/** Comparing a number or a text that was sampled with what a spec says of it. */
import type { ValuePattern } from '../spec/model';

/** Whether the value fits. An absent value (a field that this kernel does not have) never does. */
export function matchesValue(pattern: ValuePattern, observed: number | string | undefined): boolean {
  if (observed === undefined) return false;
  if (pattern.kind === 'text') return String(observed) === pattern.text;
  if (typeof observed !== 'number') return false;
  return observed >= (pattern.min ?? -Infinity) && observed <= (pattern.max ?? Infinity);
}

/** The pattern as a spec writes it: `5`, `>=3`, `1..3`. */
export function printValue(pattern: ValuePattern): string {
  if (pattern.kind === 'text') return pattern.text;
  const { min, max } = pattern;
  if (min !== undefined && max !== undefined) return min === max ? String(min) : `${min}..${max}`;
  if (min !== undefined) return `>=${min}`;
  return max === undefined ? 'any' : `<=${max}`;
}
