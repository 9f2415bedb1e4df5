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

/** Errors, and as many warnings. */
const MOST_KEPT = 1_000;
/** Longer than any message that does not quote, and than the list of all names of a kind. */
const LONGEST_MESSAGE = 900;
/** What stands behind a quotation. */
const SHOWN_TAIL = 80;

/** A snippet that stands in the file letter by letter, from the given offset on. */
export function snippetAt(text: string, offset: number): Snippet {
  return { text, locate: (start, end) => ({ start: offset + start, end: offset + end }) };
}

/** Where parsers put what they find wrong. */
export interface Complaints {
  report(diagnostic: Diagnostic): void;
}

/**
 * Collects diagnostics; the same one twice (from two combinations of a matrix, say) is kept once. Of more than a
 * thousand the rest is dropped: nobody reads more, and a file of another kind would have millions. Warnings take no room
 * from errors, since a text without an error counts as right.
 */
export class DiagnosticList implements Complaints {
  readonly #found = new Map<string, Diagnostic>();
  readonly #counts = { error: 0, warning: 0 };

  report(diagnostic: Diagnostic): void {
    const { code, span, hint } = diagnostic;
    const message = shortened(diagnostic.message);
    const key = `${span.start}:${span.end}:${code}:${message}`;
    if (this.#found.has(key) || this.#counts[diagnostic.severity] >= MOST_KEPT) return;
    this.#counts[diagnostic.severity]++;
    this.#found.set(key, { ...diagnostic, message, ...(hint === undefined ? {} : { hint: shortened(hint) }) });
  }

  get hasErrors(): boolean {
    return this.#counts.error > 0;
  }

  /** In the order of the text. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  }
}

/** A message quotes what the author wrote, and that may be a megabyte: its middle is left out then. */
function shortened(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, LONGEST_MESSAGE - SHOWN_TAIL)} ... ${message.slice(-SHOWN_TAIL)}`;
}

/** An error, with its parts in the order in which they are read. */
export function errorAt(span: Span, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return { severity: 'error', code, message, span, ...(hint === undefined ? {} : { hint }) };
}
