/** `packetspec check`: parses and compiles, runs nothing, needs no rights. */
import { diagnosticLines } from '../report/console';
import type { PlanSettings } from '../suite/plan';
import { EXIT } from './exit-codes';
import { readPlan } from './read-plan';

/** Prints every mistake of every file; answers with the exit code. */
export function checkCommand(names: readonly string[], settings: PlanSettings): number {
  const { plan, files, hasProblems } = readPlan(names, settings);
  const lines = [...plan.warned, ...plan.rejected].flatMap(diagnosticLines);
  const isFine = plan.rejected.length === 0 && !hasProblems;
  if (isFine) lines.push(`${files.length} spec(s) are fine: ${plan.runs.length} runs`);
  if (plan.rejected.length > 0) lines.push(`${plan.rejected.length} of ${files.length} spec(s) rejected`);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return isFine ? EXIT.passed : EXIT.rejected;
}
