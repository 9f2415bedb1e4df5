/**
 * System calls in packetdrill's notation, with the names of sockets in place of descriptor numbers:
 *
 *     accept(server, ..., ...) = app
 *     read(app, ..., 1000) = -1 EAGAIN (Resource temporarily unavailable)
 *     setsockopt(app, SOL_TCP, TCP_NODELAY, [1], 4) = 0
 *
 * In packetdrill's own scripts the numbers stand, and become names here. This file reads the text; whether the
 * arguments suit the call is the matter of `call-check`.
 */
import { constantValue, errorNames, errorNumber } from '../constants';
import type { Call, CallArgument, CallResult } from '../model';
import type { Complaints, Snippet } from '../snippet';
import { didYouMean } from '../suggest';
import { NUMBER, readArgument, readSequence, WORD } from './call-argument';
import { checkCall, fitsInt } from './call-check';
import { withNames } from './call-dialect';
import { type Dialect, readInteger, Scanner } from './scanner';

const SHAPE_HINTS: Readonly<Record<Dialect, string>> = {
  yaml: 'for example `accept(server, ..., ...) = app` or `write(app, ..., 1000) = 1000`',
  packetdrill: 'for example `accept(3, ..., ...) = 4` or `write(4, ..., 1000) = 1000`',
};
const RESULT_HINTS: Readonly<Record<Dialect, string>> = {
  yaml: 'a number, `-1 ERRNO`, or a name for a new socket',
  packetdrill: 'a number, or `-1 ERRNO (note)`',
};
const MISSING_HINTS: Readonly<Record<Dialect, string>> = {
  yaml: 'every call says what it returns: `= 0`, `= -1 EAGAIN`, or a name for a new socket',
  packetdrill: 'every call says what it returns: `= 0`, or `= -1 EAGAIN (note)`',
};

/** To packetdrill, `-1EAGAIN` is a number and a word. */
const RESULT_NUMBER = new RegExp(`-\\d+(?=[A-Za-z_])|${NUMBER.source}`, 'y');

/** Reads one call; reports every reason why the text is none. */
export function parseCall(snippet: Snippet, complaints: Complaints, dialect: Dialect = 'yaml'): Call | undefined {
  const scanner = new Scanner(snippet, complaints, 'bad-call');
  const name = scanner.match(WORD);
  if (name === undefined) return scanner.expected('the name of a system call', SHAPE_HINTS[dialect]);
  const args = readArguments(scanner, dialect);
  if (args === undefined) return undefined;
  if (!scanner.take('=')) return scanner.expected('`=` and the result', MISSING_HINTS[dialect]);
  scanner.skipSpace();
  const resultStart = scanner.at;
  const result = readResult(scanner, dialect);
  if (result === undefined || !scanner.finish()) return undefined;
  const written: Call = { name: name.text, args, result, span: scanner.span(name.start) };
  const places = { name: scanner.span(name.start, name.end), result: scanner.span(resultStart) };
  const call = dialect === 'packetdrill' ? withNames(written, places.result) : written;
  return checkCall(call, places, complaints, dialect) && !scanner.failed ? call : undefined;
}

function readArguments(scanner: Scanner, dialect: Dialect): readonly CallArgument[] | undefined {
  if (!scanner.take('(')) return scanner.expected('`(` after the name of the call', SHAPE_HINTS[dialect]);
  return readSequence(scanner, ')', () => readArgument(scanner, dialect));
}

function readResult(scanner: Scanner, dialect: Dialect): CallResult | undefined {
  const number = scanner.match(dialect === 'packetdrill' ? RESULT_NUMBER : NUMBER);
  if (number !== undefined) {
    const value = readInteger(number.text);
    if (fitsInt(value)) return readNumberResult(scanner, value);
    return scanner.fail(number.start, number.end, `${number.text} does not fit in 32 bits`);
  }
  if (dialect === 'packetdrill' && scanner.looksAt('...'))
    return scanner.expected('the number that the call returns', RESULT_HINTS.packetdrill);
  const word = scanner.match(WORD);
  if (word === undefined) return scanner.expected('the result', RESULT_HINTS[dialect]);
  if (errorNumber(word.text) !== undefined) {
    return scanner.fail(
      word.start,
      word.end,
      `\`${word.text}\` is an error, not a result`,
      `write \`= -1 ${word.text}\``,
    );
  }
  if (dialect === 'packetdrill') {
    const value = constantValue(word.text);
    const hint = value === undefined ? RESULT_HINTS.packetdrill : `write \`= ${value} (${word.text})\``;
    return scanner.fail(word.start, word.end, `a result is a number, not \`${word.text}\``, hint);
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
