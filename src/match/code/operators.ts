/** Python's operators on values of any type, with Python's words for what does not go together. */
import type { PythonBinaryOperator, PythonComparison } from '../../spec/python/python';
import { arithmetic, type BitOperator, bitwise, overflow, unsupported } from './arithmetic';
import { typeError } from './error';
import { formatted } from './format';
import { asInteger, asNumber, boundedText, type PythonValue, refuseLength, Sequence, typeName } from './values';

/**
 * `left operator right`.
 * @param shown the operator as the error names it: `+=` in an augmented assignment
 * @throws PythonError
 */
export function binary(
  operator: PythonBinaryOperator,
  left: PythonValue,
  right: PythonValue,
  shown: string = operator,
): PythonValue {
  if (operator === '%' && typeof left === 'string') return formatted(left, right);
  if (isBitwise(operator)) {
    const bits = bitsOf(operator, left, right);
    if (bits === undefined) throw unsupported(shown, typeName(left), typeName(right));
    return bits;
  }
  const [one, other] = [asNumber(left), asNumber(right)];
  if (one !== undefined && other !== undefined) return arithmetic(operator, one, other);
  if (operator === '+' && isSeries(left)) return concatenated(left, right);
  if (operator === '*' && (isSeries(left) || isSeries(right))) return repeated(left, right);
  throw unsupported(shown, typeName(left), typeName(right));
}

function isBitwise(operator: PythonBinaryOperator): operator is BitOperator {
  return operator === '&' || operator === '|' || operator === '^' || operator === '<<' || operator === '>>';
}

/** Two bools stay bools under `& | ^`. */
function bitsOf(operator: BitOperator, left: PythonValue, right: PythonValue): PythonValue | undefined {
  const [one, other] = [asInteger(left), asInteger(right)];
  if (one === undefined || other === undefined) return undefined;
  const bits = bitwise(operator, one, other);
  const isShift = operator === '<<' || operator === '>>';
  return typeof left === 'boolean' && typeof right === 'boolean' && !isShift ? bits === 1n : bits;
}

function isSeries(value: PythonValue): value is string | Sequence {
  return typeof value === 'string' || value instanceof Sequence;
}

function concatenated(left: string | Sequence, right: PythonValue): PythonValue {
  if (typeof left === 'string' && typeof right === 'string') return boundedText(left + right);
  if (left instanceof Sequence && right instanceof Sequence)
    return new Sequence('tuple', [...left.items, ...right.items]);
  const name = typeName(left);
  throw typeError(`can only concatenate ${name} (not "${typeName(right)}") to ${name}`);
}

function repeated(left: PythonValue, right: PythonValue): PythonValue {
  const [series, times] = isSeries(left) ? [left, right] : [right, left];
  const count = asInteger(times);
  if (count === undefined) throw typeError(`can't multiply sequence by non-int of type '${typeName(times)}'`);
  if (!isSeries(series)) return null;
  if (BigInt.asIntN(64, count) !== count) throw overflow("cannot fit 'int' into an index-sized integer");
  const length = typeof series === 'string' ? series.length : series.items.length;
  if (length === 0 || count <= 0n) return typeof series === 'string' ? '' : new Sequence('tuple', []);
  refuseLength(length * Number(count));
  if (typeof series === 'string') return series.repeat(Number(count));
  return new Sequence('tuple', Array.from({ length: Number(count) }, () => series.items).flat());
}

/** `-value`, `+value`, `~value`. @throws PythonError */
export function unary(operator: '-' | '+' | '~', value: PythonValue): PythonValue {
  const number = operator === '~' ? asInteger(value) : asNumber(value);
  if (number === undefined) throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  if (operator === '-') return -number;
  return operator === '+' || typeof number === 'number' ? number : ~number;
}

/** `left operator right`. @throws PythonError */
export function compare(operator: PythonComparison, left: PythonValue, right: PythonValue): boolean {
  switch (operator) {
    case '==':
      return areEqual(left, right);
    case '!=':
      return !areEqual(left, right);
    case 'is':
      return left === right;
    case 'is not':
      return left !== right;
    case 'in':
      return isIn(left, right);
    case 'not in':
      return !isIn(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isOrdered(operator, left, right);
  }
}

/** Equal as `==` has it: numbers by value, whatever their types. */
function areEqual(left: PythonValue, right: PythonValue): boolean {
  const [one, other] = [asNumber(left), asNumber(right)];
  if (one !== undefined && other !== undefined) return one >= other && one <= other;
  if (!(left instanceof Sequence && right instanceof Sequence)) return left === right;
  if (left.kind !== right.kind || left.items.length !== right.items.length) return false;
  return left.items.every((item, index) => areSame(item, right.items[index] ?? null));
}

/** Inside of sequences a value is always equal to itself, also a float that is none. */
function areSame(left: PythonValue, right: PythonValue): boolean {
  return Object.is(left, right) || areEqual(left, right);
}

function isIn(value: PythonValue, container: PythonValue): boolean {
  if (container instanceof Sequence) return container.items.some((item) => areSame(item, value));
  if (typeof container !== 'string') throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  if (typeof value === 'string') return container.includes(value);
  throw typeError(`'in <string>' requires string as left operand, not ${typeName(value)}`);
}

type Ordering = '<' | '<=' | '>' | '>=';

function isOrdered(operator: Ordering, left: PythonValue, right: PythonValue): boolean {
  const [one, other] = [asNumber(left), asNumber(right)];
  if (one !== undefined && other !== undefined) return ordered(operator, one, other);
  if (typeof left === 'string' && typeof right === 'string') return ordered(operator, left, right);
  if (left instanceof Sequence && right instanceof Sequence && left.kind === right.kind) {
    const at = left.items.findIndex(
      (item, index) => index >= right.items.length || !areSame(item, right.items[index] ?? null),
    );
    const [mine, theirs] = [left.items[at], right.items[at]];
    if (mine === undefined || theirs === undefined) return ordered(operator, left.items.length, right.items.length);
    return isOrdered(operator, mine, theirs);
  }
  throw typeError(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
}

/** JavaScript compares whole numbers with floats exactly, as Python does. */
function ordered<T extends string | bigint | number>(operator: Ordering, left: T, right: T): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
