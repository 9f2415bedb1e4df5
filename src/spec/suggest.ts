/**
 * "Did you mean": the nearest of the names that would have been right.
 *
 * Deliberately absent: guessing. A name that is far from all others gets no hint.
 */
import { distance } from 'fastest-levenshtein';

/** Nobody means to write a longer one; to compare two that are longer than a file may be takes hours. */
const LONGEST_NAME = 100;
/** Of so many candidates, at most. There are fewer constants; but a spec may declare tens of thousands of names. */
const MOST_CANDIDATES = 2000;

/** The candidate that the name was most likely meant to be; `undefined` when none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const folded = fold(name);
  let nearest: string | undefined;
  let best = Number.POSITIVE_INFINITY;
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > MOST_CANDIDATES) break;
    // What differs that much in length is never near.
    if (Math.abs(name.length - candidate.length) > allowance(name, candidate)) continue;
    // Upper and lower case, `-` and `_` count for little: they are typed wrong by habit, not by chance.
    const steps = slips(folded, fold(candidate)) + (name === candidate ? 0 : 0.5);
    if (steps < best && steps < allowance(name, candidate) + 1) {
      best = steps;
      nearest = candidate;
    }
  }
  return nearest;
}

/** `did you mean `x`?`, as the hint part of a diagnostic; empty when no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): { readonly hint?: string } {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? {} : { hint: `did you mean \`${nearest}\`?` };
}

/** The hint for a closed set: the nearest name, or else all of them. */
export function oneOf(name: string, candidates: readonly string[]): { readonly hint: string } {
  const nearest = nearestName(name, candidates);
  return { hint: nearest === undefined ? `one of ${listNames(candidates)}` : `did you mean \`${nearest}\`?` };
}

/** `a`, `b` and `c`, in backquotes. */
export function listNames(names: readonly string[], conjunction = 'or'): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop();
  if (last === undefined) return 'nothing';
  return quoted.length === 0 ? last : `${quoted.join(', ')} ${conjunction} ${last}`;
}

/** How many slips are still a slip: one in three letters, and none where there are hardly any. */
function allowance(name: string, candidate: string): number {
  return Math.max(name.length, candidate.length) < 3 ? 0 : Math.max(1, Math.floor(name.length / 3));
}

/** Insertions, deletions and replacements; two neighbours that have changed places are one slip, not two. */
function slips(name: string, candidate: string): number {
  const steps = distance(name, candidate);
  return steps === 2 && name.length === candidate.length && letters(name) === letters(candidate) ? 1 : steps;
}

function letters(name: string): string {
  return [...name].sort().join('');
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
