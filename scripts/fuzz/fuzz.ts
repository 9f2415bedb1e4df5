/**
 * `npm run fuzz -- [--minutes N] [--cases N] [--seed S] [--target pkt,yaml,python,wire] [--out FOLDER]`: throws inputs of
 * all kinds at what reads inputs of any kind, and checks what must hold then. Ends with status 1 when something did not.
 *
 * The same seed gives the same cases: a finding is found again with its seed, its target, and `--cases` one above its
 * number. Each finding is written into the folder; mended, it belongs into test/fixtures/fuzz/TARGET.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import { TARGETS } from './targets';
import { BLACKBOARD, type Finding, type Order, type Progress, work } from './worker';

/** An input that takes so long never ends. */
const HANGS_MS = 90_000;
const LOOK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 60_000;
/** What a thread may take: far more than any input of a megabyte is worth. And the stack of an ordinary main thread. */
const LIMITS = { maxOldGenerationSizeMb: 1_024, stackSizeMb: 1 };
/** A thread that dies again and again has told all that it has to tell. */
const MOST_THREADS = 20;

interface Settings {
  readonly minutes: number;
  readonly cases: number;
  readonly seed: number;
  readonly targets: readonly string[];
  readonly folder: string;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      cases: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      target: { type: 'string', default: TARGETS.map(({ name }) => name).join() },
      out: { type: 'string' },
    },
  });
  const [minutes, cases, seed] = [values.minutes, values.cases, values.seed].map(Number);
  const targets = values.target.split(',');
  const unknown = targets.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined)
    throw new Error(`no target ${unknown}; there are ${TARGETS.map(({ name }) => name).join()}`);
  if (!(minutes !== undefined && minutes > 0) || !(cases !== undefined && cases > 0) || !Number.isInteger(seed))
    throw new Error('--minutes and --cases are numbers above 0, --seed is a whole number');
  return {
    minutes,
    cases,
    seed: seed ?? 0,
    targets,
    folder: values.out ?? join(tmpdir(), `packetspec-fuzz-${seed ?? 0}`),
  };
}

class Supervisor {
  readonly #settings: Settings;
  readonly #blackboard = new SharedArrayBuffer(BLACKBOARD.size);
  /** What was said of each defect, by what tells it from others. */
  readonly #findings = new Map<string, string>();
  readonly #totals = new Map<string, number>();
  #progress: Progress = { kind: 'progress', cases: {}, results: {} };

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @returns how many defects there were */
  async run(): Promise<number> {
    const { minutes, seed, targets, cases } = this.#settings;
    const endsAtMs = Date.now() + minutes * 60_000;
    say(`seed ${seed}, targets ${targets.join()}, ${minutes} minute(s)`);
    for (let thread = 0; thread < MOST_THREADS; thread++) {
      // Behind a death, the next thread has numbers of its own, or it would die of the same input.
      const order: Order = { targets, seed: seed + thread, endsAtMs, cases, blackboard: this.#blackboard };
      const hasEnded = await this.#follow(order);
      this.#addTotals();
      if (hasEnded || Date.now() >= endsAtMs) break;
    }
    for (const [name, count] of this.#totals) say(`${name}: ${count} cases`);
    say(`${this.#findings.size} finding(s)`);
    for (const finding of this.#findings.values()) say(finding);
    return this.#findings.size;
  }

  /** Runs one thread. @returns whether it came to its end */
  #follow(order: Order): Promise<boolean> {
    const start = `require('ts-node/register'); require(${JSON.stringify(__filename)});`;
    const worker = new Worker(start, { eval: true, workerData: order, resourceLimits: LIMITS });
    let hasEnded = false;
    let saidMs = Date.now();
    const watch = this.#watchFor(() => {
      this.#record(order.seed, this.#current(`takes more than ${HANGS_MS} ms`, 'hangs'));
      void worker.terminate();
    });
    worker.on('message', (message: Finding | Progress) => {
      if (message.kind === 'finding') return this.#record(order.seed, message);
      this.#progress = message;
      hasEnded = message.kind === 'end';
      if (Date.now() - saidMs < SAY_EVERY_MS) return;
      saidMs = Date.now();
      say(this.#state());
    });
    worker.on('error', (error) =>
      this.#record(order.seed, this.#current(error.stack ?? error.message, `died: ${error.message}`)),
    );
    return new Promise((resolve) => {
      worker.on('exit', () => {
        clearInterval(watch);
        resolve(hasEnded);
      });
    });
  }

  /** Calls back when one case lasts too long. */
  #watchFor(onHang: () => void): NodeJS.Timeout {
    const head = new Int32Array(this.#blackboard, 0, 3);
    let [target, number, sinceMs] = [-1, -1, Date.now()];
    return setInterval(() => {
      const [nowTarget = 0, nowNumber = 0] = [head[BLACKBOARD.target], head[BLACKBOARD.case]];
      if (nowTarget !== target || nowNumber !== number) [target, number, sinceMs] = [nowTarget, nowNumber, Date.now()];
      else if (Date.now() - sinceMs > HANGS_MS) onHang();
    }, LOOK_EVERY_MS);
  }

  /** What the thread is at, as a finding. */
  #current(stack: string, key: string): Finding {
    const [target = 0, number = 0, length = 0] = new Int32Array(this.#blackboard, 0, 3);
    const input = Uint8Array.from(new Uint8Array(this.#blackboard, BLACKBOARD.header).subarray(0, length));
    return { kind: 'finding', target: TARGETS[target]?.name ?? '', case: number, failure: { key, stack }, input };
  }

  #record(seed: number, { target, case: number, failure, input }: Finding): void {
    const { folder } = this.#settings;
    const id = `${target}: ${failure.key}`;
    if (this.#findings.has(id)) return;
    const extension = TARGETS.find(({ name }) => name === target)?.extension ?? 'bin';
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${target}-${seed}-${number}.${extension}`);
    writeFileSync(file, input);
    writeFileSync(`${file}.txt`, `${failure.key}\n\n${failure.stack}\n`);
    const found = `${id} (seed ${seed}, case ${number}): ${file}`;
    this.#findings.set(id, found);
    say(`FOUND ${found}`);
  }

  #addTotals(): void {
    for (const [name, count] of Object.entries(this.#progress.cases))
      this.#totals.set(name, (this.#totals.get(name) ?? 0) + count);
    this.#progress = { kind: 'progress', cases: {}, results: {} };
  }

  #state(): string {
    const { cases, results } = this.#progress;
    const parts = Object.entries(cases).map(([name, count]) => `${name} ${count} (${results[name] ?? 0} kinds)`);
    return `${parts.join(', ')}; ${this.#findings.size} finding(s)`;
  }
}

const startedMs = Date.now();

function say(text: string): void {
  console.log(`${((Date.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

if (isMainThread) {
  void new Supervisor(readSettings()).run().then((findings) => {
    process.exitCode = findings === 0 ? 0 : 1;
  });
} else work();
