/**
 * A diagnostic as people read it: what, where, the line with a caret below, and the way out. Plain text, no colour.
 *
 *     error[unknown-key]: unknown key `backlogg`
 *       --> specs/full.yaml:7:12
 *        |
 *      7 | server: { backlogg: 5 }
 *        |           ^^^^^^^^
 *       hint: did you mean `backlog`?
 */
import { visible } from '../base/printable';
import type { Diagnostic } from './diagnostic';
import { type LineColumn, linesOf, type SourceFile, type Span } from './source';

/** The widest part of a source line that is shown; a longer one is cut around the caret. */
const WIDEST = 120;
/** So many characters on each side of a place are more than the widest line shows. */
const NEAR = 4 * WIDEST;

/** Renders a diagnostic of the given file. Ends without a line break. */
export function renderDiagnostic(diagnostic: Diagnostic, file: SourceFile): string {
  const { line, column } = linesOf(file).placeOf(diagnostic.span.start);
  const gutter = ' '.repeat(String(line).length);
  const excerpt = excerptOf(file, diagnostic.span, { line, column });
  const rows = [
    `${diagnostic.severity}[${diagnostic.code}]: ${visible(diagnostic.message)}`,
    `${gutter}--> ${visible(file.path)}:${line}:${column}`,
    `${gutter} |`,
    `${line} | ${excerpt.text}`.trimEnd(),
    `${gutter} | ${excerpt.caret}`,
  ];
  if (diagnostic.hint !== undefined) rows.push(`${gutter} hint: ${visible(diagnostic.hint)}`);
  return rows.join('\n');
}

/**
 * The line with tabs and unprintable characters made visible, cut to a width that fits, and the caret line. Of a long
 * line only what can be shown is looked at: it may be megabytes long, and have a thousand mistakes.
 */
function excerptOf(file: SourceFile, span: Span, place: LineColumn): { text: string; caret: string } {
  const line = linesOf(file).textOf(place.line);
  const at = Math.min(place.column - 1, line.length);
  const [from, until] = [Math.max(0, at - NEAR), Math.min(line.length, at + NEAR)];
  const end = Math.min(until, at + (span.end - span.start));
  const before = cells(line.slice(from, at));
  const marked = cells(line.slice(at, end));
  const after = cells(line.slice(end, until));

  const all = [...before, ...marked, ...after];
  const start = Math.floor(
    all.length <= WIDEST ? 0 : Math.max(0, Math.min(before.length - WIDEST / 3, all.length - WIDEST)),
  );
  const shown = all.slice(start, start + WIDEST);
  const head = from > 0 || start > 0 ? '...' : '';
  const tail = until < line.length || start + WIDEST < all.length ? '...' : '';
  const caretAt = head.length + before.length - start;
  const caretLength = Math.max(1, Math.min(marked.length, WIDEST - (before.length - start)));
  return { text: `${head}${shown.join('')}${tail}`, caret: `${' '.repeat(caretAt)}${'^'.repeat(caretLength)}` };
}

/** One entry for each column of the terminal, nearly: a tab is two blanks. */
function cells(text: string): string[] {
  return [...visible(text.replaceAll('\t', '  '))];
}
