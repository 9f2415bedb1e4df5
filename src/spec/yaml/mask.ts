/**
 * `${...}` in flow collections: `{ limit: ${backlog} }` is no YAML, since a brace ends a plain scalar there.
 *
 * Before the text is read, the braces (and commas) of every `${...}` become characters that mean nothing to YAML, one
 * for one, so that all offsets stay; in what has been read they are turned back.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const COMMA = '\uE002';

/** Same length, same lines. */
export function maskTemplates(text: string): string {
  if (!text.includes('${')) return text;
  return text.replace(
    /\$\{([^{}\n"']*)\}/g,
    (_, expression: string) => `$${OPEN}${expression.replaceAll(',', COMMA)}${CLOSE}`,
  );
}

/** Turns back what `maskTemplates` did. */
export function unmask(text: string): string {
  return text.includes(OPEN)
    ? text.replace(
        /\$\uE000([^\uE000\uE001]*)\uE001/g,
        (_, expression: string) => `\${${expression.replaceAll(COMMA, ',')}}`,
      )
    : text;
}
