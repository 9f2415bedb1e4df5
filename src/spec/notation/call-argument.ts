/**
 * One argument of a call: `...`, NULL, a number, constants (`A|B`), a socket, "text", [a list], a {structure}, or one of
 * C's functions that make bytes and numbers of addresses.
 */
import { parseAddress } from '../../wire/address';
import { viewOf } from '../../wire/bytes';
import { constantNames, constantValue } from '../constants';
import type { CallArgument } from '../model';
import { didYouMean } from '../suggest';
import { readStructure } from './call-structure';
import { type Dialect, readInteger, type Scanner, type Token } from './scanner';
import { readString } from './string';

export const WORD = /[A-Za-z_]\w*/y;
export const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|\d+)(?!\w)/y;

/** Deeper than any argument of a real call. */
const DEEPEST = 8;

/** Reads one argument; reports why there is none. @param depth in how many brackets it stands */
export function readArgument(scanner: Scanner, dialect: Dialect, depth = 0): CallArgument | undefined {
  scanner.skipSpace();
  const start = scanner.at;
  if (depth > DEEPEST) return scanner.fail(start, start + 1, 'these brackets are nested too deeply');
  if (scanner.take('...')) return { kind: 'ellipsis', span: scanner.span(start) };
  if (scanner.looksAt('"')) return readText(scanner, dialect, start);
  if (scanner.take('[')) {
    const items = readSequence(scanner, ']', () => readArgument(scanner, dialect, depth + 1));
    return items === undefined ? undefined : { kind: 'list', items, span: scanner.span(start) };
  }
  if (scanner.take('{')) {
    return readStructure(scanner, start, () => readArgument(scanner, dialect, depth + 1));
  }
  const number = scanner.match(NUMBER);
  if (number !== undefined) return readValue(scanner, dialect, number);
  const word = scanner.match(WORD);
  if (word === undefined)
    return scanner.expected(
      'an argument',
      'an argument is `...`, a number, a constant, a socket, "text", [a list] or {name=value}',
    );
  if (word.text === 'NULL') return { kind: 'null', span: scanner.span(start) };
  const read = FUNCTIONS.get(word.text);
  return read !== undefined && scanner.looksAt('(') ? read(scanner, start) : readValue(scanner, dialect, word);
}

/** Items with commas between them, up to the closing character. */
export function readSequence<T>(scanner: Scanner, close: string, read: () => T | undefined): T[] | undefined {
  const items: T[] = [];
  if (scanner.take(close)) return items;
  do {
    const item = read();
    if (item === undefined) return undefined;
    items.push(item);
  } while (scanner.take(','));
  return scanner.take(close) ? items : scanner.expected(`\`,\` or \`${close}\``);
}

function readText(scanner: Scanner, dialect: Dialect, start: number): CallArgument | undefined {
  const bytes = readString(scanner);
  // packetdrill shows cut strings so, and takes them back.
  if (dialect === 'packetdrill') scanner.take('...');
  return bytes === undefined ? undefined : { kind: 'string', bytes, span: scanner.span(start) };
}

/** A number, constants, or a socket; and what `|` makes of several. */
function readValue(scanner: Scanner, dialect: Dialect, first: Token): CallArgument | undefined {
  const parts = [first];
  while (scanner.take('|')) {
    const next = scanner.match(NUMBER) ?? scanner.match(WORD);
    if (next === undefined) return scanner.expected('a constant after `|`');
    parts.push(next);
  }
  const span = scanner.span(first.start);
  const names = parts.map(({ text }) => text);
  if (names.some(isNumber)) {
    const value = parts.length === 1 ? readNumber(scanner, first) : joinNumbers(scanner, parts);
    return value === undefined ? undefined : { kind: 'integer', value, span };
  }
  return parts.length === 1 && dialect === 'yaml' && !isConstant(first.text)
    ? { kind: 'socket', name: first.text, span }
    : { kind: 'symbols', names, span };
}

/** Constants are those that packetspec knows, and all in capitals. */
function isConstant(name: string): boolean {
  return constantValue(name) !== undefined || /^[A-Z][A-Z0-9_]*$/.test(name);
}

function isNumber(text: string): boolean {
  return /^[-\d]/.test(text);
}

function joinNumbers(scanner: Scanner, parts: readonly Token[]): number | undefined {
  let joined = 0;
  for (const part of parts) {
    const value = isNumber(part.text) ? readNumber(scanner, part) : constantValue(part.text);
    if (value === undefined) {
      if (isNumber(part.text)) return undefined;
      const { hint } = didYouMean(part.text, constantNames());
      return scanner.fail(part.start, part.end, `unknown constant \`${part.text}\``, hint);
    }
    joined |= value;
  }
  return joined;
}

/** Beyond 2^53 numbers lose digits; no call of a test needs them. */
function readNumber(scanner: Scanner, { text, start, end }: Token): number | undefined {
  const value = readInteger(text);
  return Number.isSafeInteger(value)
    ? value
    : scanner.fail(start, end, `${text} is too large`, 'numbers go up to 2^53 - 1, most only to 2^32 - 1');
}

type Reader = (scanner: Scanner, start: number) => CallArgument | undefined;

const FUNCTIONS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['htons', readPort],
  ['inet_addr', readInetAddress],
  ['inet6_addr', readInet6Address],
]);

/** `htons(8080)`: the number that has the bytes of the port in network order. */
function readPort(scanner: Scanner, start: number): CallArgument | undefined {
  scanner.take('(');
  const port = scanner.integer('the port', 0, 0xffff);
  if (port === undefined) return undefined;
  if (!scanner.take(')')) return scanner.expected('`)` after the port');
  return { kind: 'integer', value: ((port & 0xff) << 8) | (port >> 8), span: scanner.span(start) };
}

/** `inet_addr("192.0.2.1")`: the number that has the bytes of the address in network order; of IPv6 the bytes. */
function readInetAddress(scanner: Scanner, start: number): CallArgument | undefined {
  const bytes = readAddress(scanner, (version) => version === 4 || version === 6, 'an IP address');
  if (bytes?.length !== 4)
    return bytes === undefined ? undefined : { kind: 'string', bytes, span: scanner.span(start) };
  return { kind: 'integer', value: viewOf(bytes).getUint32(0, true), span: scanner.span(start) };
}

/** `inet6_addr("2001:db8::1")`: its sixteen bytes. */
function readInet6Address(scanner: Scanner, start: number): CallArgument | undefined {
  const bytes = readAddress(scanner, (version) => version === 6, 'an IPv6 address');
  return bytes === undefined ? undefined : { kind: 'string', bytes, span: scanner.span(start) };
}

function readAddress(scanner: Scanner, suits: (version: number) => boolean, what: string): Uint8Array | undefined {
  scanner.take('(');
  scanner.skipSpace();
  const start = scanner.at;
  if (!scanner.looksAt('"')) return scanner.expected(`${what} in quotes`);
  const written = readString(scanner);
  if (written === undefined) return undefined;
  const text = new TextDecoder().decode(written);
  const address = parseAddress(text);
  if (address === undefined || !suits(address.version)) {
    return scanner.fail(start, scanner.at, `\`${text}\` is not ${what}`);
  }
  return scanner.take(')') ? address.bytes : scanner.expected('`)` after the address');
}
