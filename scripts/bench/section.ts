/** One measurement of the page: what it is, its tables, and what the machine was busy with meanwhile. */
import type { Table } from './table';

export interface Section {
  readonly title: string;
  /** Paragraphs: what is measured, and how to read it. */
  readonly about: readonly string[];
  readonly tables: readonly Table[];
  /** Paragraphs below the tables. */
  readonly notes: readonly string[];
}

/** What every measurement may use. */
export interface Bench {
  /** Says what happens, on the terminal. */
  readonly say: (message: string) => void;
  /** A folder that vanishes at the end. */
  readonly folder: string;
  /** Less of what takes minutes, at the cost of figures that say less. */
  readonly quick: boolean;
  /** The compiled floor; absent without a C compiler. */
  readonly floor: Floor | undefined;
}

/** The program of `floor.c`. */
export interface Floor {
  /** Runs one of its measurements: two numbers for each event, in nanoseconds. */
  readonly measure: (what: 'lateness' | 'roundtrip' | 'setup' | 'flood', argument: string) => Promise<FloorResult>;
}

export interface FloorResult {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** Runs both sides so often, the second one first in every other repeat. Without a second side, only the first. */
export async function alternate<A, B>(
  repeats: number,
  product: (repeat: number) => Promise<A>,
  peer: ((repeat: number) => Promise<B>) | undefined,
): Promise<{ readonly product: readonly A[]; readonly peer: readonly B[] | undefined }> {
  const results: A[] = [];
  const peers: B[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    if (repeat % 2 === 1 && peer !== undefined) peers.push(await peer(repeat));
    results.push(await product(repeat));
    if (repeat % 2 === 0 && peer !== undefined) peers.push(await peer(repeat));
  }
  return { product: results, peer: peer === undefined ? undefined : peers };
}
