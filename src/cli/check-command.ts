/** `packetspec check`: parses and compiles, runs nothing, needs no rights. */
import { diagnosticLines } from '../report/console';
import { discover } from '../suite/discover';
import { compileFile, type PlanSettings } from '../suite/plan';
import { EXIT } from './exit-codes';

/** Prints every mistake of every file; answers with the exit code. */
export function checkCommand(names: readonly string[], settings: PlanSettings): number {
  const { files, problems } = discover(names);
  for (const problem of problems) process.stderr.write(`packetspec: ${problem}\n`);
  let wrong = problems.length;
  let runs = 0;
  for (const file of files) {
    const { timelines, diagnostics } = compileFile(file, settings);
    for (const line of diagnosticLines({ file, diagnostics })) process.stdout.write(`${line}\n`);
    if (diagnostics.some((one) => one.severity === 'error')) wrong++;
    runs += timelines.length;
  }
  process.stdout.write(
    wrong === 0 ? `${files.length} spec(s) are fine: ${runs} runs\n` : `${wrong} of ${files.length} spec(s) rejected\n`,
  );
  return wrong === 0 ? EXIT.passed : EXIT.rejected;
}
