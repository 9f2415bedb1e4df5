/** What one step of the check found: nothing wrong, with a word on how much was looked at, or the complaints. */
export interface Outcome {
  /** How much was looked at, for the table: "212 modules", "33 rules bite". */
  readonly summary: string;
  /** What is wrong, ready to print; empty means that the step passed. */
  readonly complaints: readonly string[];
}

/**
 * Compares what a tool reported on deliberately bad files with what it should have reported. Both are maps from a
 * file to the rules reported on it; a rule that is silent and a rule that is too loud are both complaints.
 */
export function compareBites(
  expected: ReadonlyMap<string, readonly string[]>,
  reported: ReadonlyMap<string, readonly string[]>,
): string[] {
  const files = [...new Set([...expected.keys(), ...reported.keys()])].toSorted();
  return files.flatMap((file) => {
    const wanted = describeRules(expected.get(file));
    const found = describeRules(reported.get(file));
    return wanted === found ? [] : [`${file}: should report ${wanted}, reports ${found}`];
  });
}

function describeRules(rules: readonly string[] = []): string {
  return [...new Set(rules)].toSorted().join(' + ') || 'nothing';
}

/** Groups pairs of file and rule by file. */
export function groupByFile(reports: Iterable<{ file: string; rule: string }>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { file, rule } of reports) groups.set(file, [...(groups.get(file) ?? []), rule]);
  return groups;
}
