/** Arithmetic of Python's numbers: whole numbers without bounds (but see values.ts), floats as C has them. */
import type { PythonBinaryOperator } from '../../spec/python/python';
import { PythonError, typeError, valueError } from './error';
import { bitLength, boundedInteger, refuseBits, tooLarge } from './values';

export type BitOperator = '&' | '|' | '^' | '<<' | '>>';
export type NumberOperator = Exclude<PythonBinaryOperator, BitOperator>;

/** An int as a float. @throws PythonError OverflowError */
export function floatOf(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) throw overflow('int too large to convert to float');
  return float;
}

export function overflow(message: string): PythonError {
  return new PythonError('OverflowError', message);
}

function zeroDivision(message: string): PythonError {
  return new PythonError('ZeroDivisionError', message);
}

/** Two numbers, as Python mixes them. @throws PythonError */
export function arithmetic(operator: NumberOperator, left: bigint | number, right: bigint | number): bigint | number {
  if (typeof left === 'bigint' && typeof right === 'bigint') return ofIntegers(operator, left, right);
  return ofFloats(operator, floatOf(left), floatOf(right));
}

function ofIntegers(operator: NumberOperator, left: bigint, right: bigint): bigint | number {
  switch (operator) {
    case '+':
      return boundedInteger(left + right);
    case '-':
      return boundedInteger(left - right);
    case '*':
      return boundedInteger(left * right);
    case '/':
      return quotient(left, right);
    case '//':
      if (right === 0n) throw zeroDivision('integer division or modulo by zero');
      return (left - floorModulo(left, right)) / right;
    case '%':
      if (right === 0n) throw zeroDivision('integer modulo by zero');
      return floorModulo(left, right);
    case '**':
      return right < 0n ? floatPower(floatOf(left), floatOf(right)) : power(left, right);
  }
}

function floorModulo(left: bigint, right: bigint): bigint {
  const rest = left % right;
  return rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  if (base >= -1n && base <= 1n)
    return exponent === 0n || base === 1n ? 1n : base === 0n ? 0n : exponent % 2n === 0n ? 1n : -1n;
  // With one bit less than its length, the result is never refused when it would fit.
  refuseBits((bitLength(base) - 1) * Number(exponent));
  return boundedInteger(base ** exponent);
}

/** The float nearest to the true quotient, also where the numbers are longer than a float's 53 bits. */
function quotient(left: bigint, right: bigint): number {
  if (right === 0n) throw zeroDivision('division by zero');
  const [plain, divisor] = [Number(left), Number(right)];
  if (Number.isSafeInteger(plain) && Number.isSafeInteger(divisor)) return plain / divisor;
  const shift = bitLength(left) - bitLength(right) - 66;
  const numerator = absolute(left) << BigInt(Math.max(0, -shift));
  const denominator = absolute(right) << BigInt(Math.max(0, shift));
  // A bit behind the last one stands for all that is cut off, so that a half is only taken for one when it is.
  const bits = ((numerator / denominator) << 1n) | (numerator % denominator === 0n ? 0n : 1n);
  const size = scaleByTwo(Number(bits), shift - 1);
  if (!Number.isFinite(size)) throw overflow('integer division result too large for a float');
  return left < 0n === right < 0n ? size : -size;
}

/** In two steps, since the power alone may lie outside of what a float holds. */
function scaleByTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function ofFloats(operator: NumberOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw zeroDivision('float division by zero');
      return left / right;
    case '//':
      if (right === 0) throw zeroDivision('float floor division by zero');
      return floorDivision(left, right);
    case '%':
      if (right === 0) throw zeroDivision('float modulo');
      return floatModulo(left, right);
    case '**':
      return floatPower(left, right);
  }
}

function floatModulo(left: number, right: number): number {
  const rest = left % right;
  if (rest === 0) return right < 0 ? -0 : 0;
  return rest < 0 !== right < 0 ? rest + right : rest;
}

function floorDivision(left: number, right: number): number {
  const exact = (left - (left % right)) / right;
  const rest = left % right;
  const below = rest !== 0 && rest < 0 !== right < 0 ? exact - 1 : exact;
  if (below === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  const floor = Math.floor(below);
  return below - floor > 0.5 ? floor + 1 : floor;
}

function floatPower(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1;
  if (base === 0 && exponent < 0) throw zeroDivision('0.0 cannot be raised to a negative power');
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent))
    throw tooLarge('a complex number');
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent))
    throw overflow("(34, 'Numerical result out of range')");
  return result;
}

/** `& | ^ << >>` of whole numbers. @throws PythonError */
export function bitwise(operator: BitOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      if (right < 0n) throw valueError('negative shift count');
      if (left === 0n) return 0n;
      refuseBits(bitLength(left) + Number(right));
      return left << right;
    case '>>':
      if (right < 0n) throw valueError('negative shift count');
      return right > BigInt(bitLength(left)) ? (left < 0n ? -1n : 0n) : left >> right;
  }
}

/** What stands for `operator` in "unsupported operand type(s)". */
export function unsupported(operator: string, left: string, right: string): PythonError {
  const shown = operator === '**' ? '** or pow()' : operator;
  return typeError(`unsupported operand type(s) for ${shown}: '${left}' and '${right}'`);
}
