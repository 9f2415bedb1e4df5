/** How Python writes floats: `repr`, and the exact decimal digits behind `%f`, `%e`, `%g` and `round`. */

/** A float as a sign and digits: `0.digits` times ten to the `point`. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

/** As `repr(value)`: the shortest digits that mean this number, with an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  const special = specialText(value);
  if (special !== undefined) return special;
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const power = Number(exponent);
  const text = power < -4 || power >= 16 ? withExponent(digits, power) : positional({ digits, point: power + 1 });
  const whole = /[.e]/.test(text) ? text : `${text}.0`;
  return signOf(value) + whole;
}

/** `inf`, `-inf` and `nan`; `undefined` for numbers. */
export function specialText(value: number): string | undefined {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? undefined : value > 0 ? 'inf' : '-inf';
}

export function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

/** The absolute value with so many places behind the point; exact halves go to the even digit. */
export function fixedText(value: number, places: number): string {
  const digits = scaled(value, places)
    .toString()
    .padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
}

/** The absolute value as `d.ddde+XX`, with so many places behind the point. */
export function exponentText(value: number, places: number): string {
  const { digits, point } = significant(value, places + 1);
  return withExponent(digits, point - 1, places);
}

/** The absolute value with so many significant digits, as `%g`: trailing zeros only when `keep`. */
export function generalText(value: number, precision: number, keep: boolean): string {
  const wanted = precision === 0 ? 1 : precision;
  const { digits, point } = significant(value, wanted);
  const power = point - 1;
  const shown = keep ? digits : digits.replace(/0+$/, '') || '0';
  if (power < -4 || power >= wanted) return withExponent(shown, power, keep ? wanted - 1 : undefined);
  const text = positional({ digits: shown, point });
  if (!keep || text.includes('.')) return text;
  return `${text}.`;
}

/** The value rounded to so many places (negative: before the point), as `round(value, places)`. */
export function roundedFloat(value: number, places: number): number {
  if (places > 323 || !Number.isFinite(value)) return value;
  if (places < -309) return 0 * value;
  const rounded = Number(`${scaled(value, places)}e${-places}`);
  return signOf(value) === '-' ? -rounded : rounded;
}

/** The absolute value times ten to the `places`, rounded to a whole number, halves to even. */
function scaled(value: number, places: number): bigint {
  const [numerator, denominator] = fraction(Math.abs(value));
  const scale = 10n ** BigInt(Math.abs(places));
  return places < 0 ? divideToEven(numerator, denominator * scale) : divideToEven(numerator * scale, denominator);
}

/** The nearest whole number to a quotient of positive numbers, halves to even. */
export function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** A float is a whole number times a power of two. */
function fraction(value: number): readonly [numerator: bigint, denominator: bigint] {
  let [mantissa, shift] = [value, 0];
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    shift++;
  }
  return [BigInt(mantissa), 1n << BigInt(shift)];
}

/** So many digits of the absolute value, the first of them not 0. */
function significant(value: number, count: number): Digits {
  if (value === 0) return { digits: '0'.repeat(count), point: 1 };
  const power = Number(Math.abs(value).toExponential().split('e')[1]);
  const digits = scaled(value, count - 1 - power).toString();
  // Rounding up may have made one digit more: 9.99 -> 10.0.
  if (digits.length > count) return { digits: digits.slice(0, count), point: power + 2 };
  return { digits, point: power + 1 };
}

function positional({ digits, point }: Digits): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function withExponent(digits: string, power: number, places: number = digits.length - 1): string {
  const behind = digits.slice(1).padEnd(places, '0');
  const mantissa = behind === '' ? (digits[0] ?? '0') : `${digits[0] ?? '0'}.${behind}`;
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
