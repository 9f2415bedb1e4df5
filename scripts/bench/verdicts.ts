/** Verdicts of many runs of one suite, and where they differ from time to time. */

/** What came of each run, by its file and variant. */
export type Verdicts = ReadonlyMap<string, string>;

/** One run that came to different ends. */
export interface Wavering {
  readonly name: string;
  readonly first: string;
  readonly second: string;
}

/** The runs that both have, with different ends, in the order of the first. */
export function wavering(first: Verdicts, second: Verdicts): readonly Wavering[] {
  return [...first].flatMap(([name, before]) => {
    const after = second.get(name);
    return after === undefined || after === before ? [] : [{ name, first: before, second: after }];
  });
}

/** How often each end was come to, the most frequent first. */
export function verdictCounts(verdicts: Verdicts): string {
  const counts = new Map<string, number>();
  for (const verdict of verdicts.values()) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  return sorted.map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}
