/** `packetspec show`: the compiled timeline of each run, as text or JSON. */
import { diagnosticLines } from '../report/console';
import { timelineLines } from '../report/timeline';
import { discover } from '../suite/discover';
import { type PlanSettings, planSuite } from '../suite/plan';
import { EXIT } from './exit-codes';

/** Prints what would be run; answers with the exit code. */
export function showCommand(names: readonly string[], settings: PlanSettings, json: boolean): number {
  const { files, problems } = discover(names);
  for (const problem of problems) process.stderr.write(`packetspec: ${problem}\n`);
  const plan = planSuite(files, settings);
  for (const rejected of plan.rejected)
    process.stdout.write(
      diagnosticLines(rejected)
        .map((line) => `${line}\n`)
        .join(''),
    );
  for (const { timeline } of plan.runs) {
    process.stdout.write(
      json ? `${JSON.stringify(timeline, bytesAsHex)}\n` : `${timelineLines(timeline).join('\n')}\n\n`,
    );
  }
  return problems.length + plan.rejected.length === 0 ? EXIT.passed : EXIT.rejected;
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
