/** Random numbers that come again: the same seed and case give the same input on every machine. */

export class Random {
  #state: number;

  /** @param parts whatever tells one stream of numbers from another: a seed, a name, the number of a case */
  constructor(...parts: readonly (string | number)[]) {
    this.#state = hashOf(parts.join(' '));
  }

  /** A whole number from 0, below the bound. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound);
  }

  /** A whole number, both bounds inclusive. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** @throws when there is nothing to pick from */
  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  /** So many random bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** mulberry32: good enough to choose mistakes. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 0;
}
