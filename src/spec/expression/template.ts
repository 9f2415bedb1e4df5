/**
 * Texts with `${expression}` in them. `$${` is a plain `${`, for the shell variables of a server's command.
 */
import { evaluate } from './expression';
import type { ExpressionProblem, Scope, Value } from './expression';

const PLACE = /\$\$\{|\$\{([^{}]*)(\}?)/g;

export type Filled =
  /** `whole` when the text was nothing but one expression: then its type counts too. */
  | { readonly kind: 'filled'; readonly text: string; readonly whole?: Value }
  | { readonly kind: 'problems'; readonly problems: readonly ExpressionProblem[] };

/** Whether there is anything to fill in. */
export function isTemplate(text: string): boolean {
  return text.includes('${');
}

/** Puts the values in; places of problems are counted in the whole text. */
export function fillTemplate(text: string, scope: Scope): Filled {
  const problems: ExpressionProblem[] = [];
  let whole: Value | undefined;
  const filled = text.replace(
    PLACE,
    (match: string, expression: string | undefined, close: string | undefined, at: number) => {
      if (expression === undefined) return '${';
      if (close !== '}') {
        problems.push({
          code: 'bad-expression',
          message: '`${` has no closing `}`',
          start: at,
          end: at + match.length,
          hint: 'write `$${` for the two characters themselves',
        });
        return match;
      }
      const result = evaluate(expression, scope);
      if ('problem' in result) {
        const { start, end } = result.problem;
        problems.push({ ...result.problem, start: at + 2 + start, end: at + 2 + end });
        return match;
      }
      if (match.length === text.length) whole = result.value;
      return String(result.value);
    },
  );
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'filled', text: filled, ...(whole === undefined ? {} : { whole }) };
}
