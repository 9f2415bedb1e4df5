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
import type { Diagnostic } from './diagnostic';
import { type LineColumn, linesOf, type SourceFile, type Span } from './source';

/** The widest part of a source line that is shown; a longer one is cut around the caret. */
const WIDEST = 120;

/** Renders a diagnostic of the given file. Ends without a line break. */
export function renderDiagnostic(diagnostic: Diagnostic, file: SourceFile): string {
  const { line, column } = linesOf(file).placeOf(diagnostic.span.start);
  const gutter = ' '.repeat(String(line).length);
  const excerpt = excerptOf(file, diagnostic.span, { line, column });
  const rows = [
    `${diagnostic.severity}[${diagnostic.code}]: ${visible(diagnostic.message)}`,
    `${gutter}--> ${file.path}:${line}:${column}`,
    `${gutter} |`,
    `${line} | ${excerpt.text}`.trimEnd(),
    `${gutter} | ${excerpt.caret}`,
  ];
  if (diagnostic.hint !== undefined) rows.push(`${gutter} hint: ${visible(diagnostic.hint)}`);
  return rows.join('\n');
}

/** The line with tabs and unprintable characters made visible, cut to a width that fits, and the caret line. */
function excerptOf(file: SourceFile, span: Span, place: LineColumn): { text: string; caret: string } {
  const line = linesOf(file).textOf(place.line);
  const before = cells(line.slice(0, place.column - 1));
  const lengthInLine = Math.min(span.end - span.start, line.length - (place.column - 1));
  const marked = cells(line.slice(place.column - 1, place.column - 1 + lengthInLine));
  const after = cells(line.slice(place.column - 1 + lengthInLine));

  const all = [...before, ...marked, ...after];
  const from = all.length <= WIDEST ? 0 : Math.max(0, Math.min(before.length - WIDEST / 3, all.length - WIDEST));
  const start = Math.floor(from);
  const shown = all.slice(start, start + WIDEST);
  const head = start > 0 ? '...' : '';
  const tail = start + WIDEST < all.length ? '...' : '';
  const caretAt = head.length + before.length - start;
  const caretLength = Math.max(1, Math.min(marked.length, WIDEST - (before.length - start)));
  return { text: `${head}${shown.join('')}${tail}`, caret: `${' '.repeat(caretAt)}${'^'.repeat(caretLength)}` };
}

/** One entry for each column of the terminal, nearly: a tab is two blanks, control characters are a middle dot. */
function cells(text: string): string[] {
  const found: string[] = [];
  for (const character of text) {
    if (character === '\t') found.push(' ', ' ');
    else found.push(isControl(character) ? '\u00b7' : character);
  }
  return found;
}

/** Messages may quote the user's text; none of it may reach the terminal as a control sequence. */
function visible(text: string): string {
  return [...text].map((character) => (isControl(character) ? '\u00b7' : character)).join('');
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) || code === 0xfeff;
}
