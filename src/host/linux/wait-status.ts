/** How a child ended, as wait(2) tells it and Node names it. */
import { constants } from 'node:os';

export type ChildEnd =
  | { readonly status: number; readonly signal: null }
  | { readonly status: null; readonly signal: NodeJS.Signals };

const SIGNAL_MASK = 0x7f;
const STATUS_SHIFT = 8;
const STATUS_MASK = 0xff;

/** @param word of a child that has ended. Of two names for a signal, the one that stands first. */
export function endOf(word: number): ChildEnd {
  const number = word & SIGNAL_MASK;
  if (number === 0) return { status: (word >> STATUS_SHIFT) & STATUS_MASK, signal: null };
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return { status: null, signal: (found?.[0] ?? `signal ${number}`) as NodeJS.Signals };
}
