/**
 * Source files and places in them.
 *
 * A span is a pair of offsets into the text; lines and columns are worked out only when something is shown.
 */
export interface SourceFile {
  /** As the user named it. */
  readonly path: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets into a source file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people count: lines and columns start at 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** The line and column of an offset. An offset past the end is the end. */
export function lineColumnOf(text: string, offset: number): LineColumn {
  const head = text.slice(0, Math.min(offset, text.length));
  const lastBreak = head.lastIndexOf('\n');
  let line = 1;
  for (let index = head.indexOf('\n'); index !== -1; index = head.indexOf('\n', index + 1)) line++;
  return { line, column: head.length - lastBreak };
}

/** The text of a line (from 1) without its line break; empty when there is none such. */
export function lineText(text: string, line: number): string {
  return (text.split('\n')[line - 1] ?? '').replace(/\r$/, '');
}
