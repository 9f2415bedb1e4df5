/** `'...' % value`: Python's formatting in the manner of printf. */
import { overflow } from './arithmetic';
import { type PythonError, typeError, valueError } from './error';
import { exponentText, fixedText, generalText, signOf, specialText } from './float-text';
import {
  asInteger,
  asNumber,
  boundedText,
  type PythonValue,
  refuseLength,
  reprOf,
  Sequence,
  strOf,
  tooLarge,
  typeName,
} from './values';

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

const DIRECTIVE = /%([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([\s\S]?)/g;
/** A float has at most 1074 places that are not 0. */
const PLACES_MAX = 1_100;
const KEYED = /%\(/;

/** @throws PythonError */
export function formatted(format: string, value: PythonValue): string {
  const values = value instanceof Sequence && value.kind === 'tuple' ? value.items : [value];
  let taken = 0;
  const take = (): PythonValue => {
    const next = values[taken++];
    if (next === undefined) throw typeError('not enough arguments for format string');
    return next;
  };
  let length = 0;
  const text = format.replace(DIRECTIVE, (...match: readonly unknown[]) => {
    if (match[0] === '%%') return '%';
    const [, flags, width, precision, letter, offset] = match as [string, string, string, string?, string?, number?];
    if (KEYED.test(format.slice(offset, (offset ?? 0) + 2))) throw typeError('format requires a mapping');
    const directive = directiveOf(flags, width, precision, take);
    const part = conversion(
      { ...directive, letter: letter ?? '' },
      take,
      (offset ?? 0) + (match[0] as string).length - 1,
    );
    refuseLength((length += part.length));
    return part;
  });
  if (taken < values.length) throw typeError('not all arguments converted during string formatting');
  return boundedText(text);
}

function directiveOf(
  flags: string,
  width: string,
  precision: string | undefined,
  take: () => PythonValue,
): Omit<Directive, 'letter'> {
  const wanted = width === '*' ? starred(take()) : Number(width);
  const places = precision === '*' ? starred(take()) : precision === undefined ? undefined : Number(precision);
  refuseLength(Math.max(Math.abs(wanted), Math.abs(places ?? 0)));
  return {
    flags: wanted < 0 ? `${flags}-` : flags,
    width: Math.abs(wanted),
    precision: places === undefined ? undefined : Math.max(0, places),
  };
}

function starred(value: PythonValue): number {
  const integer = asInteger(value);
  if (integer === undefined) throw typeError('* wants int');
  return Number(integer);
}

function conversion(directive: Directive, take: () => PythonValue, index: number): string {
  const { letter, precision } = directive;
  switch (letter) {
    case '':
      throw valueError('incomplete format');
    case 's':
      return padded(strOf(take()).slice(0, precision), directive);
    case 'r':
    case 'a':
      return padded(reprOf(take()).slice(0, precision), directive);
    case 'c':
      return padded(characterOf(take()), directive);
    case 'd':
    case 'i':
    case 'u':
      return numeral(decimalOf(take(), letter), '', directive);
    case 'x':
    case 'X':
    case 'o':
      return based(take(), directive);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return floating(take(), directive);
    default:
      take();
      throw unknownLetter(letter, index);
  }
}

function unknownLetter(letter: string, index: number): PythonError {
  const code = letter.charCodeAt(0).toString(16);
  return valueError(`unsupported format character '${letter}' (0x${code}) at index ${index}`);
}

function characterOf(value: PythonValue): string {
  if (typeof value === 'string' && value.length === 1) return value;
  const code = asInteger(value);
  if (code === undefined) throw typeError('%c requires int or char');
  if (code < 0n || code > 0x10ffffn) throw overflow('%c arg not in range(0x110000)');
  if (code > 0x7fn) throw tooLarge('a character behind ASCII');
  return String.fromCharCode(Number(code));
}

function decimalOf(value: PythonValue, letter: string): bigint {
  const integer = asInteger(value);
  if (integer !== undefined) return integer;
  if (typeof value !== 'number')
    throw typeError(`%${letter} format: a real number is required, not ${typeName(value)}`);
  return truncated(value);
}

/** As `int(value)` of a float. @throws PythonError for what is no number */
export function truncated(value: number): bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw overflow('cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

function based(value: PythonValue, directive: Directive): string {
  const { letter } = directive;
  const integer = asInteger(value);
  if (integer === undefined) throw typeError(`%${letter} format: an integer is required, not ${typeName(value)}`);
  const prefix = directive.flags.includes('#') ? `0${letter}` : '';
  return numeral(integer, prefix, directive);
}

function numeral(value: bigint, prefix: string, directive: Directive): string {
  const { letter, precision = 1 } = directive;
  const base = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  const digits = (value < 0n ? -value : value).toString(base).padStart(precision, '0');
  return signed(value < 0n ? '-' : '', prefix, letter === 'X' ? digits.toUpperCase() : digits, directive);
}

function floating(value: PythonValue, directive: Directive): string {
  const number = asNumber(value);
  if (number === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
  const float = Number(number);
  if (typeof number === 'bigint' && !Number.isFinite(float)) throw overflow('int too large to convert to float');
  const { letter } = directive;
  const text = specialText(float)?.replace('-', '') ?? floatDigits(float, directive);
  const cased = letter === letter.toUpperCase() ? text.toUpperCase() : text;
  return signed(signOf(float), '', cased, directive);
}

function floatDigits(value: number, { letter, precision = 6, flags }: Directive): string {
  if (precision > PLACES_MAX) throw tooLarge(`a float with ${precision} places`);
  const keep = flags.includes('#');
  switch (letter.toLowerCase()) {
    case 'e':
      return keep && precision === 0
        ? exponentText(value, precision).replace('e', '.e')
        : exponentText(value, precision);
    case 'g':
      return generalText(value, precision, keep);
    default:
      return `${fixedText(value, precision)}${keep && precision === 0 ? '.' : ''}`;
  }
}

function signed(minus: string, prefix: string, digits: string, directive: Directive): string {
  const { flags, width } = directive;
  const sign = minus || (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '');
  const fills = flags.includes('0') && !flags.includes('-');
  const room = width - sign.length - prefix.length;
  return padded(`${sign}${prefix}${fills ? digits.padStart(room, '0') : digits}`, directive);
}

function padded(text: string, { flags, width }: Directive): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}
