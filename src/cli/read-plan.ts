/** What `run`, `check` and `show` begin with: find the files, parse and compile them, say what is wrong. */
import type { SourceFile } from '../spec/source';
import { discover } from '../suite/discover';
import { type Plan, type PlanSettings, planSuite } from '../suite/plan';

export interface ReadPlan {
  readonly plan: Plan;
  readonly files: readonly SourceFile[];
  /** Said already; with one, nothing should be run. */
  readonly hasProblems: boolean;
}

/** Reads every spec that the names lead to. Names that lead nowhere, and settings that nobody knows, are told at once. */
export function readPlan(names: readonly string[], settings: PlanSettings): ReadPlan {
  const { files, problems } = discover(names);
  const plan = planSuite(files, settings);
  const unknown = plan.unknownSettings.map((name) => `--set ${name}: no spec has a variable of this name`);
  complain([...problems, ...unknown]);
  return { plan, files, hasProblems: problems.length + unknown.length > 0 };
}

/** Says what is wrong, a line each. */
export function complain(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`packetspec: ${problem}\n`);
}
