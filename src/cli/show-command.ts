/** `packetspec show`: the compiled timeline of each run, as text or JSON. */
import { printable } from '../base/printable';
import { diagnosticLines } from '../report/console';
import { timelineLines } from '../report/timeline';
import type { PlanSettings } from '../suite/plan';
import { EXIT } from './exit-codes';
import { readPlan } from './read-plan';

/** Prints what would be run; answers with the exit code. */
export function showCommand(names: readonly string[], settings: PlanSettings, json: boolean): number {
  const { plan, hasProblems } = readPlan(names, settings);
  const lines = [
    ...plan.rejected.flatMap(diagnosticLines),
    ...plan.runs.flatMap(({ timeline }) =>
      json ? [JSON.stringify(timeline, bytesAsHex)] : [...timelineLines(timeline).map(printable), ''],
    ),
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return plan.rejected.length === 0 && !hasProblems ? EXIT.passed : EXIT.rejected;
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
