/**
 * Expressions of the subset, by precedence.
 *
 * The first thing that has no place in the subset is kept as the reason, and the reader then stands at the end of the
 * text: everything after it comes out empty, nothing needs to be undone, and the time stays linear.
 */
import { present } from '../../base/assert';
import { CALLABLE, isTaken, KEYWORDS } from './names';
import type { PythonBinaryOperator, PythonComparison, PythonExpression } from './python';
import type { PythonToken } from './tokens';

/** How tall the tree of one expression may be; who evaluates it may then do so by recursion. */
const HEIGHT_MAX = 200;
const NOTHING: PythonExpression = { kind: 'constant', value: null };

const BINDING: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
};
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

export class ExpressionReader {
  readonly #tokens: readonly PythonToken[];
  readonly #heights = new WeakMap<PythonExpression, number>();
  #at = 0;
  #depth = 0;
  #foreign: string | undefined;

  /** @param tokens the last of them is `end` */
  constructor(tokens: readonly PythonToken[]) {
    this.#tokens = tokens;
  }

  /** Why the text is not of the subset; `undefined` as long as it is. */
  get foreign(): string | undefined {
    return this.#foreign;
  }

  get token(): PythonToken {
    return present(this.#tokens[this.#at], 'the token');
  }

  /** The token before this one. */
  get previous(): PythonToken {
    return present(this.#tokens[Math.max(0, this.#at - 1)], 'the previous token');
  }

  /** Keeps the reason, unless there is one already, and goes to the end. */
  fail(reason: string): PythonExpression {
    this.#foreign ??= reason;
    this.#at = this.#tokens.length - 1;
    return NOTHING;
  }

  failHere(): PythonExpression {
    const { kind, text, line } = this.token;
    const what = kind === 'string' ? 'a string' : kind === 'name' || kind === 'sign' ? text : `the ${kind}`;
    return this.fail(`${what} stands in line ${line} of the block, where this reader knows nothing that it could mean`);
  }

  /** Whether this token is of the kind. */
  is(kind: PythonToken['kind']): boolean {
    return this.token.kind === kind;
  }

  /** Whether this token is the sign or keyword. */
  sees(text: string): boolean {
    const { token } = this;
    return token.text === text && (token.kind === 'sign' || (token.kind === 'name' && KEYWORDS.has(text)));
  }

  /** Steps over the sign or keyword, if it stands here. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.advance();
    return true;
  }

  wants(text: string): void {
    if (!this.takes(text)) this.failHere();
  }

  advance(): void {
    if (this.#at < this.#tokens.length - 1) this.#at++;
  }

  /** One expression, or several with commas between them: a tuple. */
  expressions(): PythonExpression {
    const first = this.expression();
    if (!this.sees(',')) return first;
    const items = [first];
    while (this.takes(',')) {
      if (this.#endsItems()) break;
      items.push(this.expression());
    }
    return this.#node({ kind: 'tuple', items }, items);
  }

  #endsItems(): boolean {
    return ['newline', 'end'].includes(this.token.kind) || [')', ']', ';', '=', ':'].some((sign) => this.sees(sign));
  }

  /** `a if test else b`, and everything that binds closer. */
  expression(): PythonExpression {
    return this.#nested(() => {
      const then = this.#either();
      if (!this.takes('if')) return then;
      const test = this.#either();
      this.wants('else');
      const otherwise = this.expression();
      return this.#node({ kind: 'conditional', test, then, otherwise }, [test, then, otherwise]);
    });
  }

  #either(): PythonExpression {
    let left = this.#both();
    while (this.takes('or')) {
      const right = this.#both();
      left = this.#node({ kind: 'or', left, right }, [left, right]);
    }
    return left;
  }

  #both(): PythonExpression {
    let left = this.#negation();
    while (this.takes('and')) {
      const right = this.#negation();
      left = this.#node({ kind: 'and', left, right }, [left, right]);
    }
    return left;
  }

  #negation(): PythonExpression {
    if (!this.takes('not')) return this.#comparison();
    const operand = this.#nested(() => this.#negation());
    return this.#node({ kind: 'unary', operator: 'not', operand }, [operand]);
  }

  #comparison(): PythonExpression {
    const first = this.#binary(1);
    const rest: { operator: PythonComparison; right: PythonExpression }[] = [];
    for (let operator = this.#comparator(); operator !== undefined; operator = this.#comparator()) {
      const isMembership = operator === 'in' || operator === 'not in';
      const right = isMembership && this.sees('[') ? this.#list() : this.#binary(1);
      const left = rest.at(-1)?.right ?? first;
      if (operator.startsWith('is') && ![left, right].some(isConstant))
        this.fail('`is` between values that are no constants depends on the interpreter');
      if (left.kind === 'list') this.fail('a list stands where it is not only searched');
      rest.push({ operator, right });
    }
    if (rest.length === 0) return first;
    return this.#node({ kind: 'compare', first, rest }, [first, ...rest.map(({ right }) => right)]);
  }

  #comparator(): PythonComparison | undefined {
    const { text, kind } = this.token;
    if (kind === 'sign' && COMPARISONS.has(text)) {
      this.advance();
      return text as PythonComparison;
    }
    if (this.takes('in')) return 'in';
    if (this.takes('is')) return this.takes('not') ? 'is not' : 'is';
    if (!this.takes('not')) return undefined;
    this.wants('in');
    return 'not in';
  }

  #list(): PythonExpression {
    this.wants('[');
    const items: PythonExpression[] = [];
    while (!this.sees(']') && this.foreign === undefined) {
      items.push(this.expression());
      if (!this.takes(',')) break;
    }
    this.wants(']');
    return this.#node({ kind: 'list', items }, items);
  }

  /** Operators that bind at least so close; those of one strength from left to right. */
  #binary(least: number): PythonExpression {
    let left = this.#unary();
    for (;;) {
      const { text, kind } = this.token;
      const strength = kind === 'sign' ? BINDING[text] : undefined;
      if (strength === undefined || strength < least) return left;
      this.advance();
      const right = this.#binary(strength + 1);
      left = this.#node({ kind: 'binary', operator: text as PythonBinaryOperator, left, right }, [left, right]);
    }
  }

  #unary(): PythonExpression {
    const operator = (['-', '+', '~'] as const).find((sign) => this.takes(sign));
    if (operator === undefined) return this.#power();
    const operand = this.#nested(() => this.#unary());
    return this.#node({ kind: 'unary', operator, operand }, [operand]);
  }

  /** `**` binds closer than a sign on its left, and not as close as one on its right. */
  #power(): PythonExpression {
    const left = this.#atom();
    if (!this.takes('**')) return left;
    const right = this.#nested(() => this.#unary());
    return this.#node({ kind: 'binary', operator: '**', left, right }, [left, right]);
  }

  #atom(): PythonExpression {
    const { kind, text } = this.token;
    const atom = this.#plainAtom(kind, text);
    if (this.sees('.')) return this.fail('it has attributes');
    if (this.sees('[')) return this.fail('it has subscripts');
    if (this.sees('(')) return this.fail('it calls something that has no name');
    return atom;
  }

  #plainAtom(kind: PythonToken['kind'], text: string): PythonExpression {
    switch (kind) {
      case 'integer':
        this.advance();
        return { kind, digits: text };
      case 'float':
        this.advance();
        return { kind, value: Number(text) };
      case 'string':
        return { kind, value: this.#strings() };
      case 'name':
        return this.#name(text);
      case 'sign':
        if (text === '(') return this.#bracketed();
        if (text === '[') return this.fail('a list stands where it is not only searched');
        if (text === '{') return this.fail('it has sets or dictionaries');
        return this.failHere();
      case 'newline':
      case 'indent':
      case 'dedent':
      case 'end':
        return this.failHere();
    }
  }

  /** Strings side by side are one. */
  #strings(): string {
    const parts: string[] = [];
    for (; this.token.kind === 'string'; this.advance()) parts.push(this.token.text);
    return parts.join('');
  }

  #bracketed(): PythonExpression {
    this.wants('(');
    if (this.takes(')')) return { kind: 'tuple', items: [] };
    const inside = this.expressions();
    if (this.sees('for')) return this.fail('it has comprehensions');
    this.wants(')');
    return inside;
  }

  #name(name: string): PythonExpression {
    if (name === 'True' || name === 'False') {
      this.advance();
      return { kind: 'constant', value: name === 'True' };
    }
    if (name === 'None') {
      this.advance();
      return { kind: 'constant', value: null };
    }
    if (KEYWORDS.has(name)) return this.fail(`it has ${name}`);
    this.advance();
    if (this.takes('(')) return this.#call(name);
    return isTaken(name) ? this.fail(`it uses Python's own ${name}`) : { kind: 'name', name };
  }

  #call(name: string): PythonExpression {
    const bounds = CALLABLE.get(name);
    if (bounds === undefined) return this.fail(`it calls ${name}()`);
    const args = this.args();
    const [min, max] = bounds;
    if (args.length < min || args.length > max) return this.fail(`it calls ${name}() with ${args.length} arguments`);
    return this.#node({ kind: 'call', name, args }, args);
  }

  /** Arguments by position, behind the opening bracket. */
  args(): readonly PythonExpression[] {
    const args: PythonExpression[] = [];
    while (!this.sees(')') && this.foreign === undefined) {
      args.push(this.expression());
      if (!this.takes(',')) break;
    }
    if (this.sees('=')) this.fail('it has arguments by name');
    if (this.sees('for')) this.fail('it has comprehensions');
    this.wants(')');
    return args;
  }

  #nested(read: () => PythonExpression): PythonExpression {
    if (this.#depth >= HEIGHT_MAX) return this.fail(TOO_DEEP);
    this.#depth++;
    const expression = read();
    this.#depth--;
    return expression;
  }

  #node(node: PythonExpression, children: readonly PythonExpression[]): PythonExpression {
    const height = 1 + children.reduce((most, child) => Math.max(most, this.#heights.get(child) ?? 0), 0);
    if (height > HEIGHT_MAX) return this.fail(TOO_DEEP);
    this.#heights.set(node, height);
    return node;
  }
}

const TOO_DEEP = `an expression is nested more than ${HEIGHT_MAX} deep`;

function isConstant(expression: PythonExpression): boolean {
  return expression.kind === 'constant';
}
