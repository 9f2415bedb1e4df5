/**
 * System calls in packetdrill's notation, with the names of sockets in place of descriptor numbers:
 *
 *     accept(server, ..., ...) = app
 *     read(app, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)
 *     setsockopt(app, SOL_TCP, TCP_NODELAY, [1], 4) = 0
 *
 * Arguments: `...`, numbers, constants (`A|B`), "strings", [lists], {name=value}. This file reads the text; whether
 * the arguments suit the call is the matter of `call-check`.
 */
import { constantValue, errorNames, errorNumber } from '../constants';
import type { Call, CallArgument, CallResult, StructField } from '../model';
import type { Complaints, Snippet } from '../snippet';
import { didYouMean } from '../suggest';
import { checkCall } from './call-check';
import { readInteger, Scanner } from './scanner';
import { readString } from './string';

const WORD = /[A-Za-z_]\w*/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|\d+)(?!\w)/y;
const SHAPE_HINT = 'for example `accept(server, ..., ...) = app` or `write(app, ..., 1000) = 1000`';
/** Deeper than any argument of a real call. */
const DEEPEST = 8;

/** Reads one call; reports every reason why the text is none. */
export function parseCall(snippet: Snippet, complaints: Complaints): Call | undefined {
  const scanner = new Scanner(snippet, complaints, 'bad-call');
  const name = scanner.match(WORD);
  if (name === undefined) return scanner.expected('the name of a system call', SHAPE_HINT);
  const args = readArguments(scanner);
  if (args === undefined) return undefined;
  if (!scanner.take('='))
    return scanner.expected(
      '`=` and the result',
      'every call says what it returns: `= 0`, `= -1 EAGAIN`, or a name for a new socket',
    );
  scanner.skipSpace();
  const resultStart = scanner.at;
  const result = readResult(scanner);
  if (result === undefined || !scanner.finish()) return undefined;
  const call: Call = { name: name.text, args, result, span: scanner.span(name.start) };
  const places = { name: scanner.span(name.start, name.end), result: scanner.span(resultStart) };
  return checkCall(call, places, complaints) && !scanner.failed ? call : undefined;
}

function readArguments(scanner: Scanner): readonly CallArgument[] | undefined {
  if (!scanner.take('(')) return scanner.expected('`(` after the name of the call', SHAPE_HINT);
  return readSequence(scanner, ')', (inner) => readArgument(inner, 0));
}

/** Items with commas between them, up to the closing character. */
function readSequence<T>(scanner: Scanner, close: string, read: (scanner: Scanner) => T | undefined): T[] | undefined {
  const items: T[] = [];
  if (scanner.take(close)) return items;
  do {
    const item = read(scanner);
    if (item === undefined) return undefined;
    items.push(item);
  } while (scanner.take(','));
  return scanner.take(close) ? items : scanner.expected(`\`,\` or \`${close}\``);
}

function readArgument(scanner: Scanner, depth: number): CallArgument | undefined {
  scanner.skipSpace();
  const start = scanner.at;
  if (depth > DEEPEST) return scanner.fail(start, start + 1, 'these brackets are nested too deeply');
  if (scanner.take('...')) return { kind: 'ellipsis', span: scanner.span(start) };
  if (scanner.looksAt('"')) return readStringArgument(scanner, start);
  if (scanner.take('[')) {
    const items = readSequence(scanner, ']', (inner) => readArgument(inner, depth + 1));
    return items === undefined ? undefined : { kind: 'list', items, span: scanner.span(start) };
  }
  if (scanner.take('{')) {
    const fields = readSequence(scanner, '}', (inner) => readField(inner, depth + 1));
    return fields === undefined ? undefined : { kind: 'struct', fields, span: scanner.span(start) };
  }
  const number = scanner.match(NUMBER);
  if (number !== undefined) return readNumberArgument(scanner, number.text, start);
  const word = scanner.match(WORD);
  if (word === undefined)
    return scanner.expected(
      'an argument',
      'an argument is `...`, a number, a constant, a socket, "text", [a list] or {name=value}',
    );
  return readNamed(scanner, word.text, start);
}

function readNumberArgument(scanner: Scanner, text: string, start: number): CallArgument | undefined {
  const value = readInteger(text);
  if (value >= -0x8000_0000 && value <= 0xffff_ffff) return { kind: 'integer', value, span: scanner.span(start) };
  return scanner.fail(start, scanner.at, `${text} does not fit in 32 bits`);
}

function readStringArgument(scanner: Scanner, start: number): CallArgument | undefined {
  const bytes = readString(scanner);
  return bytes === undefined ? undefined : { kind: 'string', bytes, span: scanner.span(start) };
}

/** A constant, several of them, or a socket: constants are those that packetspec knows, and all in capitals. */
function readNamed(scanner: Scanner, first: string, start: number): CallArgument | undefined {
  const names = [first];
  while (scanner.take('|')) {
    const next = scanner.match(WORD);
    if (next === undefined) return scanner.expected('a constant after `|`');
    names.push(next.text);
  }
  const span = scanner.span(start);
  const isConstant = names.length > 1 || constantValue(first) !== undefined || /^[A-Z][A-Z0-9_]*$/.test(first);
  return isConstant ? { kind: 'symbols', names, span } : { kind: 'socket', name: first, span };
}

function readField(scanner: Scanner, depth: number): StructField | undefined {
  const name = scanner.match(WORD);
  if (name === undefined) return scanner.expected('a field name', 'write {name=value, ...}');
  if (!scanner.take('=')) return scanner.expected(`\`=\` after \`${name.text}\``);
  const value = readArgument(scanner, depth);
  return value === undefined ? undefined : { name: name.text, value };
}

function readResult(scanner: Scanner): CallResult | undefined {
  const number = scanner.match(NUMBER);
  if (number !== undefined) return readNumberResult(scanner, readInteger(number.text));
  const word = scanner.match(WORD);
  if (word === undefined) return scanner.expected('the result', 'a number, `-1 ERRNO`, or a name for a new socket');
  if (errorNumber(word.text) !== undefined) {
    return scanner.fail(
      word.start,
      word.end,
      `\`${word.text}\` is an error, not a result`,
      `write \`= -1 ${word.text}\``,
    );
  }
  if (/^[a-z]/.test(word.text)) {
    skipNote(scanner);
    return { kind: 'socket', name: word.text, span: scanner.span(word.start, word.end) };
  }
  return scanner.fail(
    word.start,
    word.end,
    `\`${word.text}\` cannot name a socket`,
    'names of sockets begin with a small letter',
  );
}

function readNumberResult(scanner: Scanner, value: number): CallResult | undefined {
  const word = scanner.match(WORD);
  if (word !== undefined && errorNumber(word.text) === undefined) {
    return scanner.fail(
      word.start,
      word.end,
      `unknown error \`${word.text}\``,
      didYouMean(word.text, errorNames()).hint,
    );
  }
  if (word !== undefined && value !== -1) {
    return scanner.fail(word.start, word.end, `a call that fails with ${word.text} returns -1, not ${value}`);
  }
  skipNote(scanner);
  return { kind: 'value', value, ...(word === undefined ? {} : { errno: word.text }) };
}

/** `(Connection reset by peer)`: for people. */
function skipNote(scanner: Scanner): void {
  while (scanner.match(/\([^()]*\)/y) !== undefined) continue;
}
