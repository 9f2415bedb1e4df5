/** Runs a plan on a pool of executor processes. */
import { judge } from '../verify/judge';
import type { VerdictStatus } from '../verify/verify';
import { sleeperCount } from '../exec/demands';
import type { Executor } from './executor';
import type { RunOrder } from './order';
import type { PlannedRun, RunResult, SuiteListener, SuiteSummary } from './suite';
import { untriedVerdict } from './untried';

export interface RunSettings {
  /** Executor processes at the same time. */
  readonly jobs: number;
  /** How often an unsettled run is tried again: an inconclusive one, or one whose failure may be chance. */
  readonly retries: number;
  /** Starts an executor for a kernel; see `PlannedRun.kernel`. */
  readonly start: (kernel: string | undefined) => Executor;
  /** In which order runs begin. */
  readonly order: RunOrder;
}

/** A defect of the harness showed in an executor; the suite cannot go on. */
export class ExecutorCrash extends Error {
  override readonly name = 'ExecutorCrash';
}

/** A run that has been tried so often. */
interface Attempted {
  readonly run: PlannedRun;
  readonly attempts: number;
  readonly startedMs: number;
}

type Tried =
  | { readonly kind: 'finished'; readonly result: RunResult }
  /** Only the last attempt is left, which is to have the machine to itself. */
  | { readonly kind: 'disturbed'; readonly attempted: Attempted };

/** An executor, and the kernel that it drives. */
interface Hired {
  readonly executor: Executor;
  readonly kernel: string | undefined;
}

/** The executors of one suite. */
export class ExecutorPool {
  readonly #settings: RunSettings;
  readonly #hired = new Set<Hired>();
  readonly #idle: Hired[] = [];

  /** @param early an executor for the kernel of this machine that has been started already */
  constructor(settings: RunSettings, early?: Executor) {
    this.#settings = settings;
    if (early === undefined) return;
    const hired = { executor: early, kernel: undefined };
    this.#hired.add(hired);
    this.#idle.push(hired);
  }

  /** Starts executors for the kernel of this machine ahead of need: starting one takes a tenth of a second. */
  warmUp(count: number): void {
    while (this.#hired.size < Math.min(count, this.#settings.jobs)) this.#idle.push(this.#hire(undefined));
  }

  /** Runs every planned run, and tells of it. Executors of a kernel that has no run left are released. @throws ExecutorCrash */
  async runAll(runs: readonly PlannedRun[], tell: SuiteListener): Promise<readonly RunResult[]> {
    const queue = [...this.#settings.order(runs, this.#settings.jobs)];
    const left = countByKernel(runs);
    const results: RunResult[] = [];
    const disturbed: Attempted[] = [];
    const finish = (result: RunResult): void => {
      results.push(result);
      tell({ kind: 'run-finished', result });
      const { kernel } = result.run;
      const leftThere = (left.get(kernel) ?? 0) - 1;
      left.set(kernel, leftThere);
      if (leftThere === 0 && kernel !== undefined) this.#dismiss(kernel);
    };
    let hasCrashed = false;
    const lane = async (): Promise<void> => {
      for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
        const tried = await this.#tryAgain({ run, attempts: 0, startedMs: performance.now() }, tell);
        // What is said then of runs that were on their way is of no use.
        if (hasCrashed) return;
        if (tried.kind === 'finished') finish(tried.result);
        else disturbed.push(tried.attempted);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(this.#settings.jobs, runs.length) }, lane));
    } catch (error) {
      hasCrashed = true;
      queue.length = 0;
      this.kill();
      throw error;
    }
    // The last attempt has the machine to itself.
    for (const attempted of disturbed) finish((await this.#attempt(attempted, tell)).result);
    return results.sort((left, right) => left.run.index - right.run.index);
  }

  /** Ends all processes; those that still close a network do so first. */
  release(): void {
    for (const { executor } of this.#hired) executor.release();
  }

  /** Ends all processes now. */
  kill(): void {
    for (const { executor } of this.#hired) executor.kill();
  }

  /** Until the run is settled, or only its last attempt is left. */
  async #tryAgain(first: Attempted, tell: SuiteListener): Promise<Tried> {
    for (let attempted = first; ; ) {
      const tried = await this.#attempt(attempted, tell);
      if (this.#isSettled(tried.result)) return { kind: 'finished', ...tried };
      attempted = tried.attempted;
      if (this.#settings.jobs > 1 && attempted.attempts === this.#settings.retries)
        return { kind: 'disturbed', attempted };
    }
  }

  /** Whether another attempt is not to be made: the verdict is beyond doubt, or has come every time. */
  #isSettled({ verdict, attempts }: RunResult): boolean {
    return (verdict.status !== 'inconclusive' && verdict.doubt === undefined) || attempts > this.#settings.retries;
  }

  async #attempt(
    { run, attempts: before, startedMs }: Attempted,
    tell: SuiteListener,
  ): Promise<{ readonly result: RunResult; readonly attempted: Attempted }> {
    const attempts = before + 1;
    tell({ kind: 'run-started', run, attempt: attempts });
    const hired = this.#next(run);
    const outcome = await hired.executor.run(run.timeline);
    if (hired.executor.alive) this.#idle.push(hired);
    else this.#hired.delete(hired);
    if (outcome.kind === 'crash') throw new ExecutorCrash(outcome.stack);
    const verdict =
      outcome.kind === 'trace'
        ? judge(outcome.trace)
        : untriedVerdict(run.timeline, { status: 'errored', trouble: outcome.trouble });
    const durationMs = Math.round((performance.now() - startedMs) * 10) / 10;
    const attempted = { run, attempts, startedMs };
    if (outcome.kind !== 'trace') return { result: { run, verdict, attempts, durationMs }, attempted };
    const { trace } = outcome;
    // As it was run: without the steps that do not count on that kernel.
    const ran = { ...run, timeline: trace.timeline };
    return { result: { run: ran, verdict, attempts, durationMs, trace }, attempted };
  }

  /**
   * An executor for the next run: of its kernel, with as many threads as it needs, and not many more, which others may
   * need. Those that died while they were idle are forgotten.
   */
  #next({ kernel, timeline }: PlannedRun): Hired {
    for (const hired of this.#idle.filter(({ executor }) => !executor.usable)) this.#forget(hired);
    const sleepers = sleeperCount(timeline);
    const fitness = ({ executor }: Hired): number => Math.abs(executor.sleepers - sleepers);
    const best = this.#idle
      .filter((hired) => hired.kernel === kernel)
      .reduce<Hired | undefined>(
        (chosen, one) => (chosen === undefined || fitness(one) <= fitness(chosen) ? one : chosen),
        undefined,
      );
    if (best === undefined) return this.#hire(kernel);
    this.#idle.splice(this.#idle.indexOf(best), 1);
    return best;
  }

  /** What a kernel's executors hold is worth having back: a template takes as much memory as three guests. */
  #dismiss(kernel: string): void {
    for (const hired of this.#idle.filter((one) => one.kernel === kernel)) {
      hired.executor.release();
      this.#forget(hired);
    }
  }

  #forget(hired: Hired): void {
    this.#idle.splice(this.#idle.indexOf(hired), 1);
    this.#hired.delete(hired);
  }

  #hire(kernel: string | undefined): Hired {
    const hired = { executor: this.#settings.start(kernel), kernel };
    this.#hired.add(hired);
    return hired;
  }
}

function countByKernel(runs: readonly PlannedRun[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const { kernel } of runs) counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
  return counts;
}

/** How many runs came to which end. */
export function summarize(results: readonly RunResult[], rejected: number, durationMs: number): SuiteSummary {
  const count = (status: VerdictStatus): number => results.filter((result) => result.verdict.status === status).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    errored: count('errored'),
    inconclusive: count('inconclusive'),
    rejected,
    durationMs: Math.round(durationMs),
  };
}
