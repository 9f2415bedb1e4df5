/**
 * Shell scripts that only set sysctls and call a program now and then, read as data. Most scripts that prepare a network
 * are of this kind, and a shell starts a process for each of their lines.
 *
 * What is read here means what POSIX's Shell Command Language says; anything else is left to a real shell, whole.
 */

export interface PlainCommand {
  /** The program and its arguments. */
  readonly words: readonly [string, ...string[]];
  /** Both of its outputs go to /dev/null. */
  readonly isSilent: boolean;
}

const COMMENT_OR_BLANK = /^[ \t]*(?:#.*)?$/;
const SILENCED = /[ \t]+>[ \t]*\/dev\/null[ \t]+2>&1[ \t]*$/;
/** A program by its name: no keyword of the shell, nothing that it does by itself, and nothing that runs another one. */
const PROGRAMS = new Set(['sysctl', 'ip', 'tc', 'ethtool']);
/** A program by its path, which is no assignment. */
const PATH = /^[\w.-]*\/[\w./-]+$/;

/** A piece of a word: as it stands, between single quotes, or between double quotes. */
const BARE = /[A-Za-z0-9_./:=,@%+-]+/y;
const SINGLE = /'([^'\n]*)'/y;
const DOUBLE = /"((?:[^"\\$`\n]|\$\(\([^()$`"\\\n]*\)\))*)"/y;
const ARITHMETIC = /\$\(\(([^()$`"\\\n]*)\)\)/y;
const BLANK = /[ \t]+/y;
const COMMENT = /#/y;
const PRODUCT = /^\s*\d+(?:\s*\*\s*\d+)*\s*$/;

/** The commands of a script, one for each line that has any; `undefined` when a shell is needed. */
export function readPlainScript(text: string): readonly PlainCommand[] | undefined {
  const commands: PlainCommand[] = [];
  for (const line of text.split('\n')) {
    if (COMMENT_OR_BLANK.test(line)) continue;
    const command = readCommand(line);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  return commands;
}

function readCommand(line: string): PlainCommand | undefined {
  const [first, ...rest] = readWords(line.replace(SILENCED, '')) ?? [];
  if (first === undefined || !(PROGRAMS.has(first) || PATH.test(first))) return undefined;
  return { words: [first, ...rest], isSilent: SILENCED.test(line) };
}

function readWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; ) {
    if (word === undefined && matchAt(COMMENT, text, at) !== null) break;
    const piece = readPiece(text, at);
    if (piece === undefined) return undefined;
    if (piece.text === undefined && word !== undefined) words.push(word);
    word = piece.text === undefined ? undefined : (word ?? '') + piece.text;
    at = piece.end;
  }
  return word === undefined ? words : [...words, word];
}

/** `text` is absent for blanks, which end a word. */
function readPiece(line: string, at: number): { readonly text: string | undefined; readonly end: number } | undefined {
  const match = (pattern: RegExp): RegExpExecArray | null => matchAt(pattern, line, at);
  const blank = match(BLANK);
  if (blank !== null) return { text: undefined, end: at + blank[0].length };
  const literal = match(BARE) ?? match(SINGLE);
  if (literal !== null) return { text: literal[1] ?? literal[0], end: at + literal[0].length };
  const double = match(DOUBLE);
  const source = double === null ? match(ARITHMETIC)?.[0] : double[1];
  const text = source === undefined ? undefined : expand(source);
  if (source === undefined || text === undefined) return undefined;
  return { text, end: at + (double?.[0] ?? source).length };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** Replaces `$((...))`; `undefined` when one of them is more than a product. */
function expand(source: string): string | undefined {
  let isPlain = true;
  const text = source.replace(new RegExp(ARITHMETIC.source, 'g'), (_, expression: string) => {
    const value = PRODUCT.test(expression) ? product(expression) : Number.NaN;
    isPlain &&= Number.isSafeInteger(value);
    return String(value);
  });
  return isPlain ? text : undefined;
}

/** A number that begins with a zero is octal to a shell. */
function product(expression: string): number {
  const factors = expression.split('*').map((factor) => factor.trim());
  return factors.reduce((value, factor) => (/^0\d/.test(factor) ? Number.NaN : value * Number(factor)), 1);
}

/** What a `sysctl -q NAME=VALUE...` sets; `undefined` for other forms of it. */
export function sysctlSettings([program, quiet, ...settings]: readonly string[]):
  | readonly { readonly name: string; readonly value: string }[]
  | undefined {
  if (program !== 'sysctl' || quiet !== '-q' || settings.length === 0) return undefined;
  const pairs = settings.map((setting) => /^(net(?:\.[\w-]+)+)=(.*)$/.exec(setting));
  return pairs.every((pair) => pair !== null) ? pairs.map(([, name = '', value = '']) => ({ name, value })) : undefined;
}
