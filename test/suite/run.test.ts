import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { longestDurationNs } from '../../src/suite/bounds';
import { type Executor, ExecutorProcess } from '../../src/suite/executor';
import { waitingOrder } from '../../src/suite/order';
import { ExecutorCrash, ExecutorPool, summarize } from '../../src/suite/run';
import type { PlannedRun, RunResult, SuiteEvent, SuiteListener } from '../../src/suite/suite';
import { after, callOf, calls, inject, MS, S, seg, silence, timelineOf, wait, within } from '../support/builders';

/**
 * An executor that behaves as the name of the timeline says. It notes each run in a file of its own process, so that
 * tests can see how runs were spread.
 */
const STUB = `
const { appendFileSync, existsSync, writeFileSync } = require('node:fs');
const [folder, mode] = process.argv.slice(2);
const environment = { kernel: 'stub', architecture: 'x', scheduling: 'other', rootless: false, startedAt: '', setupNs: 0, tickNs: 4e6 };
const finish = (timeline, lateNs) => {
  const observations = timeline.steps.filter((step) => step.action.kind === 'inject').map((step) => ({ kind: 'sent', step: step.index, plannedNs: 0, startedNs: lateNs, bytes: new Uint8Array(40), errno: '' }));
  process.send({ kind: 'finished', trace: { timeline, environment, observations, end: { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: 5 } } });
};
const returnAfter = (timeline, endedNs) => {
  const observations = [
    { kind: 'blocked', step: 0, plannedNs: 0, startedNs: 0 },
    { kind: 'returned', step: 0, endedNs, outcome: { returned: 0, errno: '', outputs: {} }, cancelled: false },
  ];
  process.send({ kind: 'finished', trace: { timeline, environment, observations, end: { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: endedNs } } });
};
process.on('message', ({ timeline }) => {
  appendFileSync(folder + '/log', process.pid + ' ' + timeline.name + '\\n');
  const first = folder + '/' + timeline.name.replace(/ /g, '-');
  const again = existsSync(first);
  writeFileSync(first, '');
  switch (timeline.name) {
    case 'dies': console.error('the stub fell over'); return process.exit(3);
    case 'is killed': return process.kill(process.pid, 'SIGKILL');
    case 'crashes': return process.send({ kind: 'crashed', stack: 'Error: a defect\\n    at stub' });
    case 'hangs': return;
    case 'late once': return finish(timeline, again ? 0 : 1e9);
    case 'always late': return finish(timeline, 1e9);
    case 'a tick late once': return returnAfter(timeline, again ? 20e6 : 27e6);
    case 'always a tick late': return returnAfter(timeline, 27e6);
    case 'always later': return returnAfter(timeline, 29e6);
    case 'slow': return setTimeout(() => finish(timeline, 0), 300);
    default: return finish(timeline, 0);
  }
});
process.send(mode !== 'fit' ? { kind: 'unfit', trouble: { code: 'no-tun', message: 'no TUN here', hint: 'modprobe tun' } }   : { kind: 'ready', facts: {} });
if (mode === 'unfit and gone') process.disconnect();
`;

let folder = '';
const pools: ExecutorPool[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-stub-'));
  writeFileSync(join(folder, 'stub.js'), STUB);
});

afterEach(() => {
  vi.useRealTimers();
  for (const pool of pools.splice(0)) pool.kill();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Options {
  readonly jobs?: number;
  readonly retries?: number;
  readonly mode?: string;
  readonly command?: readonly string[];
}

function poolOf({ jobs = 1, retries = 2, mode = 'fit', command }: Options = {}): {
  pool: ExecutorPool;
  logFolder: string;
} {
  const logFolder = mkdtempSync(join(folder, 'run-'));
  const pool = new ExecutorPool({
    jobs,
    retries,
    start: () => new ExecutorProcess(command ?? [process.execPath, join(folder, 'stub.js'), logFolder, mode]),
    order: waitingOrder,
  });
  pools.push(pool);
  return { pool, logFolder };
}

function runsOf(...names: readonly string[]): readonly PlannedRun[] {
  return names.map((name, index) => ({ index, timeline: timelineOf([inject(seg('S'))], { name }) }));
}

async function runAll(
  names: readonly string[],
  options: Options = {},
): Promise<{ results: readonly RunResult[]; events: readonly SuiteEvent[] }> {
  const { pool } = poolOf(options);
  const events: SuiteEvent[] = [];
  const results = await pool.runAll(runsOf(...names), (event) => events.push(event));
  pool.release();
  return { results, events };
}

function statuses(results: readonly RunResult[]): readonly string[] {
  return results.map(({ run, verdict }) => `${run.timeline.name}: ${verdict.status}`);
}

describe('the pool', () => {
  it('runs everything, and gives the results in the order of the plan', async () => {
    const { results, events } = await runAll(['slow', 'a', 'b', 'c'], { jobs: 3 });
    expect(statuses(results)).toEqual(['slow: passed', 'a: passed', 'b: passed', 'c: passed']);
    expect(results.every(({ trace, attempts }) => trace?.environment.kernel === 'stub' && attempts === 1)).toBe(true);
    expect(events.filter(({ kind }) => kind === 'run-started')).toHaveLength(4);
    expect(events.filter(({ kind }) => kind === 'run-finished')).toHaveLength(4);
  });

  it('runs side by side: all have begun before the first is done', async () => {
    const { events } = await runAll(['slow', 'slow', 'slow'], { jobs: 3 });
    expect(events.slice(0, 3).map(({ kind }) => kind)).toEqual(['run-started', 'run-started', 'run-started']);
    const { events: alone } = await runAll(['slow', 'slow'], { jobs: 1 });
    expect(alone.map(({ kind }) => kind)).toEqual(['run-started', 'run-finished', 'run-started', 'run-finished']);
  });

  it('begins with the longest, and goes on with long and short ones by turns', async () => {
    const { pool } = poolOf();
    const started: string[] = [];
    const long = (name: string, seconds: number, index: number): PlannedRun => ({
      index,
      timeline: timelineOf([wait(after(seconds * S))], { name }),
    });
    await pool.runAll([long('short', 1, 0), long('longest', 9, 1), long('long', 5, 2)], (event) => {
      if (event.kind === 'run-started') started.push(event.run.timeline.name);
    });
    expect(started).toEqual(['longest', 'short', 'long']);
  });

  it('uses a process again', async () => {
    const { pool, logFolder } = poolOf();
    await pool.runAll(runsOf('a', 'b', 'c'), () => undefined);
    const pids = readFileSync(join(logFolder, 'log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(new Set(pids).size).toBe(1);
  });

  it('gives runs with calls that sleep to processes that have threads for them, and the others to the others', async () => {
    const { pool, logFolder } = poolOf({ jobs: 2 });
    const sleeping = calls(callOf('accept', [], 0), { returns: within(1) });
    const run = (name: string): PlannedRun => ({
      index: 0,
      timeline: timelineOf(name === 'sleeps' ? [sleeping] : [inject(seg('S'))], { name }),
    });
    // Both processes are there, and one of them has a thread.
    await pool.runAll([run('slow'), run('sleeps')], () => undefined);
    for (const name of ['a', 'sleeps', 'b', 'sleeps', 'sleeps', 'c']) {
      await pool.runAll([run(name)], () => undefined);
    }
    const log = readFileSync(join(logFolder, 'log'), 'utf8').trim().split('\n');
    const pidsOf = (isWanted: (line: string) => boolean): ReadonlySet<string | undefined> =>
      new Set(log.filter(isWanted).map((line) => line.split(' ')[0]));
    expect(pidsOf((line) => line.endsWith('sleeps')).size).toBe(1);
    expect(pidsOf((line) => !line.endsWith('sleeps')).size).toBe(1);
  });

  it('of no runs has no results', async () => {
    expect((await runAll([])).results).toEqual([]);
  });
});

describe('a late harness', () => {
  it('is tried again, and told', async () => {
    const { results, events } = await runAll(['late once']);
    expect(results).toMatchObject([{ attempts: 2, verdict: { status: 'passed' } }]);
    expect(events).toMatchObject([
      { kind: 'run-started', attempt: 1 },
      { kind: 'run-started', attempt: 2 },
      { kind: 'run-finished' },
    ]);
  });

  it('is not tried for ever', async () => {
    expect((await runAll(['always late'], { retries: 2 })).results).toMatchObject([
      { attempts: 3, verdict: { status: 'inconclusive' } },
    ]);
    expect((await runAll(['always late'], { retries: 0 })).results).toMatchObject([{ attempts: 1 }]);
  });
});

describe('a failure that may be chance', () => {
  /** A call that must return 20 ms after its start, give or take 4 ms. */
  const runsOfReturns = (...names: readonly string[]): readonly PlannedRun[] =>
    names.map((name, index) => ({
      index,
      timeline: timelineOf([calls(callOf('listen', [], 0), { returns: after(20 * MS) })], { name }),
    }));

  async function runReturns(names: readonly string[], options: Options): Promise<readonly RunResult[]> {
    const { pool } = poolOf(options);
    return pool.runAll(runsOfReturns(...names), () => undefined);
  }

  it('stands when it has come every time, and is none when it has not', async () => {
    expect(await runReturns(['a tick late once', 'always a tick late'], { jobs: 2, retries: 2 })).toMatchObject([
      { attempts: 2, verdict: { status: 'passed' } },
      { attempts: 3, verdict: { status: 'failed', doubt: expect.stringContaining('one tick (4ms)') as string } },
    ]);
  });

  it('stands at once when nothing is to be tried again', async () => {
    expect(await runReturns(['a tick late once'], { retries: 0 })).toMatchObject([
      { attempts: 1, verdict: { status: 'failed' } },
    ]);
  });

  it('is no chance when it is further off than a tick', async () => {
    expect(await runReturns(['always later'], { retries: 2 })).toMatchObject([
      { attempts: 1, verdict: { status: 'failed' } },
    ]);
  });
});

describe('an executor that', () => {
  it('dies errors its run, says what it said, and the others still run', async () => {
    const { results } = await runAll(['a', 'dies', 'b']);
    expect(statuses(results)).toEqual(['a: passed', 'dies: errored', 'b: passed']);
    expect(results[1]?.verdict).toMatchObject({
      trouble: {
        code: 'executor-died',
        message: expect.stringMatching(/exit status 3.*the stub fell over/s) as string,
      },
      notReached: 1,
    });
    expect(results[1]?.trace).toBeUndefined();
  });

  it('is killed errors its run', async () => {
    const { results } = await runAll(['is killed', 'b']);
    expect(statuses(results)).toEqual(['is killed: errored', 'b: passed']);
    expect(results[0]?.verdict.trouble?.message).toContain('SIGKILL');
  });

  it('hangs is killed when the run cannot be going on any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { pool, logFolder } = poolOf();
    const planned = runsOf('hangs', 'b');
    const done = pool.runAll(planned, () => undefined);
    // The stub must have the run before time is moved.
    for (let tries = 0; tries < 1_000 && !existsSync(join(logFolder, 'hangs')); tries++)
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const [hanging] = planned;
    const limitMs = hanging === undefined ? 0 : longestDurationNs(hanging.timeline) / MS;
    await vi.advanceTimersByTimeAsync(limitMs - 1);
    const early = await Promise.race([
      done.then(() => 'ended'),
      new Promise((resolve) => setImmediate(() => resolve('waits'))),
    ]);
    expect(early).toBe('waits');
    await vi.advanceTimersByTimeAsync(2);
    const results = await done;
    expect(statuses(results)).toEqual(['hangs: errored', 'b: passed']);
    expect(results[0]?.verdict.trouble?.message).toContain('had not ended');
  });

  it('has a run of months to do is given them, though timers have no such numbers', async () => {
    const { pool } = poolOf();
    const timeline = timelineOf([wait(after(60 * 86_400 * S))], { name: 'slow' });
    const [result] = await pool.runAll([{ index: 0, timeline }], () => undefined);
    // The stub has not done what the timeline says, but it was there to say so.
    expect(result?.verdict).toMatchObject({ status: 'failed' });
    expect(result?.verdict.trouble).toBeUndefined();
  });

  it('meets a defect ends the suite with its stack', async () => {
    const { pool } = poolOf();
    const crashed = pool.runAll(runsOf('crashes', 'b'), () => undefined);
    await expect(crashed).rejects.toThrow(ExecutorCrash);
    await expect(crashed).rejects.toThrow('a defect');
  });

  // It went on with executors that nobody ended: the command never came back.
  it('meets a defect ends the runs beside it too, and begins no others', async () => {
    const { pool } = poolOf({ jobs: 2 });
    const told: string[] = [];
    const tell: SuiteListener = (event) => {
      if (event.kind !== 'suite-started' && event.kind !== 'suite-finished') told.push(event.kind);
    };
    const crashed = pool.runAll(runsOf('crashes', 'slow', 'c', 'd', 'e'), tell);
    await expect(crashed).rejects.toThrow('a defect');
    await sleep(600);
    expect(told).toEqual(['run-started', 'run-started']);
  });

  it.each(['unfit', 'unfit and gone'])('finds this machine %s errors every run, with the way out', async (mode) => {
    const { results } = await runAll(['a', 'b'], { mode });
    expect(results).toMatchObject([
      { verdict: { status: 'errored', trouble: { code: 'no-tun', hint: 'modprobe tun' } } },
      { verdict: { status: 'errored', trouble: { code: 'no-tun' } } },
    ]);
  });

  it('has said that it is unfit and gone before anybody listened is believed', async () => {
    const { pool } = poolOf({ mode: 'unfit and gone' });
    pool.warmUp(1);
    // Reading and compiling a thousand specs keeps the main process busy while the executor starts and ends.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    const results = await pool.runAll(runsOf('a'), () => undefined);
    expect(results).toMatchObject([
      { verdict: { status: 'errored', trouble: { code: 'no-tun', hint: 'modprobe tun' } } },
    ]);
  });

  it('cannot even be started errors every run', async () => {
    const { results } = await runAll(['a', 'b'], { command: ['/nonexistent/executor'] });
    expect(statuses(results)).toEqual(['a: errored', 'b: errored']);
    expect(results[0]?.verdict.trouble).toMatchObject({
      code: 'executor-died',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});

describe('the summary', () => {
  it('counts every end, and rejected files', async () => {
    const { results } = await runAll(['a', 'dies', 'always late'], { retries: 0 });
    expect(summarize(results, 3, 1234.6)).toEqual({
      passed: 1,
      failed: 0,
      skipped: 0,
      errored: 1,
      inconclusive: 1,
      rejected: 3,
      durationMs: 1235,
    });
    expect(summarize([], 0, 0)).toMatchObject({ passed: 0, failed: 0 });
  });

  it('a failure is one', async () => {
    const { pool } = poolOf();
    const timeline = timelineOf([silence(S)], { name: 'never silent' });
    const results = await pool.runAll([{ index: 0, timeline }], () => undefined);
    expect(summarize(results, 0, 1)).toMatchObject({ failed: 1, passed: 0 });
  });
});

describe('the executors of a kernel', () => {
  /** One that gives no trace, and notes when it is let go. */
  function executorOf(kernel: string | undefined, log: string[]): Executor {
    return {
      usable: true,
      alive: true,
      sleepers: 0,
      run: async ({ name }) => {
        log.push(`${String(kernel)} runs ${name}`);
        return { kind: 'trouble', trouble: { code: 'vm-died', message: 'it is none' } };
      },
      kill: () => log.push(`${String(kernel)} killed`),
      release: () => log.push(`${String(kernel)} released`),
    };
  }

  it('are released with the last run of that kernel, and those of this machine with the suite', async () => {
    const log: string[] = [];
    const start = (kernel: string | undefined) => executorOf(kernel, log);
    const pool = new ExecutorPool({ jobs: 1, retries: 0, start, order: (runs) => runs });
    const kernels = ['old', 'new', 'old', undefined, 'new'];
    const runs = kernels.map((kernel, index) => ({
      index,
      timeline: timelineOf([inject(seg('S'))], { name: String(index) }),
      ...(kernel === undefined ? {} : { kernel }),
    }));
    await pool.runAll(runs, () => {});
    pool.release();
    expect(log).toEqual([
      ...['old runs 0', 'new runs 1', 'old runs 2', 'old released', 'undefined runs 3', 'new runs 4', 'new released'],
      'undefined released',
    ]);
  });
});
