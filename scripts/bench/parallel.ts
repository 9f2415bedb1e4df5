/** Many short specs at once: how long they take, and what that does to the times of each. */
import { relative } from 'node:path';
import { NS_PER_MS } from '../../src/base/nanoseconds';
import { expectedDurationNs } from '../../src/suite/bounds';
import { discover } from '../../src/suite/discover';
import { planSuite } from '../../src/suite/plan';
import { ExecutorProcess } from '../../src/suite/executor';
import { waitingOrder } from '../../src/suite/order';
import { ExecutorPool } from '../../src/suite/run';
import type { PlannedRun, RunResult } from '../../src/suite/suite';
import type { Timeline } from '../../src/timeline/timeline';
import { EXECUTOR_COMMAND, observationsOf, SPECS } from './product';
import type { Bench, Section } from './section';
import { quantilesOf } from './statistics';
import { figure, type Table } from './table';

const JOBS = [1, 8, 16, 32] as const;
/** A spec that expects to wait longer than this is not short. */
const SHORT_NS = 400 * NS_PER_MS;

interface Level {
  readonly jobs: number;
  readonly wallMs: number;
  readonly results: readonly RunResult[];
}

export async function benchParallel({ say }: Bench): Promise<Section> {
  const runs = shortRuns();
  const levels: Level[] = [];
  for (const jobs of JOBS) {
    const level = await runAll(runs, jobs);
    levels.push(level);
    say(`${runs.length} short runs at --jobs ${jobs}: ${(level.wallMs / 1000).toFixed(1)} s`);
  }
  const waitingMs = runs.reduce((sum, { timeline }) => sum + expectedDurationNs(timeline), 0) / NS_PER_MS;
  return {
    title: 'Parallelism',
    about: [
      `All ${runs.length} runs of \`${relative(`${SPECS}/..`, SPECS)}/\` that need less than ${SHORT_NS / NS_PER_MS} ms and no server process; together they wait for ${(waitingMs / 1000).toFixed(1)} s. Executors start inside of the measured time. Lateness is that of every action of every run against its plan, by the user's clock; an action without a time is due when the one before it is over, so that what the harness has to do in between counts too. *Late* are runs in which the harness missed a slot by more than the spec tolerates: they would be tried again, and here they are not.`,
    ],
    tables: [summary(levels)],
    notes: [],
  };
}

function shortRuns(): readonly PlannedRun[] {
  const { files } = discover([SPECS]);
  const { runs } = planSuite(files, { set: new Map(), maxCombinations: 1_000 });
  return runs.filter(({ timeline }) => isShort(timeline));
}

function isShort(timeline: Timeline): boolean {
  const lastsNs = timeline.steps.reduce((sum, { action }) => sum + withinNs(action), expectedDurationNs(timeline));
  return lastsNs < SHORT_NS && timeline.server === undefined;
}

function withinNs(action: Timeline['steps'][number]['action']): number {
  return action.kind === 'sample' ? (action.withinNs ?? 0) : 0;
}

async function runAll(runs: readonly PlannedRun[], jobs: number): Promise<Level> {
  const start = performance.now();
  const pool = new ExecutorPool({
    jobs,
    retries: 0,
    start: () => new ExecutorProcess(EXECUTOR_COMMAND),
    order: waitingOrder,
  });
  pool.warmUp(Math.min(jobs, runs.length));
  try {
    const results = await pool.runAll(runs, () => {});
    return { jobs, wallMs: performance.now() - start, results };
  } finally {
    pool.release();
  }
}

function summary(levels: readonly Level[]): Table {
  const [single] = levels;
  return {
    heading: ['--jobs', 'wall time, s', 'against 1', 'p50, us', 'p99, us', 'max, us', 'passed', 'late', 'other'],
    rows: levels.map(({ jobs, wallMs, results }) => {
      const { p50, p99, max } = quantilesOf(results.flatMap(latenessUs));
      const count = (status: string): number => results.filter(({ verdict }) => verdict.status === status).length;
      const [passed, late] = [count('passed'), count('inconclusive')];
      return [
        String(jobs),
        (wallMs / 1000).toFixed(2),
        `${figure((single?.wallMs ?? 0) / wallMs)} x faster`,
        ...[p50, p99, max].map(figure),
        ...[passed, late, results.length - passed - late].map(String),
      ];
    }),
  };
}

function latenessUs({ trace }: RunResult): readonly number[] {
  if (trace === undefined) return [];
  const acts = [
    ...observationsOf(trace, 'sent'),
    ...observationsOf(trace, 'called'),
    ...observationsOf(trace, 'sampled'),
  ];
  return acts.map(({ plannedNs, startedNs }) => Math.max(0, startedNs - plannedNs) / 1e3);
}
