/**
 * YAML's own errors in the words of someone who writes a spec. The usual traps get a hint that names the way out.
 */
import type { Document, YAMLParseError } from 'yaml';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';

/** One mistake makes the library report many; behind the first few there is nothing to learn. */
const MOST_SHOWN = 5;
/** How much of a line is looked at, on both sides of an error. */
const NEAR = 500;

interface SyntaxSource {
  readonly errors: Document['errors'];
  readonly warnings: Document['warnings'];
}

/** Reports the document's errors and warnings. @returns whether there are errors */
export function reportSyntax(document: SyntaxSource, source: string, base: number, complaints: Complaints): boolean {
  const shownLines: Span[] = [];
  for (const error of document.errors) {
    // What follows on the same line comes from the same mistake. One line may have a hundred thousand errors.
    const [at] = error.pos;
    if (shownLines.some(({ start, end }) => at >= start && at <= end)) continue;
    if (shownLines.length >= MOST_SHOWN) break;
    shownLines.push(lineAt(at, source));
    const end = Math.min(source.length, Math.max(error.pos[0] + 1, error.pos[1]));
    const span = { start: base + Math.min(error.pos[0], end), end: base + end };
    complaints.report(errorAt(span, 'yaml-syntax', wording(error), trapHint(error, source)));
  }
  for (const { pos } of document.warnings) {
    const tag = source.slice(pos[0], pos[1]);
    const span = { start: base + pos[0], end: base + pos[1] };
    complaints.report(
      errorAt(span, 'yaml-syntax', `unknown YAML tag \`${tag}\``, 'put a text that begins with `!` in quotes'),
    );
  }
  return document.errors.length > 0 || document.warnings.length > 0;
}

function wording(error: YAMLParseError): string {
  const plain = error.message.trimEnd().replace(/[.:]$/, '');
  return `this is not YAML: ${plain.charAt(0).toLowerCase()}${plain.slice(1)}`;
}

function trapHint(error: YAMLParseError, source: string): string | undefined {
  const line = lineAround(error.pos[0], source);
  if (/(?:^|[:-]\s+)>[^\s>|+-]/.test(line) && error.message.startsWith('Block scalar'))
    return 'YAML reads a leading `>` as a block of text: put the value in quotes, or write `3..` for `>=3`';
  if (/^\s*-\s+>/.test(line)) return 'YAML reads `- >` as a block of text: write `- expect: S. 0:0(0)`';
  if (error.code === 'TAB_AS_INDENT') return 'indent with blanks';
  if (/[:-]\s+[`@%]/.test(line)) return 'a text that begins with `` ` ``, `@` or `%` needs quotes';
  if (/:\s+-\s/.test(line)) return 'a text that begins with `- ` needs quotes: `inject: "- 0:0(0)"`';
  if (/:\s+\[[^\]]*\]\s*\S/.test(line))
    return 'YAML reads a leading `[` as a list: put the value in quotes, or write `(ect0)` for `[ect0]`';
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return 'a text with `: ` inside needs quotes';
  if (holdsInOrder(line, ['{', '<', ',', '>'])) return 'a segment with commas inside `{ }` needs quotes';
  return undefined;
}

/** The line with the offset; of a long one only what is near, since hints are not worth reading megabytes. */
function lineAround(at: number, source: string): string {
  const { start, end } = lineAt(at, source);
  return source.slice(Math.max(start, at - NEAR), Math.min(end, at + NEAR));
}

/** The line with the offset, without its line break. */
function lineAt(at: number, source: string): Span {
  const end = source.indexOf('\n', at);
  return { start: at === 0 ? 0 : source.lastIndexOf('\n', at - 1) + 1, end: end === -1 ? source.length : end };
}

function holdsInOrder(line: string, characters: readonly string[]): boolean {
  let from = 0;
  for (const character of characters) {
    const found = line.indexOf(character, from);
    if (found === -1) return false;
    from = found + 1;
  }
  return true;
}
