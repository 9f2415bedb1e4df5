/**
 * The thread that runs campaigns in turns. It tells the main thread what it is at, in memory that both share: an input
 * that takes the thread down with it, or never ends, is still known then.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Campaign, type Failure } from './campaign';
import { shrink } from './shrink';
import { TARGETS } from './targets';
import type { Target } from './target';

/** An input that takes longer is a finding. Processor time, since the machine may have other things to do. */
const SLOW_MS = 2_000;
const SHRINK_MS = 10_000;
/** How long it is the turn of one target. */
const TURN_MS = 1_000;
const REPORT_EVERY_MS = 1_000;

export interface Order {
  readonly targets: readonly string[];
  readonly seed: number;
  readonly endsAtMs: number;
  /** The most cases of each target. */
  readonly cases: number;
  readonly blackboard: SharedArrayBuffer;
}

export interface Finding {
  readonly kind: 'finding';
  readonly target: string;
  readonly case: number;
  readonly failure: Failure;
  readonly input: Uint8Array;
}

export interface Progress {
  readonly kind: 'progress' | 'end';
  readonly cases: Readonly<Record<string, number>>;
  readonly results: Readonly<Record<string, number>>;
}

/** What the thread is at: the number of the target and of the case, and the input with its length. */
export const BLACKBOARD = { target: 0, case: 1, length: 2, header: 16, size: 16 + 1024 * 1024 } as const;

class Worker {
  readonly #order: Order;
  readonly #campaigns: readonly Campaign[];
  readonly #known = new Set<string>();
  readonly #head: Int32Array;
  readonly #body: Uint8Array;
  #reportedMs = 0;

  constructor(order: Order) {
    this.#order = order;
    const targets = TARGETS.filter(({ name }) => order.targets.includes(name));
    this.#campaigns = targets.map((target) => new Campaign(target, order.seed));
    this.#head = new Int32Array(order.blackboard, 0, 3);
    this.#body = new Uint8Array(order.blackboard, BLACKBOARD.header);
  }

  run(): void {
    const isOpen = (campaign: Campaign): boolean => campaign.cases < this.#order.cases;
    while (Date.now() < this.#order.endsAtMs && this.#campaigns.some(isOpen)) {
      for (const campaign of this.#campaigns.filter(isOpen)) this.#turn(campaign);
    }
    this.#tell('end');
  }

  #turn(campaign: Campaign): void {
    const endsAtMs = Math.min(Date.now() + TURN_MS, this.#order.endsAtMs);
    while (campaign.cases < this.#order.cases && Date.now() < endsAtMs) {
      const number = campaign.cases;
      const input = campaign.next();
      this.#note(campaign.target, number, input);
      const startMs = performance.now();
      const failure = campaign.run(input);
      const isSlow = performance.now() - startMs > SLOW_MS && isSlowAgain(campaign.target, input);
      const found = failure ?? (isSlow ? { key: 'slow', stack: `takes more than ${SLOW_MS} ms` } : undefined);
      if (found !== undefined) this.#report(campaign.target, number, found, input);
    }
    if (Date.now() - this.#reportedMs > REPORT_EVERY_MS) this.#tell('progress');
  }

  #note({ name }: Target, number: number, input: Uint8Array): void {
    this.#head[BLACKBOARD.target] = TARGETS.findIndex((target) => target.name === name);
    this.#head[BLACKBOARD.case] = number;
    this.#head[BLACKBOARD.length] = input.length;
    this.#body.set(input.subarray(0, this.#body.length));
  }

  /** Each defect once. */
  #report(target: Target, number: number, failure: Failure, input: Uint8Array): void {
    if (this.#known.has(`${target.name} ${failure.key}`)) return;
    this.#known.add(`${target.name} ${failure.key}`);
    const endMs = performance.now() + SHRINK_MS;
    const isSame = (shorter: Uint8Array): boolean => new Campaign(target, 0).run(shorter)?.key === failure.key;
    const small = failure.key === 'slow' ? input : shrink(input, isSame, () => performance.now() < endMs);
    parentPort?.postMessage({
      kind: 'finding',
      target: target.name,
      case: number,
      failure,
      input: small,
    } satisfies Finding);
  }

  #tell(kind: Progress['kind']): void {
    this.#reportedMs = Date.now();
    const by = (value: (campaign: Campaign) => number): Record<string, number> =>
      Object.fromEntries(this.#campaigns.map((campaign) => [campaign.target.name, value(campaign)]));
    const cases = by((campaign) => campaign.cases);
    parentPort?.postMessage({ kind, cases, results: by((campaign) => campaign.results) } satisfies Progress);
  }
}

/** Whether the processor is busy with it for so long, also at the second attempt. */
function isSlowAgain(target: Target, input: Uint8Array): boolean {
  const before = process.cpuUsage();
  new Campaign(target, 0).run(input);
  return process.cpuUsage(before).user / 1000 > SLOW_MS;
}

/** Runs what the main thread has ordered. */
export function work(): void {
  new Worker(workerData as Order).run();
}
