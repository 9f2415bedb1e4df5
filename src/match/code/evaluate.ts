/** Runs the statements of a block on a namespace. The height of expressions is bounded by the parser. */
import type { PythonExpression, PythonPlace, PythonStatement } from '../../spec/python/python';
import { PythonError, typeError, valueError } from './error';
import { callBuiltin } from './builtins';
import type { Namespace } from './namespace';
import { binary, compare, unary } from './operators';
import { isTrue, type PythonValue, Sequence, strOf, typeName } from './values';

/** Where and why a block stopped. */
export interface Stop {
  readonly place: PythonPlace;
  readonly error: PythonError;
  /** What was looked at: the test of an assertion, or the expressions of the statement. */
  readonly looked: readonly PythonExpression[];
}

/** Runs a block to its end or its first error. @param print takes each line of `print` */
export function runStatements(
  statements: readonly PythonStatement[],
  names: Namespace,
  print: (line: string) => void,
): Stop | undefined {
  for (const statement of statements) {
    const stop = statement.kind === 'if' ? choose(statement.branches, names, print) : runOne(statement, names, print);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

function choose(
  branches: Extract<PythonStatement, { readonly kind: 'if' }>['branches'],
  names: Namespace,
  print: (line: string) => void,
): Stop | undefined {
  for (const branch of branches) {
    const { test } = branch;
    let isTaken = test === undefined;
    const stop = attempt(branch, test === undefined ? [] : [test], () => {
      if (test !== undefined) isTaken = isTrue(evaluate(test, names));
    });
    if (stop !== undefined) return stop;
    if (isTaken) return runStatements(branch.body, names, print);
  }
  return undefined;
}

type Simple = Exclude<PythonStatement, { readonly kind: 'if' }>;

function runOne(statement: Simple, names: Namespace, print: (line: string) => void): Stop | undefined {
  return attempt(statement, lookedAt(statement), () => perform(statement, names, print));
}

function attempt(place: PythonPlace, looked: readonly PythonExpression[], work: () => void): Stop | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return { place, error, looked };
  }
}

function lookedAt(statement: Simple): readonly PythonExpression[] {
  switch (statement.kind) {
    case 'assert':
      return [statement.test];
    case 'augment':
      return [{ kind: 'name', name: statement.name }, statement.value];
    case 'assign':
    case 'expression':
      return [statement.value];
    case 'print':
      return statement.values;
    case 'pass':
      return [];
  }
}

function perform(statement: Simple, names: Namespace, print: (line: string) => void): void {
  switch (statement.kind) {
    case 'assert':
      if (isTrue(evaluate(statement.test, names))) return;
      throw new PythonError(
        'AssertionError',
        statement.message === undefined ? '' : strOf(evaluate(statement.message, names)),
      );
    case 'assign':
      assign(statement.names, evaluate(statement.value, names), names);
      return;
    case 'augment': {
      const before = names.get(statement.name);
      const value = evaluate(statement.value, names);
      names.set(statement.name, binary(statement.operator, before, value, `${statement.operator}=`));
      return;
    }
    case 'print':
      print(
        statement.values
          .map((value) => evaluate(value, names))
          .map(strOf)
          .join(' '),
      );
      return;
    case 'expression':
      evaluate(statement.value, names);
      return;
    case 'pass':
  }
}

function assign(targets: readonly string[], value: PythonValue, names: Namespace): void {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    names.set(only, value);
    return;
  }
  const parts = typeof value === 'string' ? [...value] : value instanceof Sequence ? value.items : undefined;
  if (parts === undefined) throw typeError(`cannot unpack non-iterable ${typeName(value)} object`);
  if (parts.length > targets.length) throw valueError(`too many values to unpack (expected ${targets.length})`);
  if (parts.length < targets.length)
    throw valueError(`not enough values to unpack (expected ${targets.length}, got ${parts.length})`);
  targets.forEach((name, index) => names.set(name, parts[index] ?? null));
}

/** @throws PythonError */
function evaluate(expression: PythonExpression, names: Namespace): PythonValue {
  switch (expression.kind) {
    case 'integer':
      return BigInt(expression.digits);
    case 'float':
    case 'string':
    case 'constant':
      return expression.value;
    case 'name':
      return names.get(expression.name);
    case 'tuple':
    case 'list':
      return new Sequence(
        expression.kind,
        expression.items.map((item) => evaluate(item, names)),
      );
    case 'unary': {
      const operand = evaluate(expression.operand, names);
      return expression.operator === 'not' ? !isTrue(operand) : unary(expression.operator, operand);
    }
    case 'binary':
      return binary(expression.operator, evaluate(expression.left, names), evaluate(expression.right, names));
    case 'and':
    case 'or': {
      const left = evaluate(expression.left, names);
      return isTrue(left) === (expression.kind === 'or') ? left : evaluate(expression.right, names);
    }
    case 'compare':
      return compareChain(expression, names);
    case 'conditional':
      return evaluate(isTrue(evaluate(expression.test, names)) ? expression.then : expression.otherwise, names);
    case 'call':
      return callBuiltin(
        expression.name,
        expression.args.map((argument) => evaluate(argument, names)),
      );
  }
}

/** `a < b < c`: each is evaluated once, and the first that does not hold ends it. */
function compareChain(
  { first, rest }: Extract<PythonExpression, { readonly kind: 'compare' }>,
  names: Namespace,
): boolean {
  let left = evaluate(first, names);
  for (const { operator, right } of rest) {
    const value = evaluate(right, names);
    if (!compare(operator, left, value)) return false;
    left = value;
  }
  return true;
}

/** The names that the expressions use, each once, in the order of the text. */
export function namesIn(expressions: readonly PythonExpression[]): readonly string[] {
  const found = new Set<string>();
  const visit = (expression: PythonExpression): void => {
    if (expression.kind === 'name') found.add(expression.name);
    for (const child of childrenOf(expression)) visit(child);
  };
  for (const expression of expressions) visit(expression);
  return [...found];
}

function childrenOf(expression: PythonExpression): readonly PythonExpression[] {
  switch (expression.kind) {
    case 'integer':
    case 'float':
    case 'string':
    case 'constant':
    case 'name':
      return [];
    case 'tuple':
    case 'list':
      return expression.items;
    case 'unary':
      return [expression.operand];
    case 'binary':
    case 'and':
    case 'or':
      return [expression.left, expression.right];
    case 'compare':
      return [expression.first, ...expression.rest.map(({ right }) => right)];
    case 'conditional':
      return [expression.then, expression.test, expression.otherwise];
    case 'call':
      return expression.args;
  }
}
