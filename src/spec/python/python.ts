/**
 * The part of Python that packetspec evaluates itself: what the code blocks of packetdrill scripts use.
 *
 * A program is plain data: it crosses to the executor and stands in traces. Whatever does not parse to one needs the
 * interpreter. Deliberately absent: evaluation (`match/code` does that) and the names of the values.
 */

/** A code block as statements, in order. */
export interface PythonProgram {
  readonly statements: readonly PythonStatement[];
}

/** Where a statement begins, counted from 1 within the block, and how it was written (the head of an `if`), on one line. */
export interface PythonPlace {
  readonly line: number;
  readonly text: string;
}

/** One statement. */
export type PythonStatement = PythonPlace &
  (
    | {
        readonly kind: 'assert';
        readonly test: PythonExpression;
        readonly message?: PythonExpression;
      }
    | { readonly kind: 'assign'; readonly names: readonly string[]; readonly value: PythonExpression }
    | {
        readonly kind: 'augment';
        readonly name: string;
        readonly operator: PythonBinaryOperator;
        readonly value: PythonExpression;
      }
    | { readonly kind: 'print'; readonly values: readonly PythonExpression[] }
    | { readonly kind: 'if'; readonly branches: readonly PythonBranch[] }
    | { readonly kind: 'expression'; readonly value: PythonExpression }
    | { readonly kind: 'pass' }
  );

/** `if`, `elif` or, without a test, `else`. */
export interface PythonBranch extends PythonPlace {
  readonly test?: PythonExpression;
  readonly body: readonly PythonStatement[];
}

export type PythonBinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '&' | '|' | '^' | '<<' | '>>';

export type PythonComparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

export type PythonExpression =
  /** Whole numbers as decimal text, since they may be longer than a double holds. */
  | { readonly kind: 'integer'; readonly digits: string }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'constant'; readonly value: boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  /** A list stands only behind `in`, where nothing can change it. */
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly PythonExpression[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '~' | 'not'; readonly operand: PythonExpression }
  | {
      readonly kind: 'binary';
      readonly operator: PythonBinaryOperator;
      readonly left: PythonExpression;
      readonly right: PythonExpression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: PythonExpression; readonly right: PythonExpression }
  /** `a <= b < c`. */
  | {
      readonly kind: 'compare';
      readonly first: PythonExpression;
      readonly rest: readonly { readonly operator: PythonComparison; readonly right: PythonExpression }[];
    }
  | {
      readonly kind: 'conditional';
      readonly test: PythonExpression;
      readonly then: PythonExpression;
      readonly otherwise: PythonExpression;
    }
  /** `abs`, `min`, `max`, `int`, `str`, `len`, `round`, `bool`, `float`, `hex`, `repr`. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly PythonExpression[] };
