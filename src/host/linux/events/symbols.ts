/**
 * Which kernel function an address lies in. /proc/kallsyms is kept as it is read, ten megabytes of lines in the order of
 * their addresses: to search it takes microseconds, to take it apart a tenth of a second. Modules stand behind the kernel
 * itself, in no order.
 */
import { readFileSync } from 'node:fs';

/** An address has sixteen digits, the first four of which are `ffff` in the kernel. */
const DIGITS = 16;
const SAME_DIGITS = 4;
const NEWLINE = 10;
const TAB = 9;

export class KernelSymbols {
  readonly #text: Buffer;
  /** Where the symbols of modules begin. */
  readonly #modulesAt: number;
  readonly #known = new Map<number, string | undefined>();

  constructor(text: Buffer = readSymbols()) {
    this.#text = text;
    this.#modulesAt = modulesStart(text);
  }

  /**
   * @param address without its first sixteen bits, so that a number holds it
   * @returns undefined where the kernel hides its addresses
   */
  functionAt(address: number): string | undefined {
    if (!this.#known.has(address)) this.#known.set(address, this.#find(address));
    return this.#known.get(address);
  }

  #find(address: number): string | undefined {
    const line = this.#inKernel(address);
    const best = this.#inModules(address, this.#addressAt(line));
    const name = this.#nameAt(best ?? line);
    // What the compiler has split off or specialised bears the name of its function, and a suffix.
    return name === undefined || this.#addressAt(best ?? line) === 0 ? undefined : name.split('.')[0];
  }

  /** The last line whose address is not behind this one. */
  #inKernel(address: number): number {
    let low = 0;
    let high = this.#modulesAt;
    while (low < high) {
      const middle = this.#lineAround(Math.floor((low + high) / 2));
      if (this.#addressAt(middle) > address) high = middle;
      else {
        const next = this.#nextLine(middle);
        if (next >= this.#modulesAt || this.#addressAt(next) > address) return middle;
        low = next;
      }
    }
    return low;
  }

  #inModules(address: number, above: number): number | undefined {
    let best: number | undefined;
    let bestAddress = above;
    for (let at = this.#modulesAt; at < this.#text.length; at = this.#nextLine(at)) {
      const candidate = this.#addressAt(at);
      if (candidate > address || candidate <= bestAddress) continue;
      best = at;
      bestAddress = candidate;
    }
    return best;
  }

  #addressAt(line: number): number {
    return Number.parseInt(this.#text.toString('latin1', line + SAME_DIGITS, line + DIGITS), 16) || 0;
  }

  #nameAt(line: number): string | undefined {
    const end = this.#text.indexOf(NEWLINE, line);
    const text = this.#text.toString('latin1', line + DIGITS + 3, end === -1 ? this.#text.length : end);
    return text === '' ? undefined : text.split('\t')[0];
  }

  #lineAround(at: number): number {
    return at === 0 ? 0 : this.#text.lastIndexOf(NEWLINE, at - 1) + 1;
  }

  #nextLine(at: number): number {
    const end = this.#text.indexOf(NEWLINE, at);
    return end === -1 ? this.#text.length : end + 1;
  }
}

/** Only modules have a tab in their lines. */
function modulesStart(text: Buffer): number {
  const tab = text.indexOf(TAB);
  return tab === -1 ? text.length : text.lastIndexOf(NEWLINE, tab) + 1;
}

function readSymbols(): Buffer {
  try {
    return readFileSync('/proc/kallsyms');
  } catch {
    return Buffer.alloc(0);
  }
}
