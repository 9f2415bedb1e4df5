/**
 * What a number must be: `3`, `>=3`, `<5`, `1..3`, `3..`, `..5`.
 *
 * YAML reads a plain `>=3` as the head of a block scalar, so it needs quotes; `3..` says the same without.
 */
import type { ValuePattern } from '../model';
import { readInteger } from './scanner';

const NUMBER = String.raw`-?(?:0[xX][0-9a-fA-F]+|\d+)`;
const EXACT = new RegExp(`^=?=?\\s*(${NUMBER})$`);
const BOUND = new RegExp(`^(>=|<=|>|<)\\s*(${NUMBER})$`);
const RANGE = new RegExp(`^(${NUMBER})?\\s*\\.\\.\\s*(${NUMBER})?$`);

/** Reads the notation; `undefined` when the text is none, or what it says can never hold. */
export function parseNumberPattern(text: string): ValuePattern | undefined {
  const trimmed = text.trim();
  const pattern = exact(trimmed) ?? bound(trimmed) ?? range(trimmed);
  if (pattern === undefined) return undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = pattern;
  return min <= max ? { kind: 'range', ...pattern } : undefined;
}

interface Bounds {
  min?: number;
  max?: number;
}

function exact(text: string): Bounds | undefined {
  const number = EXACT.exec(text)?.[1];
  if (number === undefined) return undefined;
  const value = readInteger(number);
  return { min: value, max: value };
}

function bound(text: string): Bounds | undefined {
  const match = BOUND.exec(text);
  const value = readInteger(match?.[2] ?? '');
  switch (match?.[1]) {
    case '>=':
      return { min: value };
    case '>':
      return { min: value + 1 };
    case '<=':
      return { max: value };
    case '<':
      return { max: value - 1 };
    default:
      return undefined;
  }
}

function range(text: string): Bounds | undefined {
  const match = RANGE.exec(text);
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined;
  return {
    ...(match[1] === undefined ? {} : { min: readInteger(match[1]) }),
    ...(match[2] === undefined ? {} : { max: readInteger(match[2]) }),
  };
}
