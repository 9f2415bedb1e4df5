/**
 * Python's values as far as code blocks have them, how Python names their types, and how it writes them.
 *
 * `int` is a bigint and `float` a number, so the two never mix by accident. Values are bounded: what would grow past
 * a limit is an error with a clear text, so that no block can keep the judge busy.
 */
import { PythonError } from './error';
import { floatText } from './float-text';

export type PythonValue = bigint | number | string | boolean | null | Sequence;

/** Python writes no longer number in decimal (4300 digits). */
const BITS_MAX = 14_000;
const TEXT_MAX = 100_000;
const WEIGHT_MAX = 100_000;
const DEPTH_MAX = 50;

/** A tuple, or a list that nothing changes. */
export class Sequence {
  readonly kind: 'tuple' | 'list';
  readonly items: readonly PythonValue[];
  /** How much there is to write. */
  readonly weight: number;
  readonly depth: number;

  /** @throws PythonError when it is too large */
  constructor(kind: 'tuple' | 'list', items: readonly PythonValue[]) {
    this.kind = kind;
    this.items = items;
    this.weight = items.reduce<number>((sum, item) => sum + weightOf(item), 1);
    this.depth = 1 + items.reduce<number>((most, item) => Math.max(most, item instanceof Sequence ? item.depth : 0), 0);
    if (this.weight > WEIGHT_MAX || this.depth > DEPTH_MAX) throw tooLarge(`a ${kind} of this size`);
  }
}

function weightOf(value: PythonValue): number {
  if (value instanceof Sequence) return value.weight;
  return typeof value === 'string' ? 1 + value.length : typeof value === 'bigint' ? 1 + bitLength(value) / 4 : 1;
}

/** The value itself. @throws PythonError when it is too large */
export function boundedInteger(value: bigint): bigint {
  if (bitLength(value) > BITS_MAX) throw tooLarge(`a whole number of more than ${BITS_MAX} bits`);
  return value;
}

/** The text itself. @throws PythonError when it is too long */
export function boundedText(text: string): string {
  if (text.length > TEXT_MAX) throw tooLarge(`a text of more than ${TEXT_MAX} characters`);
  return text;
}

/** Refuses what would take too long to work out, before it is worked out. */
export function refuseBits(bits: number): void {
  if (bits > BITS_MAX) throw tooLarge(`a whole number of more than ${BITS_MAX} bits`);
}

/** Refuses a text or sequence of so many parts before it is made. */
export function refuseLength(length: number): void {
  if (length > TEXT_MAX) throw tooLarge(`a value of more than ${TEXT_MAX} parts`);
}

/** The value of a block grows past what packetspec works with. */
export function tooLarge(what: string): PythonError {
  return new PythonError('LimitError', `packetspec works with nothing as large as ${what}`);
}

/** Bits of the absolute value. */
export function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return hex === '0' ? 0 : (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)));
}

/** As `type(value).__name__`. */
export function typeName(value: PythonValue): string {
  if (value === null) return 'NoneType';
  if (value instanceof Sequence) return value.kind;
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return typeof value === 'boolean' ? 'bool' : 'str';
}

/** As `bool(value)`. */
export function isTrue(value: PythonValue): boolean {
  if (value instanceof Sequence) return value.items.length > 0;
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** The whole number that an int or a bool is; `undefined` for everything else. */
export function asInteger(value: PythonValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? BigInt(value) : undefined;
}

/** The number that an int, a float or a bool is; `undefined` for everything else. */
export function asNumber(value: PythonValue): bigint | number | undefined {
  return typeof value === 'number' ? value : asInteger(value);
}

/** As `str(value)`. */
export function strOf(value: PythonValue): string {
  return typeof value === 'string' ? value : reprOf(value);
}

/** As `repr(value)`. */
export function reprOf(value: PythonValue): string {
  if (value === null) return 'None';
  if (value instanceof Sequence) return sequenceText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return quoted(value);
}

function sequenceText({ kind, items }: Sequence): string {
  const inside = items.map(reprOf).join(', ');
  if (kind === 'list') return `[${inside}]`;
  return items.length === 1 ? `(${inside},)` : `(${inside})`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\'"\0-\x1f\x7f]/g, (character) => {
    if (character === '"' || character === "'") return character === quote ? `\\${character}` : character;
    return NAMED[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `${quote}${inside}${quote}`;
}
