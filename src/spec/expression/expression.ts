/**
 * The arithmetic inside `${...}`: whole numbers, names, `+ - * / % **`, brackets, `min(a, b)` and `max(a, b)`.
 *
 * Division rounds towards zero. A name alone may stand for a text; arithmetic is for numbers. Nothing is thrown: what
 * cannot be worked out is an `ExpressionProblem` with its place inside the expression.
 */
import { didYouMean } from '../suggest';

export type Value = string | number;

/** The names that an expression may use. */
export type Scope = ReadonlyMap<string, Value>;

export interface ExpressionProblem {
  readonly code: 'bad-expression' | 'unknown-variable';
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

export type Evaluated = { readonly value: Value } | { readonly problem: ExpressionProblem };

const TOKEN = /\s*(?:(\d+)|([A-Za-z_]\w*)|(\*\*|[-+*/%(),]))/y;
/** Deeper than anyone writes, and far from the end of the stack. */
const DEEPEST = 50;

/** Works out the expression. */
export function evaluate(text: string, scope: Scope): Evaluated {
  const reader = new ExpressionReader(text, scope);
  const value = reader.sum(0);
  if (value !== undefined) reader.end();
  const { problem } = reader;
  if (problem !== undefined) return { problem };
  if (value === undefined)
    return { problem: { code: 'bad-expression', message: 'this expression is empty', start: 0, end: text.length } };
  return { value };
}

interface Token {
  readonly kind: 'number' | 'name' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Recursive descent, one method for each level of binding. The first problem wins. */
class ExpressionReader {
  readonly #text: string;
  readonly #scope: Scope;
  #at = 0;
  problem: ExpressionProblem | undefined;

  constructor(text: string, scope: Scope) {
    this.#text = text;
    this.#scope = scope;
  }

  sum(depth: number): Value | undefined {
    let left = this.#product(depth);
    for (;;) {
      const sign = this.#takeSign('+', '-');
      if (sign === undefined || left === undefined) return left;
      left = this.#combine(sign, left, this.#product(depth));
    }
  }

  end(): void {
    const token = this.#peek();
    if (token !== undefined) this.#fail(token, `\`${token.text}\` is left over in this expression`);
    else if (this.#text.slice(this.#at).trim() !== '')
      this.#failAt(
        this.#at,
        this.#text.length,
        `\`${this.#text.slice(this.#at).trim()}\` means nothing in an expression`,
      );
  }

  #product(depth: number): Value | undefined {
    let left = this.#power(depth);
    for (;;) {
      const sign = this.#takeSign('*', '/', '%');
      if (sign === undefined || left === undefined) return left;
      left = this.#combine(sign, left, this.#power(depth));
    }
  }

  /** Binds to the right, as in Python: `2 ** 3 ** 2` is 512. */
  #power(depth: number): Value | undefined {
    const base = this.#factor(depth);
    const sign = base === undefined ? undefined : this.#takeSign('**');
    return sign === undefined || base === undefined ? base : this.#combine(sign, base, this.#power(depth + 1));
  }

  #factor(depth: number): Value | undefined {
    if (depth > DEEPEST) return this.#failAt(0, this.#text.length, 'this expression is nested too deeply');
    const token = this.#next();
    if (token === undefined)
      return this.#failAt(this.#at, this.#text.length, 'a number or a name is missing in this expression');
    if (token.kind === 'number') return this.#bounded(Number(token.text), token);
    if (token.kind === 'name') return this.#named(token, depth);
    if (token.text === '-') {
      const value = this.#factor(depth + 1);
      return value === undefined ? undefined : this.#combine(token, 0, value);
    }
    if (token.text !== '(') return this.#fail(token, `\`${token.text}\` is not expected here`);
    const inner = this.sum(depth + 1);
    if (inner === undefined || this.#takeSign(')') !== undefined) return inner;
    return this.#fail(token, 'this bracket is not closed');
  }

  #named(token: Token, depth: number): Value | undefined {
    if (token.text === 'min' || token.text === 'max') {
      const open = this.#takeSign('(');
      if (open !== undefined) return this.#extreme(token, depth);
    }
    const value = this.#scope.get(token.text);
    if (value !== undefined) return value;
    const hint =
      token.text === 'i'
        ? '`i` counts the rounds of a `repeat`, and exists only there'
        : (didYouMean(token.text, this.#scope.keys()).hint ?? 'declare it under `variables` or `matrix`');
    this.problem ??= {
      code: 'unknown-variable',
      message: `unknown variable \`${token.text}\``,
      start: token.start,
      end: token.end,
      ...(hint === undefined ? {} : { hint }),
    };
    return undefined;
  }

  #extreme(token: Token, depth: number): Value | undefined {
    const values: number[] = [];
    do {
      const value = this.sum(depth + 1);
      if (value === undefined) return undefined;
      if (typeof value === 'string')
        return this.#fail(token, `\`${token.text}\` is for numbers, and \`${value}\` is none`);
      values.push(value);
    } while (this.#takeSign(',') !== undefined);
    if (this.#takeSign(')') === undefined)
      return this.#fail(token, `\`)\` is missing after the arguments of \`${token.text}\``);
    const extreme = token.text === 'min' ? Math.min : Math.max;
    return values.reduce((one, other) => extreme(one, other));
  }

  #combine(sign: Token, left: Value, right: Value | undefined): Value | undefined {
    if (right === undefined) return undefined;
    if (typeof left === 'string' || typeof right === 'string') {
      const text = typeof left === 'string' ? left : right;
      return this.#fail(sign, `\`${sign.text}\` is for numbers, and \`${text}\` is none`);
    }
    if (right === 0 && (sign.text === '/' || sign.text === '%')) return this.#fail(sign, 'division by zero');
    return this.#bounded(compute(sign.text, left, right), sign);
  }

  #bounded(value: number, token: Token): Value | undefined {
    return Number.isSafeInteger(value) ? value : this.#fail(token, 'this number is too large');
  }

  #takeSign(...signs: readonly string[]): Token | undefined {
    const token = this.#peek();
    if (token?.kind !== 'sign' || !signs.includes(token.text)) return undefined;
    this.#at = token.end;
    return token;
  }

  #next(): Token | undefined {
    const token = this.#peek();
    if (token !== undefined) this.#at = token.end;
    return token;
  }

  #peek(): Token | undefined {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) return undefined;
    const [whole, number, name, sign] = match;
    const text = number ?? name ?? sign ?? '';
    const end = this.#at + whole.length;
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    return { kind, text, start: end - text.length, end };
  }

  #fail(token: Token, message: string): undefined {
    return this.#failAt(token.start, token.end, message);
  }

  #failAt(start: number, end: number, message: string): undefined {
    this.problem ??= { code: 'bad-expression', message, start, end };
    return undefined;
  }
}

function compute(sign: string, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    case '**':
      return Math.trunc(left ** right);
    default:
      return left % right;
  }
}

/** A name that variables, matrix axes and counters of rounds may have. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z]\w*$/.test(name) && name !== 'min' && name !== 'max';
}
