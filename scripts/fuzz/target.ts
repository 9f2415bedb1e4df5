/**
 * The contract of a target: something that takes any input whatever, and what must hold of it then.
 *
 * Inputs are bytes, as they would stand in a file or arrive from the network. Deliberately absent: the loop that
 * chooses inputs (`campaign.ts`), and the process around it (`fuzz.ts`).
 */
import type { Random } from './random';

export interface Target {
  readonly name: string;
  /** How a file with such an input is called. */
  readonly extension: string;
  /** Inputs to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  /** A new input, made from nothing or from what is in the pool. */
  readonly make: (random: Random, pool: readonly Uint8Array[]) => Uint8Array;
  /**
   * Runs the input through everything that must hold.
   *
   * @returns in a few words what came of it; an input with a result that was not seen before is kept in the pool
   * @throws Broken, or whatever the code under test throws
   */
  readonly check: (input: Uint8Array) => string;
}

/** Something that must hold did not. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** @param message what should have been, in words that do not change with the input */
export function hold(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Broken(message);
}

/** The text of an input. Bytes that are no text are replaced, as they are when a file is read. */
export function textOf(input: Uint8Array): string {
  return Buffer.from(input).toString('utf8');
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
