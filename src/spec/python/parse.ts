/**
 * A code block's text -> `PythonProgram`, or the reason why the interpreter must run it.
 *
 * packetdrill writes a block's text into one Python file as it stands, without the spaces and tabs at its two ends:
 * so the first line has no indentation, and all others have their own. What Python refuses is therefore `foreign`
 * too: the interpreter says it best.
 */
import { ExpressionReader } from './expression';
import { isTaken } from './names';
import type { PythonBinaryOperator, PythonBranch, PythonExpression, PythonProgram, PythonStatement } from './python';
import { type PythonToken, pythonTokens } from './tokens';

export type ParsedPython = { readonly program: PythonProgram } | { readonly foreign: string };

/**
 * Reads a block. Never throws, and takes time linear in the text; whatever is deep or large beyond reason is foreign.
 * @param text what stands between the braces
 */
export function parsePython(text: string): ParsedPython {
  // Python takes a lone carriage return for the end of a line, and no NUL at all.
  const source = pythonSource(text).replaceAll('\r\n', '\n');
  if (/[\r\0]/.test(source)) return { foreign: 'it has control characters' };
  const read = pythonTokens(source);
  if ('foreign' in read) return read;
  const reader = new StatementReader(source, read.tokens);
  const statements = reader.readAll();
  return reader.foreign === undefined ? { program: { statements } } : { foreign: reader.foreign };
}

/** The lines of Python that packetdrill makes of a block's text. Line 1 is where the text begins. */
export function pythonSource(text: string): string {
  // Not by a regular expression: one that looks for blanks up to the end begins anew at each blank.
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return `${text.slice(start, end)}\n\n`;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

class StatementReader extends ExpressionReader {
  readonly #source: string;

  constructor(source: string, tokens: readonly PythonToken[]) {
    super(tokens);
    this.#source = source;
  }

  readAll(): readonly PythonStatement[] {
    const statements: PythonStatement[] = [];
    while (!this.is('end')) statements.push(...this.#statement());
    return statements;
  }

  /** One logical line, or one `if` with everything in it. */
  #statement(): readonly PythonStatement[] {
    if (this.is('indent')) {
      this.fail(`line ${this.token.line} of the block is indented without need`);
      return [];
    }
    return this.sees('if') ? [this.#choice()] : this.#simpleLine();
  }

  #simpleLine(): readonly PythonStatement[] {
    const statements: PythonStatement[] = [];
    do statements.push(...this.#simple());
    while (this.takes(';') && !this.is('newline'));
    if (this.is('newline')) this.advance();
    else this.failHere();
    return statements;
  }

  #choice(): PythonStatement {
    const { line, start } = this.token;
    const branches: PythonBranch[] = [this.#branch()];
    while (this.sees('elif')) branches.push(this.#branch());
    if (this.sees('else')) branches.push(this.#branch());
    return { kind: 'if', line, text: branches[0]?.text ?? this.#written(start), branches };
  }

  #branch(): PythonBranch {
    const { line, start } = this.token;
    const isElse = this.sees('else');
    this.advance();
    const test = isElse ? undefined : this.expression();
    this.wants(':');
    const text = this.#written(start);
    const body = this.#body();
    return { line, text, ...(test === undefined ? {} : { test }), body };
  }

  #body(): readonly PythonStatement[] {
    if (!this.is('newline')) return this.#simpleLine();
    this.advance();
    if (!this.is('indent')) {
      this.failHere();
      return [];
    }
    this.advance();
    const statements: PythonStatement[] = [];
    while (!this.is('dedent') && !this.is('end')) statements.push(...this.#statement());
    if (this.is('dedent')) this.advance();
    return statements;
  }

  /** One statement; a chain of assignments is several. */
  #simple(): readonly PythonStatement[] {
    const { line, start } = this.token;
    const make = this.sees('assert')
      ? this.#assertion()
      : this.sees('pass')
        ? this.#pass()
        : this.#isPrint()
          ? this.#print()
          : this.#assignmentOrExpression();
    const text = this.#written(start);
    return make.map((part) => ({ ...part, line, text }));
  }

  #assertion(): readonly Unplaced[] {
    this.wants('assert');
    const test = this.expression();
    if (!this.takes(',')) return [{ kind: 'assert', test }];
    return [{ kind: 'assert', test, message: this.expression() }];
  }

  #pass(): readonly Unplaced[] {
    this.wants('pass');
    return [{ kind: 'pass' }];
  }

  #isPrint(): boolean {
    return this.token.kind === 'name' && this.token.text === 'print';
  }

  #print(): readonly Unplaced[] {
    this.advance();
    if (!this.sees('(')) {
      this.fail('print stands without brackets');
      return [];
    }
    this.advance();
    const values = this.args();
    return [{ kind: 'print', values }];
  }

  #assignmentOrExpression(): readonly Unplaced[] {
    const first = this.expressions();
    const augmented = this.token.kind === 'sign' ? AUGMENTED.exec(this.token.text)?.[1] : undefined;
    if (augmented !== undefined) {
      this.advance();
      const [name = ''] = this.#targets(first, 1);
      return [{ kind: 'augment', name, operator: augmented as PythonBinaryOperator, value: this.expressions() }];
    }
    if (!this.sees('=')) return [{ kind: 'expression', value: first }];
    const sides = [first];
    while (this.takes('=')) sides.push(this.expressions());
    return this.#assignments(sides);
  }

  /** `a = b = value` is `a = value`, then `b = a`: Python assigns from left to right. */
  #assignments(sides: readonly PythonExpression[]): readonly Unplaced[] {
    const value = sides.at(-1) ?? NONE;
    const targets = sides.slice(0, -1);
    if (targets.length === 1) return [{ kind: 'assign', names: this.#targets(targets[0] ?? NONE, 1_000), value }];
    const names = targets.map((target) => this.#targets(target, 1)[0] ?? '');
    return names.map((name, index) => ({
      kind: 'assign',
      names: [name],
      value: index === 0 ? value : { kind: 'name', name: names[0] ?? '' },
    }));
  }

  /** The names that a side of an assignment stands for. */
  #targets(side: PythonExpression, most: number): readonly string[] {
    const items = side.kind === 'tuple' ? side.items : [side];
    const names = items.flatMap((item) => (item.kind === 'name' ? [item.name] : []));
    // One name and a comma takes a tuple apart; a name alone does not.
    const isPlain =
      names.length === items.length && names.length <= most && !(side.kind === 'tuple' && names.length < 2);
    if (!isPlain) this.fail('it assigns to something else than names');
    if (names.some(isTaken)) this.fail("it assigns to a name of Python's own");
    return names;
  }

  /** The text from there up to what has been read, on one line. */
  #written(start: number): string {
    return this.#source
      .slice(start, Math.max(start, this.previous.end))
      .replace(/\\\n/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  }
}

type Unplaced = PythonStatement extends infer S
  ? S extends PythonStatement
    ? Omit<S, 'line' | 'text'>
    : never
  : never;

const AUGMENTED = /^(\*\*|\/\/|<<|>>|[-+*/%&|^])=$/;
const NONE: PythonExpression = { kind: 'constant', value: null };
