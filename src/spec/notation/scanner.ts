/**
 * Reads a snippet from left to right: white space, words, numbers, punctuation, each with its place.
 *
 * A parser that cannot go on reports where and why, and returns `undefined`; nothing is thrown.
 */
import type { DiagnosticCode } from '../diagnostic';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import type { Span } from '../source';

/** Whether a packet is sent or awaited: `*`, `...` and `ect01` make sense only for what is awaited. */
export type Direction = 'inject' | 'expect';

/**
 * Whose conventions hold. In packetdrill's, descriptors are numbers, and what is not written says something: no
 * options at all, acknowledgment number 0, a payload of zeros.
 */
export type Dialect = 'yaml' | 'packetdrill';

export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const DECIMAL_OR_HEX = /[+-]?(?:0[xX][0-9a-fA-F]+|\d+)/y;

export class Scanner {
  readonly #snippet: Snippet;
  readonly #complaints: Complaints;
  readonly #code: DiagnosticCode;
  #at = 0;
  #failures = 0;

  /** @param code the code of what is reported without another one */
  constructor(snippet: Snippet, complaints: Complaints, code: DiagnosticCode) {
    this.#snippet = snippet;
    this.#complaints = complaints;
    this.#code = code;
  }

  /** Whether anything was reported. Parsers go on behind a mistake where they can, to find the next one too. */
  get failed(): boolean {
    return this.#failures > 0;
  }

  get failures(): number {
    return this.#failures;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    this.skipSpace();
    return this.#at >= this.#snippet.text.length;
  }

  /** The text between two places, as it was written. */
  slice(start: number, end: number = this.#at): string {
    return this.#snippet.text.slice(start, end);
  }

  span(start: number, end: number = this.#at): Span {
    return this.#snippet.locate(start, end);
  }

  /** Reports; always gives `undefined`, so that it can stand in a `return`. */
  fail(start: number, end: number, message: string, hint?: string): undefined {
    this.#failures++;
    this.#complaints.report(errorAt(this.span(start, end), this.#code, message, hint));
    return undefined;
  }

  /** Reports what stands here in place of what was wanted. */
  expected(what: string, hint?: string): undefined {
    this.skipSpace();
    const { start, end, text } = this.#lump();
    if (text === '') return this.fail(start, start, `${what} expected, but the text ends here`, hint);
    return this.fail(start, end, `${what} expected, not \`${text}\``, hint);
  }

  skipSpace(): void {
    const { text } = this.#snippet;
    while (this.#at < text.length && isSpace(text.charCodeAt(this.#at))) this.#at++;
  }

  /** Goes back (or on) to a place seen before. */
  moveTo(place: number): void {
    this.#at = place;
  }

  /** Takes what a sticky expression finds after white space. */
  match(expression: RegExp): Token | undefined {
    this.skipSpace();
    const sticky = expression;
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#snippet.text);
    if (found === null || found[0] === '') return undefined;
    const start = this.#at;
    this.#at += found[0].length;
    return { text: found[0], start, end: this.#at };
  }

  /** Takes exactly this punctuation, if it is next. */
  take(punctuation: string): boolean {
    this.skipSpace();
    if (!this.#snippet.text.startsWith(punctuation, this.#at)) return false;
    this.#at += punctuation.length;
    return true;
  }

  looksAt(punctuation: string): boolean {
    this.skipSpace();
    return this.#snippet.text.startsWith(punctuation, this.#at);
  }

  /** Takes this word, if it is next and does not go on. */
  takeWord(word: string): boolean {
    this.skipSpace();
    const end = this.#at + word.length;
    const { text } = this.#snippet;
    if (!text.startsWith(word, this.#at) || isWordCharacter(text.charCodeAt(end))) return false;
    this.#at = end;
    return true;
  }

  /** A number in decimal or hex. Reports one out of bounds, and passes over it; `undefined` when none stands here. */
  integer(what: string, min: number, max: number): number | undefined {
    const token = this.match(DECIMAL_OR_HEX);
    if (token === undefined) return this.expected(`${what} (a number)`);
    const value = readInteger(token.text);
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      this.fail(token.start, token.end, `${what} ${token.text} is out of range ${min} to ${max}`);
      return min;
    }
    return value;
  }

  /** True at the end of the text; reports what is left over. */
  finish(): boolean {
    if (this.atEnd) return true;
    const start = this.#at;
    const text = this.match(/\S+/y)?.text ?? '';
    const hint = /^\d+:/.test(text) ? 'the sequence numbers come right after the flags' : undefined;
    this.fail(start, start + text.length, `\`${text}\` is left over at the end`, hint);
    return false;
  }

  /** Up to the next blank or comma: what a person sees as one thing. */
  #lump(): Token {
    const { text } = this.#snippet;
    let end = this.#at;
    while (
      end < text.length &&
      !isSpace(text.charCodeAt(end)) &&
      !(end > this.#at && ',()<>[]{}'.includes(text.charAt(end)))
    )
      end++;
    return { text: text.slice(this.#at, end), start: this.#at, end };
  }
}

/** Reads `12`, `-12` or `0x1f`; the text has been matched before. */
export function readInteger(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const value = Number(digits);
  return negative && value !== 0 ? -value : value;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}
