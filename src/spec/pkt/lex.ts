/**
 * The lexer of packetdrill scripts: every text becomes tokens, in one pass, and whatever cannot be right is reported.
 *
 * Where packetdrill's own lexer stumbles over something harmless (carriage returns, a last comment without a line
 * break, comments or code that end in an even row of stars or braces), the text is read as it was meant, with a warning.
 */
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import { TokenTable } from './tokens';
import type { TokenKind } from './tokens';

const CHARACTER = {
  nul: 0,
  tab: 9,
  newline: 10,
  return: 13,
  space: 32,
  quote: 34,
  percent: 37,
  star: 42,
  minus: 45,
  dot: 46,
  slash: 47,
  backslash: 92,
  backquote: 96,
  closingBrace: 125,
} as const;

/** Reads all tokens. Total: any text whatever; time and memory grow with its length alone. */
export function lex(source: Snippet, complaints: Complaints): TokenTable {
  return new Lexer(source, complaints).run();
}

class Lexer {
  readonly #source: Snippet;
  readonly #text: string;
  readonly #complaints: Complaints;
  readonly #tokens: TokenTable;
  #at = 0;
  #firstOnLine = true;
  #commented = false;
  /** Quotes of which one was not closed: the next one of the kind is looked for in its line only. */
  readonly #unclosed = new Set<number>();
  #returnSeen = false;
  /** See `#endOfLine`. */
  #lineEnd = -1;

  constructor(source: Snippet, complaints: Complaints) {
    this.#source = source;
    this.#text = source.text;
    this.#complaints = complaints;
    this.#tokens = new TokenTable(source.text);
  }

  run(): TokenTable {
    for (;;) {
      this.#skipTrivia();
      if (this.#at >= this.#text.length) break;
      this.#token();
    }
    this.#add('end', this.#text.length);
    return this.#tokens;
  }

  #code(offset = 0): number {
    const at = this.#at + offset;
    return at < this.#text.length ? this.#text.charCodeAt(at) : -1;
  }

  #add(kind: TokenKind, end: number, unclosed = false): void {
    const notes = { firstOnLine: this.#firstOnLine, commented: this.#commented, unclosed };
    this.#tokens.add(kind, this.#at, end, notes);
    this.#at = end;
    this.#firstOnLine = false;
    this.#commented = false;
  }

  #skipTrivia(): void {
    for (;;) {
      const code = this.#code();
      if (code === CHARACTER.newline) this.#firstOnLine = true;
      else if (code === CHARACTER.return) this.#noteReturn();
      else if (code !== CHARACTER.space && code !== CHARACTER.tab) {
        if (code !== CHARACTER.slash || !this.#skipComment()) return;
        continue;
      }
      this.#at++;
    }
  }

  #noteReturn(): void {
    if (this.#returnSeen) return;
    this.#returnSeen = true;
    this.#quirk(
      this.#at,
      this.#at + 1,
      'packetdrill takes no carriage returns',
      'lines end in a line feed alone; `dos2unix` mends them all',
    );
  }

  #skipComment(): boolean {
    const start = this.#at;
    const second = this.#code(1);
    if (second === CHARACTER.slash) {
      const lineEnd = this.#text.indexOf('\n', start);
      this.#at = lineEnd === -1 ? this.#text.length : lineEnd;
      if (lineEnd === -1)
        this.#quirk(
          start,
          this.#at,
          'packetdrill takes no comment without a line break behind it',
          'end the last line of the file',
        );
    } else if (second === CHARACTER.star) {
      const close = this.#text.indexOf('*/', start + 2);
      this.#at = close === -1 ? this.#text.length : close + 2;
      if (close === -1) this.#fail(start, start + 2, 'this comment is never closed', 'close it with `*/`');
      else this.#checkRow(start + 2, close, CHARACTER.star, '*/');
      if (this.#text.slice(start, this.#at).includes('\n')) this.#firstOnLine = true;
    } else return false;
    this.#commented = true;
    return true;
  }

  /** packetdrill reads characters before a closing pair in twos, and misses the pair behind an odd number of its first. */
  #checkRow(from: number, close: number, character: number, closing: string): void {
    let start = close;
    while (start > from && this.#text.charCodeAt(start - 1) === character) start--;
    if ((close - start) % 2 === 0) return;
    const written = this.#text.slice(close - 1, close + 2);
    this.#quirk(
      close - 1,
      close + 2,
      `packetdrill does not see the end of this: it reads \`${written}\` otherwise`,
      `put a blank before \`${closing}\``,
    );
  }

  #token(): void {
    const code = this.#code();
    if (isWordCharacter(code)) return this.#wordOrNumber();
    switch (code) {
      case CHARACTER.minus:
        return this.#minus();
      case CHARACTER.dot:
        return this.#dot();
      case CHARACTER.quote:
        return this.#quoted('string', CHARACTER.quote, 'this text is never closed', 'close it with `"`');
      case CHARACTER.backquote:
        return this.#quoted(
          'shell',
          CHARACTER.backquote,
          'this command is never closed',
          'close it with a backquote; or one further up lacks its partner, and all since are taken the wrong way',
        );
      case CHARACTER.percent:
        return this.#text.startsWith('%{', this.#at) ? this.#pythonCode() : this.#add('mark', this.#at + 1);
      case CHARACTER.nul:
        this.#fail(this.#at, this.#at + 1, 'a NUL byte stands here', 'is this a text file?');
        return this.#add('mark', this.#at + 1);
      default:
        return this.#add('mark', this.#at + (isLeadingSurrogate(code) ? Math.min(2, this.#text.length - this.#at) : 1));
    }
  }

  #wordOrNumber(): void {
    let end = this.#at;
    let digitsOnly = true;
    while (end < this.#text.length && isWordCharacter(this.#text.charCodeAt(end))) {
      digitsOnly &&= isDigit(this.#text.charCodeAt(end));
      end++;
    }
    if (digitsOnly) return this.#number(end);
    // Number first, then dot: `0.5` is a number, `a.5` a word and a number.
    const isHex = end - this.#at > 2 && this.#text.startsWith('0x', this.#at) && this.#isHexUntil(end);
    this.#add(isHex ? 'hex' : 'word', end);
  }

  #isHexUntil(end: number): boolean {
    for (let at = this.#at + 2; at < end; at++) if (!isHexDigit(this.#text.charCodeAt(at))) return false;
    return true;
  }

  /** Digits up to `end`, and perhaps a dot with more of them. */
  #number(end: number): void {
    const isFloat = this.#text.charCodeAt(end) === CHARACTER.dot && isDigit(this.#text.charCodeAt(end + 1));
    if (!isFloat) return this.#add('integer', end);
    this.#add('float', this.#digitsFrom(end + 1));
  }

  #digitsFrom(start: number): number {
    let end = start;
    while (end < this.#text.length && isDigit(this.#text.charCodeAt(end))) end++;
    return end;
  }

  #minus(): void {
    const next = this.#code(1);
    if (next === CHARACTER.minus && isWordCharacter(this.#code(2))) {
      let end = this.#at + 2;
      while (end < this.#text.length && isWordCharacter(this.#text.charCodeAt(end))) end++;
      return this.#add('option', end);
    }
    if (isDigit(next)) return this.#number(this.#digitsFrom(this.#at + 1));
    if (next === CHARACTER.dot && isDigit(this.#code(2))) return this.#add('float', this.#digitsFrom(this.#at + 2));
    this.#add('mark', this.#at + 1);
  }

  #dot(): void {
    if (this.#text.startsWith('...', this.#at)) return this.#add('ellipsis', this.#at + 3);
    if (isDigit(this.#code(1))) return this.#add('float', this.#digitsFrom(this.#at + 1));
    this.#add('mark', this.#at + 1);
  }

  #quoted(kind: 'string' | 'shell', quote: number, message: string, hint: string): void {
    const limit = this.#unclosed.has(quote) ? this.#endOfLine() : this.#text.length;
    let end = this.#at + 1;
    while (end < limit && this.#text.charCodeAt(end) !== quote)
      end += this.#text.charCodeAt(end) === CHARACTER.backslash ? 2 : 1;
    if (end < limit) return this.#add(kind, end + 1);
    this.#unclosed.add(quote);
    this.#fail(this.#at, this.#at + 1, message, hint);
    this.#add(kind, this.#endOfLine(), true);
  }

  /** Looked for once for each line, however many quotations it has. */
  #endOfLine(): number {
    if (this.#lineEnd < this.#at) {
      const lineEnd = this.#text.indexOf('\n', this.#at);
      this.#lineEnd = lineEnd === -1 ? this.#text.length : lineEnd;
    }
    return this.#lineEnd;
  }

  #pythonCode(): void {
    const close = this.#text.indexOf('}%', this.#at + 2);
    if (close === -1) {
      this.#fail(this.#at, this.#at + 2, 'this code is never closed', 'close it with `}%`');
      return this.#add('code', this.#text.length, true);
    }
    this.#checkRow(this.#at + 2, close, CHARACTER.closingBrace, '}%');
    this.#add('code', close + 2);
  }

  #fail(start: number, end: number, message: string, hint: string): void {
    this.#complaints.report(errorAt(this.#source.locate(start, end), 'pkt-syntax', message, hint));
  }

  #quirk(start: number, end: number, message: string, hint: string): void {
    const span = this.#source.locate(start, end);
    this.#complaints.report({ severity: 'warning', code: 'pkt-quirk', message, span, hint });
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

function isWordCharacter(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

function isLeadingSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
