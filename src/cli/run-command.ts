/** `packetspec run`: everything is read and checked first; then it runs. */
import { release } from 'node:os';
import type { Ns } from '../base/nanoseconds';
import type { SourceFile } from '../spec/source';
import type { Executor } from '../suite/executor';
import { onEachKernel } from '../suite/kernels';
import { longestAllowed } from '../suite/longest';
import type { Plan, PlanSettings } from '../suite/plan';
import { ExecutorPool, summarize } from '../suite/run';
import type { RunResult, SuiteListener } from '../suite/suite';
import { DEFAULT_TOLERANCE, VIRTUAL_TOLERANCE } from '../timeline/compile';
import { EXIT } from './exit-codes';
import { Outputs } from './output';
import { complain, readPlan } from './read-plan';
import { PCAPNG_FILES } from './pcapng-files';
import { isVirtual, openPlace, type PlaceOptions } from './place';
import { followOn } from './progress-line';
import type { ReportOptions } from './report-options';
import { openRunFolder } from './run-files';
import { endReports, openReports } from './sinks';
import { findTargetOf, type TargetOptions, type TargetSettings } from './target';
import { planSettings, type TextOptions } from './text-options';
import { type StatusLine, statusLineOn } from './status-line';
import { TRACE_FILES } from './trace-files';

export interface RunOptions extends TextOptions, PlaceOptions, TargetOptions, ReportOptions {
  readonly jobs?: number;
  readonly retries: number;
  readonly longest: Ns;
  /** How far times may be off in a spec that does not say. */
  readonly tolerance?: Ns;
}

/**
 * Runs specs and tells the reporters; answers with the exit code.
 * @param early an executor for the kernel of this machine that has been started already
 */
export async function runCommand(
  names: readonly string[],
  options: RunOptions,
  early: Executor | undefined,
): Promise<number> {
  const startedMs = performance.now();
  const target = findTargetOf(options);
  if ('problem' in target) return refuse(target.problem);
  const { plan, files, hasProblems } = readPlan(names, { ...runSettings(withIpOf(target, options)), ...target });
  if (hasProblems) return EXIT.rejected;
  const outputs = new Outputs();
  const status = statusLineOn([process.stderr, process.stdout], process.env['TERM']);
  const tell = openListeners(options, outputs, status);
  for (const rejected of plan.warned) tell({ kind: 'spec-warned', rejected });
  for (const rejected of plan.rejected) tell({ kind: 'spec-rejected', rejected });
  if (plan.rejected.length === 0 && plan.runs.length === 0) {
    complain([target.target === undefined ? 'no run matches --filter and --ip' : NO_RUN_FOR_TARGET]);
    return EXIT.rejected;
  }
  const results = plan.rejected.length > 0 ? [] : await runPlan({ plan, files, status }, options, tell, early);
  if (results === undefined) return EXIT.errored;
  const summary = summarize(results, plan.rejected.length, performance.now() - startedMs);
  tell({ kind: 'suite-finished', summary, results });
  return endReports(outputs, summary);
}

const NO_RUN_FOR_TARGET = "no run matches --filter, --ip and the IP version of the target's address";

/** Scripts run as IPv4 where nothing else is said. */
function withIpOf({ target }: TargetSettings, options: RunOptions): RunOptions {
  return target?.version === 6 && options.ip === undefined ? { ...options, ip: ['ipv6'] } : options;
}

function refuse(problem: string): number {
  complain([problem]);
  return EXIT.errored;
}

function runSettings(options: RunOptions): PlanSettings {
  // Its plots would show little but what steps asked for.
  const watchesQueues = options.reporter?.some(({ name }) => name === 'html') ?? false;
  const usual = isVirtual(options) ? VIRTUAL_TOLERANCE : DEFAULT_TOLERANCE;
  const { tolerance: ns } = options;
  const tolerance = ns === undefined ? usual : { ...DEFAULT_TOLERANCE, earlyNs: ns, lateNs: ns };
  return { ...planSettings(options), watchesQueues, events: options.events || options.explain, tolerance };
}

interface Planned {
  readonly plan: Plan;
  readonly files: readonly SourceFile[];
  readonly status: StatusLine | undefined;
}

/** Every run, where it is to take place; `undefined` when that place cannot be had. */
async function runPlan(
  { plan, files, status }: Planned,
  options: RunOptions,
  tell: SuiteListener,
  early: Executor | undefined,
): Promise<readonly RunResult[] | undefined> {
  const place = openPlace(options, plan.runs.length);
  if (place === undefined) return undefined;
  const all = place.kernels === undefined ? plan.runs : onEachKernel(plan.runs, place.kernels);
  const jobs = options.target === undefined ? (options.jobs ?? place.jobs) : place.jobs;
  // Under virtual time another attempt gives the same trace.
  const retries = isVirtual(options) ? 0 : options.retries;
  const pool = new ExecutorPool({ jobs, retries, start: place.start, order: place.order }, early);
  stopOnSignals(pool, status);
  try {
    const { runs, skipped } = isVirtual(options)
      ? { runs: all, skipped: [] }
      : longestAllowed(all, options.longest, release());
    if (place.kernels === undefined) pool.warmUp(runs.length);
    tell({ kind: 'suite-started', runs: all, files, jobs: Math.min(jobs, all.length) });
    for (const result of skipped) tell({ kind: 'run-finished', result });
    const ran = await pool.runAll(runs, tell);
    return [...skipped, ...ran].sort((left, right) => left.run.index - right.run.index);
  } finally {
    pool.release();
    // Also when the suite has been given up: what is said then stands on a line of its own.
    status?.show('');
  }
}

/** Everybody who is told what happens. @throws OutputError */
function openListeners(options: ReportOptions, outputs: Outputs, status: StatusLine | undefined): SuiteListener {
  const { reporter, explain, trace, pcapng } = options;
  const report = openReports(reporter, outputs, { explain, status });
  const keepers = [
    ...(trace === undefined ? [] : [openRunFolder(trace, TRACE_FILES, outputs)]),
    ...(pcapng === undefined ? [] : [openRunFolder(pcapng, PCAPNG_FILES, outputs)]),
  ];
  const follow = status === undefined ? undefined : followOn(status, () => performance.now());
  return (event) => {
    if (event.kind === 'run-finished') for (const keep of keepers) keep(event.result);
    // Before the last report, which stands where the line was.
    follow?.(event);
    report(event);
  };
}

/** On Ctrl-C the executors go first; the kernel drops their namespaces with them. */
function stopOnSignals(pool: ExecutorPool, status: StatusLine | undefined): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      pool.kill();
      status?.show('');
      process.stderr.write('\npacketspec: interrupted; nothing is left behind\n');
      process.exit(EXIT.interrupted);
    });
  }
}
