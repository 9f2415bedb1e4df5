/**
 * `npm run check`: everything that can be said about the code without running it, and for each rule the proof that
 * it bites: the tools run once on the tree, where they must find nothing, and once on bad files, where each must
 * report exactly the rule that the file breaks. A rule that is silently off is found that way.
 */

import { availableParallelism } from 'node:os';
import { biteArrows } from './check/bite-arrows';
import { biteDeadCode } from './check/bite-dead-code';
import { biteFormat, biteLint, biteTypes } from './check/bite-tools';
import { ROOT } from './check/command';
import type { Outcome } from './check/outcome';
import { biteTidy, checkTidy } from './check/tidy/tidy';
import { checkArrows, checkDeadCode, checkFormat, checkLint, checkTypes } from './check/tools';
import { readTree } from './check/tree';

interface Step {
  readonly name: string;
  readonly run: () => Outcome | Promise<Outcome>;
}

const tree = readTree(ROOT);

const STEPS: readonly Step[] = [
  { name: 'types', run: checkTypes },
  { name: 'arrows', run: () => checkArrows(tree) },
  { name: 'dead code', run: checkDeadCode },
  { name: 'lint', run: checkLint },
  { name: 'format', run: checkFormat },
  { name: 'house rules', run: () => checkTidy(tree) },
  { name: 'types bite', run: biteTypes },
  { name: 'arrows bite', run: biteArrows },
  { name: 'dead code bites', run: biteDeadCode },
  { name: 'lint bites', run: biteLint },
  { name: 'format bites', run: biteFormat },
  { name: 'house rules bite', run: biteTidy },
];

/** Runs the steps, as many at a time as there are processors, and prints each as it ends. */
async function check(): Promise<number> {
  const waiting = [...STEPS];
  const failed: { name: string; complaints: readonly string[] }[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const { complaints, summary, seconds } = await runStep(step);
      if (complaints.length > 0) failed.push({ name: step.name, complaints });
      console.log(`${complaints.length === 0 ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(18)}${seconds} s  ${summary}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  for (const { name, complaints } of failed) console.log(`\n--- ${name}\n${complaints.join('\n')}`);
  console.log(`\n${STEPS.length - failed.length} of ${STEPS.length} checks passed`);
  return failed.length === 0 ? 0 : 1;
}

async function runStep({ run }: Step): Promise<Outcome & { seconds: string }> {
  const start = performance.now();
  const outcome = await runSafely(run);
  return { ...outcome, seconds: ((performance.now() - start) / 1000).toFixed(1).padStart(5) };
}

/** A step that breaks down is a failed step with a stack, and the others still run. */
async function runSafely(run: Step['run']): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    return {
      summary: 'broke down',
      complaints: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  }
}

void check().then((code) => {
  process.exitCode = code;
});
