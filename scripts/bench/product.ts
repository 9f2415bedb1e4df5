/** The product as the bench uses it: specs as text, its planner, and its executor processes out of `dist/`. */
import { join } from 'node:path';
import { executorCommand } from '../../src/host/linux/executor-command';
import { type Executor, ExecutorProcess } from '../../src/suite/executor';
import type { LinkKind } from '../../src/spec/link-kind';
import { planSuite } from '../../src/suite/plan';
import type { Timeline } from '../../src/timeline/timeline';
import type { Observation, Trace } from '../../src/trace/trace';
import { buildBundle, isFresh } from '../bundle';

export const ROOT = join(__dirname, '../..');

export const DIST = join(ROOT, 'dist');
export const EXECUTOR_COMMAND = executorCommand(join(DIST, 'executor.js'));
export const COMMAND = [process.execPath, join(ROOT, 'bin/packetspec.js')] as const;
export const SPECS = join(ROOT, 'specs');
export const PAGE = join(ROOT, 'docs/benchmarks.md');

export function renewBundle(): void {
  if (!isFresh(ROOT)) buildBundle(ROOT);
}

/** The timeline of a spec that has one variant. @throws when the text is wrong */
export function timelineOf(text: string, link: LinkKind = 'tun', events = false): Timeline {
  const file = { path: 'bench.yaml', text };
  const { runs, rejected } = planSuite([file], { set: new Map(), maxCombinations: 1, link, events });
  const [run] = runs;
  const wrong = rejected.flatMap(({ diagnostics }) => diagnostics.map(({ message }) => message));
  if (run === undefined) throw new Error(wrong.join('; '));
  return run.timeline;
}

/** Runs a timeline in an executor process of its own. @throws when there is no trace of a whole run */
export async function traceOf(timeline: Timeline): Promise<Trace> {
  const executor = new ExecutorProcess(EXECUTOR_COMMAND);
  try {
    return await traceFrom(executor, timeline);
  } finally {
    executor.release();
  }
}

/** Runs a timeline in an executor that is there already. */
export async function traceFrom(executor: Executor, timeline: Timeline): Promise<Trace> {
  const outcome = await executor.run(timeline);
  if (outcome.kind === 'crash') throw new Error(outcome.stack);
  if (outcome.kind === 'trouble') throw new Error(outcome.trouble.message);
  const { end } = outcome.trace;
  if (end.kind !== 'finished') throw new Error(end.kind === 'skipped' ? end.reason : end.error.message);
  return outcome.trace;
}

export function observationsOf<K extends Observation['kind']>(
  trace: Trace,
  kind: K,
): readonly Extract<Observation, { readonly kind: K }>[] {
  return trace.observations.filter((one) => one.kind === kind) as Extract<Observation, { readonly kind: K }>[];
}
