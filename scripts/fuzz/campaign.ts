/**
 * A campaign: one target, one seed, input after input. Everything follows from the seed, so that a finding comes again
 * at the same case; the clock has no say in it.
 */
import { Random } from './random';
import { bytesOf, Broken, type Target } from './target';

/** Inputs that the pool holds beside the seeds. */
const POOL_MAX = 400;
/** What is kept is not longer than this, or the pool would grow slow. */
const KEPT_BYTES = 32 * 1024;

export interface Failure {
  /** What is the same for all inputs with this defect. */
  readonly key: string;
  readonly stack: string;
}

export class Campaign {
  readonly target: Target;
  readonly #seed: number;
  readonly #seeds: readonly Uint8Array[];
  readonly #kept: Uint8Array[] = [];
  #keptCount = 0;
  readonly #results = new Set<string>();
  #case = 0;

  constructor(target: Target, seed: number) {
    this.target = target;
    this.#seed = seed;
    const seeds = target.seeds();
    this.#seeds = seeds.length > 0 ? seeds : [bytesOf('')];
  }

  /** How many inputs there have been. */
  get cases(): number {
    return this.#case;
  }

  /** How many different results there have been. */
  get results(): number {
    return this.#results.size;
  }

  /** The next input: the seeds as they are, then what is made of them. */
  next(): Uint8Array {
    const number = this.#case++;
    const random = new Random(this.#seed, this.target.name, number);
    return this.#seeds[number] ?? this.target.make(random, [...this.#seeds, ...this.#kept]);
  }

  /** Runs an input. What comes of it for the first time is kept to be changed further. */
  run(input: Uint8Array): Failure | undefined {
    try {
      const result = this.target.check(input);
      if (!this.#results.has(result)) this.#keep(input, result);
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }

  #keep(input: Uint8Array, result: string): void {
    this.#results.add(result);
    if (input.length > KEPT_BYTES) return;
    // The oldest place is taken again: new kinds of results come seldom after a while.
    this.#kept[this.#keptCount++ % POOL_MAX] = input;
  }
}

/** What failed, and where: numbers and quotations differ from input to input. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { key: `threw ${typeof error}`, stack: String(error) };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.includes('/src/'));
  // Where a stack overflows is a matter of chance.
  const isOverflow = error instanceof RangeError && error.message.startsWith('Maximum call stack');
  const place = error instanceof Broken || isOverflow ? '' : (/([^/(]+:\d+):\d+/.exec(frames[0] ?? '')?.[1] ?? '');
  const message = error.message.replace(/`[^`]*`|"[^"]*"|\d+/g, '*').slice(0, 200);
  return { key: `${error.name}: ${message} ${place}`.trim(), stack: (error.stack ?? error.message).slice(0, 4000) };
}
