/** `packetspec run`: everything is read and checked first; then it runs. */
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import type { Ns } from '../base/nanoseconds';
import { executorCommand } from '../host/linux/executor-command';
import { mayOpenRuns } from '../host/linux/rights';
import { type Executor, ExecutorProcess } from '../suite/executor';
import { longestAllowed } from '../suite/longest';
import { ExecutorPool, summarize } from '../suite/run';
import type { RunResult, SuiteListener } from '../suite/suite';
import type { ReporterChoice } from './arguments';
import { EXIT, exitCodeOf } from './exit-codes';
import { Outputs } from './output';
import { complain, readPlan } from './read-plan';
import { openReports } from './sinks';
import { planSettings, type TextOptions } from './text-options';
import { openTraceFolder } from './trace-files';

export interface RunOptions extends TextOptions {
  readonly jobs?: number;
  readonly trace?: string;
  readonly reporter?: readonly ReporterChoice[];
  readonly retries: number;
  readonly longest: Ns;
}

/**
 * Most of a run's time is waiting, so there may be more executors than processors: fewer where the kernel does not let
 * them go first (SCHED_FIFO), because there they make each other late.
 */
const JOBS_PER_PROCESSOR = { root: 4, rootless: 2 } as const;

/**
 * Runs specs and tells the reporters; answers with the exit code.
 * @param early an executor that has been started already
 */
export async function runCommand(
  names: readonly string[],
  options: RunOptions,
  early: Executor | undefined,
): Promise<number> {
  const startedMs = performance.now();
  const jobs = options.jobs ?? JOBS_PER_PROCESSOR[mayOpenRuns() ? 'root' : 'rootless'] * availableParallelism();
  const command = executorCommand(join(__dirname, 'executor.js'));
  const start = (): Executor => new ExecutorProcess(command);
  const pool = new ExecutorPool({ jobs, retries: options.retries, start }, early);
  stopOnSignals(pool);
  try {
    return await planAndRun(names, options, pool, jobs, startedMs);
  } finally {
    pool.release();
  }
}

async function planAndRun(
  names: readonly string[],
  options: RunOptions,
  pool: ExecutorPool,
  jobs: number,
  startedMs: number,
): Promise<number> {
  const { plan, files, hasProblems } = readPlan(names, planSettings(options));
  if (hasProblems) return EXIT.rejected;
  const outputs = new Outputs();
  const tell = openListeners(options, outputs);
  for (const rejected of plan.warned) tell({ kind: 'spec-warned', rejected });
  for (const rejected of plan.rejected) tell({ kind: 'spec-rejected', rejected });

  let results: readonly RunResult[] = [];
  if (plan.rejected.length === 0) {
    if (plan.runs.length === 0) {
      complain(['no run matches --filter and --ip']);
      return EXIT.rejected;
    }
    const { runs, skipped } = longestAllowed(plan.runs, options.longest, release());
    pool.warmUp(runs.length);
    tell({ kind: 'suite-started', runs: plan.runs.length, files, jobs: Math.min(jobs, plan.runs.length) });
    for (const result of skipped) tell({ kind: 'run-finished', result });
    const ran = await pool.runAll(runs, tell);
    results = [...skipped, ...ran].sort((left, right) => left.run.index - right.run.index);
  }
  const summary = summarize(results, plan.rejected.length, performance.now() - startedMs);
  tell({ kind: 'suite-finished', summary, results });
  outputs.close();
  complain(outputs.problems);
  return exitCodeOf(summary) || (outputs.problems.length > 0 ? EXIT.errored : EXIT.passed);
}

/** @throws OutputError */
function openListeners(options: RunOptions, outputs: Outputs): SuiteListener {
  const report = openReports(options.reporter ?? [{ name: 'console', file: undefined }], outputs);
  const keepTrace = options.trace === undefined ? undefined : openTraceFolder(options.trace, outputs);
  return (event) => {
    if (event.kind === 'run-finished') keepTrace?.(event.result);
    report(event);
  };
}

/** On Ctrl-C the executors go first; the kernel drops their namespaces with them. */
function stopOnSignals(pool: ExecutorPool): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      pool.kill();
      process.stderr.write('\npacketspec: interrupted; nothing is left behind\n');
      process.exit(EXIT.interrupted);
    });
  }
}
