/** The functions of Python that a block may call. How many arguments each takes, the parser has seen to. */
import { floatOf } from './arithmetic';
import { typeError, valueError } from './error';
import { divideToEven, roundedFloat } from './float-text';
import { truncated } from './format';
import { compare } from './operators';
import {
  asInteger,
  asNumber,
  boundedInteger,
  isTrue,
  type PythonValue,
  reprOf,
  Sequence,
  strOf,
  typeName,
} from './values';

/** @throws PythonError */
export function callBuiltin(name: string, args: readonly PythonValue[]): PythonValue {
  const [first = null, second] = args;
  switch (name) {
    case 'abs':
      return absolute(first);
    case 'bool':
      return isTrue(first);
    case 'float':
      return toFloat(first);
    case 'hex':
      return toHexText(first);
    case 'int':
      return toInteger(first);
    case 'len':
      return BigInt(lengthOf(first));
    case 'max':
      return extreme('max', args);
    case 'min':
      return extreme('min', args);
    case 'repr':
      return reprOf(first);
    case 'round':
      return rounded(first, second ?? null);
    default:
      return strOf(first);
  }
}

function absolute(value: PythonValue): PythonValue {
  const number = asNumber(value);
  if (number === undefined) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
  return typeof number === 'number' ? Math.abs(number) : number < 0n ? -number : number;
}

function toFloat(value: PythonValue): number {
  const number = asNumber(value);
  if (number !== undefined) return floatOf(number);
  if (typeof value !== 'string')
    throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
  const text = value.trim().toLowerCase();
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/.exec(text);
  if (special !== null) return special[2] === undefined ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  const isNumber = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?$/.test(text);
  if (!isNumber) throw valueError(`could not convert string to float: ${reprOf(value)}`);
  return Number(text.replaceAll('_', ''));
}

function toInteger(value: PythonValue): bigint {
  const integer = asInteger(value);
  if (integer !== undefined) return integer;
  if (typeof value === 'number') return truncated(value);
  if (typeof value !== 'string')
    throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`);
  const [, sign, digits] = /^\s*([+-]?)(\d(?:_?\d)*)\s*$/.exec(value) ?? [];
  if (digits === undefined) throw valueError(`invalid literal for int() with base 10: ${reprOf(value)}`);
  const size = boundedInteger(BigInt(digits.replaceAll('_', '').slice(0, 5_000)));
  return sign === '-' ? -size : size;
}

function toHexText(value: PythonValue): string {
  const integer = asInteger(value);
  if (integer === undefined) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return integer < 0n ? `-0x${(-integer).toString(16)}` : `0x${integer.toString(16)}`;
}

function lengthOf(value: PythonValue): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Sequence) return value.items.length;
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}

/** The first of several that are equally far out. */
function extreme(name: 'min' | 'max', args: readonly PythonValue[]): PythonValue {
  const items = args.length === 1 ? itemsOf(args[0] ?? null) : args;
  const [first, ...others] = items;
  if (first === undefined) throw valueError(`${name}() arg is an empty sequence`);
  const operator = name === 'min' ? '<' : '>';
  return others.reduce((best, item) => (compare(operator, item, best) ? item : best), first);
}

function itemsOf(value: PythonValue): readonly PythonValue[] {
  if (typeof value === 'string') return [...value];
  if (value instanceof Sequence) return value.items;
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

function rounded(value: PythonValue, places: PythonValue): PythonValue {
  const number = asNumber(value);
  if (number === undefined) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  if (places === null) return typeof number === 'bigint' ? number : nearest(number);
  const count = asInteger(places);
  if (count === undefined) throw typeError(`'${typeName(places)}' object cannot be interpreted as an integer`);
  if (typeof number === 'number') return roundedFloat(number, Number(count));
  if (count >= 0n) return number;
  // No whole number that is let through has so many digits.
  if (count < -5_000n) return 0n;
  const unit = 10n ** -count;
  const size = divideToEven(number < 0n ? -number : number, unit) * unit;
  return number < 0n ? -size : size;
}

function nearest(value: number): bigint {
  const whole = truncated(value);
  const rest = Math.abs(value - Math.trunc(value));
  const away = rest > 0.5 || (rest === 0.5 && whole % 2n !== 0n);
  return away ? whole + (value < 0 ? -1n : 1n) : whole;
}
