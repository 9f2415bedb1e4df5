/** Changes of texts and bytes that make good input bad in all the ways in which files and packets go bad. */
import type { Random } from './random';

/** Longer inputs are cut: the fuzzer is after kinds of mistakes; size has tests of its own. */
const LONGEST = 64 * 1024;
/** Once in a while an input may be so long. */
const LONGEST_RARELY = 512 * 1024;

/** @param other gives another text to take pieces from */
type TextChange = (text: string, random: Random, other: () => string) => string;

const STRANGE = [
  '\0',
  '\r',
  '\r\n',
  '\t',
  '\v',
  '\f',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\u202e',
  'é',
  '漢',
  '😀',
  '\u0301',
  '\x1b[31m',
  '\u007f',
  '\\',
  '__proto__',
  'constructor',
  'toString',
];
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '255',
  '256',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '18446744073709551616',
  '0x',
  '0xffffffffffffffffff',
  '1e309',
  '1e-400',
  '0.0000000001',
  '.5',
  '5.',
  '007',
  '99999999999999999999999999999999',
  'NaN',
  'Infinity',
];
const OPENERS = ['(', '[', '{', '<', '{{', '[{', '((', '"', '`', '%{', '/*', '${', '-', 'not ', '1 if 1 else ', '"" '];

/** Between one and a few changes, one on top of the other. */
export function mutateText(text: string, random: Random, other: () => string, words: readonly string[]): string {
  let changed = text;
  const changes = random.oneIn(3) ? random.between(2, 8) : 1;
  for (let count = 0; count < changes; count++) changed = random.pick(TEXT_CHANGES)(changed, random, other);
  if (random.oneIn(4)) changed = insertAt(changed, random, random.pick(words));
  return cut(changed, random);
}

function cut(text: string, random: Random): string {
  return text.length <= LONGEST ? text : text.slice(0, random.oneIn(50) ? LONGEST_RARELY : LONGEST);
}

const TEXT_CHANGES: readonly TextChange[] = [
  dropPiece,
  doublePiece,
  replaceToken,
  swapTokens,
  dropToken,
  dropLine,
  doubleLine,
  swapLines,
  splice,
  changeCharacter,
  changeNumber,
  truncate,
  (text, random) => insertAt(text, random, random.pick(STRANGE)),
  nest,
  repeatBlock,
];

function insertAt(text: string, random: Random, piece: string, at = random.between(0, text.length)): string {
  return text.slice(0, at) + piece + text.slice(at);
}

function pieceOf(text: string, random: Random): { start: number; end: number } {
  const start = random.between(0, text.length);
  return { start, end: Math.min(text.length, start + random.between(1, random.oneIn(5) ? 200 : 12)) };
}

function dropPiece(text: string, random: Random): string {
  const { start, end } = pieceOf(text, random);
  return text.slice(0, start) + text.slice(end);
}

function doublePiece(text: string, random: Random): string {
  const { start, end } = pieceOf(text, random);
  return text.slice(0, end) + text.slice(start);
}

function changeCharacter(text: string, random: Random): string {
  const at = random.below(Math.max(1, text.length));
  const code = random.oneIn(8) ? random.below(0x3000) : random.between(32, 126);
  return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
}

function truncate(text: string, random: Random): string {
  return text.slice(0, random.between(0, text.length));
}

/** Words, numbers, and everything else by itself. */
const TOKEN = /\w+|\s+|[^\w\s]/g;

/** The tokens around a random place: cutting all of a long text up takes longer than what is tested. */
function tokensNear(text: string, random: Random): { head: string; tokens: string[]; tail: string } {
  const start = text.lastIndexOf('\n', random.between(0, text.length)) + 1;
  const end = Math.min(text.length, start + 400);
  return { head: text.slice(0, start), tokens: text.slice(start, end).match(TOKEN) ?? [], tail: text.slice(end) };
}

function withTokens(text: string, random: Random, change: (tokens: string[], at: number) => void): string {
  const { head, tokens, tail } = tokensNear(text, random);
  if (tokens.length > 0) change(tokens, random.below(tokens.length));
  return head + tokens.join('') + tail;
}

function dropToken(text: string, random: Random): string {
  return withTokens(text, random, (tokens, at) => tokens.splice(at, random.between(1, 3)));
}

function swapTokens(text: string, random: Random): string {
  return withTokens(text, random, (tokens, at) => {
    const other = random.below(tokens.length);
    [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
  });
}

/** A token of another text. */
function replaceToken(text: string, random: Random, other: () => string): string {
  const { tokens: foreign } = tokensNear(other(), random);
  return withTokens(text, random, (tokens, at) => {
    tokens[at] = foreign[random.below(Math.max(1, foreign.length))] ?? '';
  });
}

function changeNumber(text: string, random: Random): string {
  const at = random.between(0, text.length);
  const found = /-?\d[\w.]*/.exec(text.slice(at));
  if (found === null) return insertAt(text, random, random.pick(NUMBERS));
  const start = at + found.index;
  return text.slice(0, start) + random.pick(NUMBERS) + text.slice(start + found[0].length);
}

function withLines(text: string, random: Random, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\n');
  change(lines, random.below(lines.length));
  return lines.join('\n');
}

function dropLine(text: string, random: Random): string {
  return withLines(text, random, (lines, at) => lines.splice(at, 1));
}

function doubleLine(text: string, random: Random): string {
  return withLines(text, random, (lines, at) => lines.splice(at, 0, lines[at] ?? ''));
}

function swapLines(text: string, random: Random): string {
  return withLines(text, random, (lines, at) => {
    const other = random.below(lines.length);
    [lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? ''];
  });
}

/** The head of one text and the tail of another. */
function splice(text: string, random: Random, other: () => string): string {
  const tail = other();
  const piece = tail.slice(random.between(0, tail.length));
  return text.slice(0, random.between(0, text.length)) + piece;
}

function nest(text: string, random: Random): string {
  const depth = random.oneIn(40) ? 100_000 : random.oneIn(8) ? 3_000 : random.between(2, 150);
  return insertAt(text, random, random.pick(OPENERS).repeat(depth));
}

function repeatBlock(text: string, random: Random): string {
  const { start, end } = pieceOf(text, random);
  const times = random.oneIn(40) ? 20_000 : random.oneIn(8) ? 1_000 : random.between(2, 40);
  const piece = text.slice(start, end);
  return (
    text.slice(0, end) + piece.repeat(Math.min(times, Math.ceil(LONGEST_RARELY / (piece.length + 1)))) + text.slice(end)
  );
}

/** Bytes with bits flipped, pieces missing, doubled or exchanged, and numbers at their limits. */
export function mutateBytes(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let count = random.between(1, 6); count > 0; count--) changed = changeBytes(changed, random, others);
  return changed.subarray(0, LONGEST);
}

function changeBytes(
  bytes: Uint8Array<ArrayBuffer>,
  random: Random,
  others: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const at = random.below(Math.max(1, bytes.length));
  const end = Math.min(bytes.length, at + random.between(1, 24));
  switch (random.below(7)) {
    case 0:
      return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte));
    case 1:
      return Uint8Array.from(bytes, (byte, index) =>
        index === at ? random.pick([0, 1, 4, 5, 0x0f, 0x7f, 0x80, 0xff]) : byte,
      );
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4:
      return joined([bytes.subarray(0, end), bytes.subarray(at)]);
    case 5:
      return joined([bytes.subarray(0, at), random.bytes(random.between(1, 40)), bytes.subarray(at)]);
    default: {
      const other = random.pick(others);
      return joined([bytes.subarray(0, at), other.subarray(random.below(Math.max(1, other.length)))]);
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
