/**
 * The tokens of a packetdrill script, and how to find what stands between them.
 *
 * A script may be megabytes long, so tokens are rows of a table and not objects. Nothing of the text is lost: a token
 * has what leads to it (blanks, line breaks, comments), and the last one, `end`, has what is left.
 */
export const TOKEN_KINDS = [
  /** Letters, digits and `_`, other than a number. */
  'word',
  /** `-?[0-9]+`, always decimal. */
  'integer',
  /** `0x1f`. */
  'hex',
  /** `1.5`, `.5`; always with digits behind the dot. */
  'float',
  /** `...`. */
  'ellipsis',
  /** `--name`. */
  'option',
  /** `"text"`. */
  'string',
  /** `` `for the shell` ``. */
  'shell',
  /** `%{ Python }%`. */
  'code',
  /** Any other character. */
  'mark',
  'end',
] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

/** What is noted of a token beside its kind. */
export interface TokenNotes {
  readonly firstOnLine: boolean;
  /** A comment stands before it. */
  readonly commented: boolean;
  /** A quotation, code or comment without an end. */
  readonly unclosed: boolean;
}

const KIND_MASK = 0x0f;
const FIRST_ON_LINE = 0x10;
const COMMENTED = 0x20;
const UNCLOSED = 0x40;
const ROW = 3;

export class TokenTable {
  readonly text: string;
  #rows = new Int32Array(256 * ROW);
  #length = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The number of tokens, `end` counted. */
  get length(): number {
    return this.#length;
  }

  add(kind: TokenKind, start: number, end: number, notes: TokenNotes): void {
    if ((this.#length + 1) * ROW > this.#rows.length) {
      const grown = new Int32Array(this.#rows.length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    const row = this.#length++ * ROW;
    const flags =
      (notes.firstOnLine ? FIRST_ON_LINE : 0) | (notes.commented ? COMMENTED : 0) | (notes.unclosed ? UNCLOSED : 0);
    this.#rows[row] = TOKEN_KINDS.indexOf(kind) | flags;
    this.#rows[row + 1] = start;
    this.#rows[row + 2] = end;
  }

  /** Behind the last token there is only `end`. */
  kind(index: number): TokenKind {
    return TOKEN_KINDS[this.#field(index, 0) & KIND_MASK] ?? 'end';
  }

  start(index: number): number {
    return this.#field(index, 1);
  }

  end(index: number): number {
    return this.#field(index, 2);
  }

  textOf(index: number): string {
    return this.text.slice(this.start(index), this.end(index));
  }

  /** Whether this very character is the token. */
  isMark(index: number, character: string): boolean {
    return this.kind(index) === 'mark' && this.text.startsWith(character, this.start(index));
  }

  /** Blanks, line breaks and comments before the token. */
  trivia(index: number): string {
    return this.text.slice(index === 0 ? 0 : this.end(index - 1), this.start(index));
  }

  firstOnLine(index: number): boolean {
    return (this.#field(index, 0) & FIRST_ON_LINE) !== 0;
  }

  commented(index: number): boolean {
    return (this.#field(index, 0) & COMMENTED) !== 0;
  }

  unclosed(index: number): boolean {
    return (this.#field(index, 0) & UNCLOSED) !== 0;
  }

  #field(index: number, column: number): number {
    const row = Math.min(index, this.#length - 1);
    return this.#rows[row * ROW + column] ?? 0;
  }
}
