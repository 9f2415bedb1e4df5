/**
 * A piece of a source file under a parser of its own: a segment, a call, a time.
 *
 * The parser counts in the piece's text; `locate` says where that stands in the file. In a packetdrill script this is
 * an addition; in YAML, quotes, escapes and indentation stand between the two.
 */
import type { Diagnostic, DiagnosticCode } from './diagnostic';
import type { Span } from './source';

export interface Snippet {
  readonly text: string;
  /** The place in the file of a half-open range of the text. */
  locate(start: number, end: number): Span;
}

/** A snippet that stands in the file letter by letter, from the given offset on. */
export function snippetAt(text: string, offset: number): Snippet {
  return { text, locate: (start, end) => ({ start: offset + start, end: offset + end }) };
}

/** Where parsers put what they find wrong. */
export interface Complaints {
  report(diagnostic: Diagnostic): void;
}

/** Collects diagnostics; the same one twice (from two combinations of a matrix, say) is kept once. */
export class DiagnosticList implements Complaints {
  readonly #found = new Map<string, Diagnostic>();

  report(diagnostic: Diagnostic): void {
    const { code, message, span } = diagnostic;
    const key = `${span.start}:${span.end}:${code}:${message}`;
    if (!this.#found.has(key)) this.#found.set(key, diagnostic);
  }

  get size(): number {
    return this.#found.size;
  }

  get hasErrors(): boolean {
    for (const { severity } of this.#found.values()) if (severity === 'error') return true;
    return false;
  }

  /** In the order of the text. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  }
}

/** An error, with its parts in the order in which they are read. */
export function errorAt(span: Span, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return { severity: 'error', code, message, span, ...(hint === undefined ? {} : { hint }) };
}
