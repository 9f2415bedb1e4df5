/**
 * TCP options between `<` and `>`, with commas between them.
 *
 *     mss N   wscale N   sackOK   sack a:b a:b   TS val N ecr N   nop   eol   FO [hex]   FOEXP [hex]   md5 hex
 *     ECN e0b N [ceb N [e1b N]]   ECN e1b N [ceb N [e0b N]]   kind N [hex]   ...
 *
 * `<>` is a segment without options. `...`, last, lets others follow. `*` stands for any value of what is expected.
 */
import { fromHex } from '../../base/hex';
import type { OptionPattern, OptionsPattern } from '../../wire/pattern';
import { listNames, nearestName } from '../suggest';
import type { Direction, Scanner, Token } from './scanner';

type Reader = (scanner: Scanner, direction: Direction) => OptionPattern | undefined;

/** The room that a data offset of 15 leaves. */
const MOST_BYTES = 40;
const LARGEST_U32 = 0xffff_ffff;
const LARGEST_U24 = 0xff_ffff;

/** `'any'` is a written `*`; `undefined` comes after a mistake. */
type Value<T> = T | 'any' | undefined;

export function parseOptions(scanner: Scanner, direction: Direction): OptionsPattern | undefined {
  const start = scanner.at;
  if (!scanner.take('<')) return scanner.expected('`<`');
  const list: OptionPattern[] = [];
  if (scanner.take('>')) return { list, open: false };
  let open = false;
  do {
    scanner.skipSpace();
    const at = scanner.at;
    if (open) return scanner.fail(at - 1, at, 'nothing can follow `...`', 'move `...` to the end of the options');
    if (scanner.take('...')) {
      if (direction === 'inject') return scanner.fail(at, scanner.at, '`...` makes sense only for what is expected');
      open = true;
      continue;
    }
    const option = parseOption(scanner, direction);
    if (option !== undefined) list.push(option);
    // Behind a mistake, the next option is looked at all the same.
    else scanner.match(/[^,>]+/y);
  } while (scanner.take(','));
  if (!scanner.take('>')) return scanner.expected('`,` or `>` after a TCP option');
  if (!scanner.failed) checkSize(scanner, list, open, start);
  return { list, open };
}

/** Checks the sizes: at most 40 bytes, and whole words, since the header's length is counted in them. */
function checkSize(scanner: Scanner, list: readonly OptionPattern[], open: boolean, start: number): void {
  let bytes = 0;
  let known = true;
  for (const option of list) {
    const size = optionSize(option);
    if (size === undefined) known = false;
    bytes += size ?? 2;
  }
  if (bytes > MOST_BYTES) {
    scanner.fail(start, scanner.at, `these options take ${bytes} bytes; a TCP header has room for ${MOST_BYTES}`);
    return;
  }
  const missing = (4 - (bytes % 4)) % 4;
  if (missing === 0 || !known || open) return;
  const filler = Array.from({ length: missing }, () => 'nop').join(',');
  scanner.fail(
    start,
    scanner.at,
    `these options take ${bytes} bytes; a TCP header is counted in words of 4`,
    `add \`${filler}\``,
  );
}

/** Bytes on the wire; `undefined` when a free value leaves that open. */
function optionSize(option: OptionPattern): number | undefined {
  switch (option.kind) {
    case 'eol':
    case 'nop':
      return 1;
    case 'mss':
      return 4;
    case 'wscale':
      return 3;
    case 'sackOK':
      return 2;
    case 'timestamp':
      return 10;
    case 'sack':
      return option.blocks === undefined ? undefined : 2 + 8 * option.blocks.length;
    case 'fastopen':
      return option.cookie === undefined ? undefined : 2 + option.cookie.length;
    case 'fastopen-exp':
      return option.cookie === undefined ? undefined : 4 + option.cookie.length;
    case 'md5':
      return 18;
    case 'accecn':
      return 2 + 3 * option.counters.length;
    case 'unknown':
      return option.data === undefined ? undefined : 2 + option.data.length;
  }
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['nop', () => ({ kind: 'nop' })],
  ['eol', () => ({ kind: 'eol' })],
  ['sackOK', () => ({ kind: 'sackOK' })],
  ['mss', readMss],
  ['wscale', readWindowScale],
  ['sack', readSack],
  ['TS', readTimestamp],
  ['FO', (scanner, direction) => readCookie(scanner, direction, 'fastopen')],
  ['FOEXP', (scanner, direction) => readCookie(scanner, direction, 'fastopen-exp')],
  ['md5', readMd5],
  ['ECN', readAccEcn],
  ['kind', readUnknown],
]);

function parseOption(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  const word = scanner.match(/[A-Za-z_]\w*/y);
  const names = [...READERS.keys()];
  if (word === undefined) return scanner.expected('a TCP option', `one of ${listNames(names)}`);
  const reader = READERS.get(word.text);
  return reader === undefined ? unknownOption(scanner, word, names) : reader(scanner, direction);
}

function unknownOption(scanner: Scanner, { text, start, end }: Token, names: readonly string[]): undefined {
  const nearest = nearestName(text, names) ?? OTHER_NAMES.get(text.toLowerCase());
  const hint =
    nearest === undefined
      ? `one of ${listNames(names)}; any other option is written \`kind N hex\``
      : `did you mean \`${nearest}\`?`;
  return scanner.fail(start, end, `unknown TCP option \`${text}\``, hint);
}

/** What other tools call them. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['ws', 'wscale'],
  ['sackperm', 'sackOK'],
  ['sack_perm', 'sackOK'],
  ['timestamp', 'TS'],
  ['timestamps', 'TS'],
  ['tfo', 'FO'],
  ['fastopen', 'FO'],
  ['accecn', 'ECN'],
]);

function readNumber(scanner: Scanner, direction: Direction, what: string, max: number): Value<number> {
  return takesAny(scanner, direction) ? 'any' : scanner.integer(what, 0, max);
}

function takesAny(scanner: Scanner, direction: Direction): boolean {
  return direction === 'expect' && scanner.take('*');
}

function readMss(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  const value = readNumber(scanner, direction, 'MSS', 0xffff);
  if (value === undefined) return undefined;
  return value === 'any' ? { kind: 'mss' } : { kind: 'mss', value };
}

function readWindowScale(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  const shift = readNumber(scanner, direction, 'window scale', 0xff);
  if (shift === undefined) return undefined;
  return shift === 'any' ? { kind: 'wscale' } : { kind: 'wscale', shift };
}

function readTimestamp(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  if (takesAny(scanner, direction)) return { kind: 'timestamp' };
  if (!scanner.takeWord('val')) return scanner.expected('`val`', 'write `TS val N ecr N`');
  const val = readNumber(scanner, direction, 'time stamp', LARGEST_U32);
  if (val === undefined) return undefined;
  if (!scanner.takeWord('ecr')) return scanner.expected('`ecr`', 'write `TS val N ecr N`');
  const ecr = readNumber(scanner, direction, 'time stamp echo', LARGEST_U32);
  if (ecr === undefined) return undefined;
  return { kind: 'timestamp', ...(val === 'any' ? {} : { val }), ...(ecr === 'any' ? {} : { ecr }) };
}

function readSack(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  if (takesAny(scanner, direction)) return { kind: 'sack' };
  const blocks: { left: number; right: number }[] = [];
  while (!scanner.looksAt(',') && !scanner.looksAt('>') && !scanner.atEnd) {
    const left = scanner.integer('SACK edge', 0, LARGEST_U32);
    if (left === undefined) return undefined;
    if (!scanner.take(':'))
      return scanner.expected('`:` between the edges of a SACK block', 'write `sack 1:1001 2001:3001`');
    const right = scanner.integer('SACK edge', 0, LARGEST_U32);
    if (right === undefined) return undefined;
    blocks.push({ left, right });
  }
  if (blocks.length > 0) return { kind: 'sack', blocks };
  return scanner.expected('a SACK block', 'write `sack 1:1001 2001:3001`');
}

/** Nothing written is an empty cookie: the request for one. */
function readCookie(
  scanner: Scanner,
  direction: Direction,
  kind: 'fastopen' | 'fastopen-exp',
): OptionPattern | undefined {
  const cookie = readBytes(scanner, direction);
  if (cookie === undefined) return undefined;
  return cookie === 'any' ? { kind } : { kind, cookie };
}

function readMd5(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  scanner.skipSpace();
  const start = scanner.at;
  const digest = readBytes(scanner, direction);
  if (digest === undefined) return undefined;
  if (digest === 'any') return { kind: 'md5' };
  if (digest.length === 16) return { kind: 'md5', digest };
  return scanner.fail(
    start,
    scanner.at,
    `an MD5 digest has 16 bytes, not ${digest.length}`,
    'for any other length write `kind 19 hex`',
  );
}

function readUnknown(scanner: Scanner, direction: Direction): OptionPattern | undefined {
  const number = scanner.integer('option kind', 2, 255);
  if (number === undefined) return undefined;
  const data = readBytes(scanner, direction);
  if (data === undefined) return undefined;
  return data === 'any' ? { kind: 'unknown', number } : { kind: 'unknown', number, data };
}

/** Hex digits up to the comma; blanks between them are fine. */
function readBytes(scanner: Scanner, direction: Direction): Value<Uint8Array> {
  if (takesAny(scanner, direction)) return 'any';
  const token = scanner.match(/[^,>*]+/y);
  const bytes = fromHex((token?.text ?? '').trim().replace(/^0x/i, ''));
  if (bytes !== undefined || token === undefined) return bytes ?? scanner.expected('hex digits');
  return scanner.fail(
    token.start,
    token.end,
    `\`${token.text.trim()}\` is not a row of bytes in hex`,
    'two hex digits for each byte: `deadbeef`',
  );
}

/** RFC 9768: order 0 begins with the ECT(0) counter, order 1 with that of ECT(1). */
function readAccEcn(scanner: Scanner): OptionPattern | undefined {
  const order = scanner.looksAt('e1b') ? 1 : 0;
  const names = order === 0 ? ['e0b', 'ceb', 'e1b'] : ['e1b', 'ceb', 'e0b'];
  const counters: number[] = [];
  for (const name of names) {
    if (!scanner.takeWord(name)) break;
    const value = scanner.integer(name, 0, LARGEST_U24);
    if (value === undefined) return undefined;
    counters.push(value);
  }
  if (counters.length === 0 && !scanner.looksAt(',') && !scanner.looksAt('>')) {
    return scanner.expected('`e0b` or `e1b`', 'write `ECN e0b N ceb N e1b N` or `ECN e1b N ceb N e0b N`');
  }
  return { kind: 'accecn', order, counters };
}
