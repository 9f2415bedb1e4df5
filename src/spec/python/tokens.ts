/**
 * Python's tokens: names, numbers, strings, signs, and the line structure (ends of logical lines, indentation).
 *
 * What the subset has no place for ends the reading with a reason. One pass, linear in the text.
 */

export interface PythonToken {
  readonly kind: 'name' | 'integer' | 'float' | 'string' | 'sign' | 'newline' | 'indent' | 'dedent' | 'end';
  /** The value of a string, the decimal digits of an integer; otherwise the token as it was written. */
  readonly text: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export type PythonTokens = { readonly tokens: readonly PythonToken[] } | { readonly foreign: string };

/** Far more than any script has. */
const TOKENS_MAX = 20_000;
/** Python turns no longer text into a number (sys.int_info.default_max_str_digits). */
const DIGITS_MAX = 4_000;
const BRACKETS_MAX = 100;
const INDENTS_MAX = 50;

const SPACE = /[ \t\f]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const SIGN = /\*\*=|\/\/=|<<=|>>=|\*\*|\/\/|<<|>>|<=|>=|==|!=|->|:=|[-+*/%&|^]=|[-+*/%&|^~<>=(),:;.[\]{}@]/y;
const CONTINUATION = /\\\n/y;
const COMMENT = /#[^\n]*/y;
const PREFIXED_STRING = /^(?:[rRuUbBfF]|[rR][bBfF]|[bBfF][rR])$/;

/** Cuts a block into tokens; the last one is `end`. */
export function pythonTokens(text: string): PythonTokens {
  const reader = new TokenReader(text);
  const foreign = reader.readAll();
  return foreign === undefined ? { tokens: reader.tokens } : { foreign };
}

class TokenReader {
  readonly tokens: PythonToken[] = [];
  readonly #text: string;
  readonly #indents = [0];
  #at = 0;
  #line = 1;
  /** Open brackets: inside of them, lines do not end. */
  #brackets = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns why the text is not for this reader; `undefined` when all of it was read */
  readAll(): string | undefined {
    while (this.#at < this.#text.length) {
      if (this.tokens.length > TOKENS_MAX) return `it has more than ${TOKENS_MAX} tokens`;
      const foreign = this.#atLineStart() ? this.#indentation() : this.#next();
      if (foreign !== undefined) return foreign;
    }
    if (this.#brackets > 0) return 'a bracket is not closed';
    if (!this.#atLineStart()) this.#push('newline', this.#at);
    for (; this.#indents.length > 1; this.#indents.pop()) this.#push('dedent', this.#at);
    this.#push('end', this.#at);
    return undefined;
  }

  /** Whether a logical line begins here. */
  #atLineStart(): boolean {
    const last = this.tokens.at(-1)?.kind;
    return this.#brackets === 0 && (last === undefined || last === 'newline');
  }

  #push(kind: PythonToken['kind'], start: number, text: string = this.#text.slice(start, this.#at)): void {
    this.tokens.push({ kind, text, line: this.#line, start, end: this.#at });
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0];
    this.#at += taken?.length ?? 0;
    return taken;
  }

  /** The space before a logical line; empty lines and comments have none that counts. */
  #indentation(): string | undefined {
    const space = this.#take(SPACE) ?? '';
    this.#take(COMMENT);
    if (this.#at >= this.#text.length) return undefined;
    if (this.#text[this.#at] === '\n') {
      this.#newLine();
      return undefined;
    }
    if (this.#text[this.#at] === '\\') return 'a line begins with a backslash';
    if (/[\t\f]/.test(space)) return 'a line is indented with tabs';
    const foreign = this.#indentTo(space.length);
    // Now no line start any more: something of the line follows for sure.
    return foreign ?? this.#next();
  }

  #indentTo(width: number): string | undefined {
    const current = this.#indents.at(-1) ?? 0;
    if (width > current) {
      if (this.#indents.length > INDENTS_MAX) return `it is indented more than ${INDENTS_MAX} times`;
      this.#indents.push(width);
      this.#push('indent', this.#at);
      return undefined;
    }
    while ((this.#indents.at(-1) ?? 0) > width) {
      this.#indents.pop();
      this.#push('dedent', this.#at);
    }
    return this.#indents.at(-1) === width ? undefined : 'a line is indented like none before it';
  }

  #newLine(): void {
    this.#at++;
    this.#line++;
  }

  #next(): string | undefined {
    this.#take(SPACE);
    this.#take(COMMENT);
    const start = this.#at;
    const first = this.#text[start];
    if (first === undefined) return undefined;
    if (first === '\n') {
      if (this.#brackets === 0) this.#push('newline', start);
      this.#newLine();
      return undefined;
    }
    if (first === '\\') {
      if (this.#take(CONTINUATION) === undefined) return 'something follows a backslash on its line';
      this.#line++;
      return undefined;
    }
    if (first === "'" || first === '"') return this.#string(start, false);
    if (/[A-Za-z_]/.test(first)) return this.#name(start);
    if (/[0-9]/.test(first) || (first === '.' && /[0-9]/.test(this.#text[start + 1] ?? ''))) return this.#number(start);
    return this.#sign(start);
  }

  #name(start: number): string | undefined {
    const name = this.#take(NAME) ?? '';
    const quote = this.#text[this.#at];
    if (quote !== "'" && quote !== '"') {
      this.#push('name', start);
      return undefined;
    }
    if (!PREFIXED_STRING.test(name)) return `a string follows ${name} at once`;
    if (!/^[rRuU]$/.test(name)) return /[fF]/.test(name) ? 'it has an f-string' : 'it has bytes';
    return this.#string(start, /[rR]/.test(name));
  }

  #number(start: number): string | undefined {
    const written = this.#take(NUMBER) ?? '';
    if (/[A-Za-z0-9_.]/.test(this.#text[this.#at] ?? ''))
      return `a number is followed by ${this.#text[this.#at] ?? ''}`;
    if (written.length > DIGITS_MAX) return `a number has more than ${DIGITS_MAX} digits`;
    const digits = written.replaceAll('_', '');
    if (/^0[xXoObB]/.test(digits)) this.#push('integer', start, BigInt(digits).toString());
    else if (/[.eE]/.test(digits)) {
      if (!Number.isFinite(Number(digits))) return 'a number is larger than any float';
      this.#push('float', start, digits);
    } else if (/^0+[1-9]/.test(digits)) return 'a number begins with 0';
    else this.#push('integer', start, BigInt(digits).toString());
    return undefined;
  }

  #sign(start: number): string | undefined {
    const sign = this.#take(SIGN);
    if (sign === undefined) return `it has the character ${JSON.stringify(this.#text[start])}`;
    if (/[([{]/.test(sign)) this.#brackets++;
    if (/[)\]}]/.test(sign)) this.#brackets--;
    if (this.#brackets < 0) return 'a bracket is closed that was not opened';
    if (this.#brackets > BRACKETS_MAX) return `more than ${BRACKETS_MAX} brackets stand inside of each other`;
    this.#push('sign', start);
    return undefined;
  }

  #string(start: number, raw: boolean): string | undefined {
    const quote = this.#text[this.#at] ?? '';
    if (this.#text.startsWith(quote.repeat(3), this.#at)) return 'it has a string in triple quotes';
    this.#at++;
    const firstLine = this.#line;
    let value = '';
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined || character === '\n') return 'a string is not closed on its line';
      if (character === quote) break;
      const part = character === '\\' ? this.#escape(raw) : character;
      if (part === undefined) return 'a string has an escape that stands for another character than ASCII';
      value += part;
    }
    if (/[^\0-\x7f]/.test(value)) return 'a string has other characters than ASCII';
    this.tokens.push({ kind: 'string', text: value, line: firstLine, start, end: this.#at });
    return undefined;
  }

  /** What stands behind a backslash inside of a string; `undefined` for what is not plain. */
  #escape(raw: boolean): string | undefined {
    const character = this.#text[this.#at++] ?? '';
    if (character === '\n') this.#line++;
    if (raw) return `\\${character}`;
    if (character === '\n') return '';
    const plain = ESCAPES[character];
    if (plain !== undefined) return plain;
    if (character === 'N' || character === 'u' || character === 'U') return undefined;
    this.#at--;
    const octal = this.#take(/[0-7]{1,3}/y);
    if (octal !== undefined) return asciiOf(Number.parseInt(octal, 8));
    if (character !== 'x') {
      this.#at++;
      return `\\${character}`;
    }
    const hex = this.#take(/x[0-9a-fA-F]{2}/y);
    return hex === undefined ? undefined : asciiOf(Number.parseInt(hex.slice(1), 16));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function asciiOf(code: number): string | undefined {
  return code < 0x80 ? String.fromCharCode(code) : undefined;
}
