/** The comments of a script, each with the event that it is about. */
import { printable } from '../../base/printable';
import { lex } from '../pkt/lex';
import { snippetAt } from '../snippet';
import type { Span } from '../source';

/** What stands in front of an event. */
export interface Remarks {
  /** Without the marks of comments. */
  readonly lines: readonly string[];
  /** An empty line stands somewhere before the event. */
  readonly apart: boolean;
}

interface Comment {
  readonly start: number;
  readonly text: string;
}

export class ScriptComments {
  readonly #text: string;
  readonly #comments: readonly Comment[];
  #next = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#comments = commentsOf(text);
  }

  /** The comments up to this place that were not taken before, and those that follow it on its line. */
  takeUntil({ start, end }: Span): Remarks {
    const before = this.#text.slice(this.#at, start);
    this.#at = Math.max(this.#at, end);
    const lineEnd = this.#text.indexOf('\n', end);
    const lines: string[] = [];
    for (; this.#next < this.#comments.length; this.#next++) {
      const comment = this.#comments[this.#next];
      const isBeside = comment !== undefined && (lineEnd === -1 || comment.start < lineEnd);
      if (comment === undefined || (comment.start > start && !isBeside)) break;
      lines.push(...linesOf(comment.text));
    }
    return { lines, apart: /\n[ \t]*\n/.test(before) };
  }
}

function commentsOf(text: string): readonly Comment[] {
  const tokens = lex(snippetAt(text, 0), { report: () => {} });
  const comments: Comment[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const from = index === 0 ? 0 : tokens.end(index - 1);
    for (const match of tokens.trivia(index).matchAll(/\/\/[^\n]*|\/\*[^]*?\*\//g))
      comments.push({ start: from + match.index, text: match[0] });
  }
  return comments;
}

function linesOf(comment: string): readonly string[] {
  const body = comment.startsWith('//') ? comment.slice(2) : comment.slice(2, -2);
  const lines = printable(body)
    .split('\n')
    .map((line) => line.replace(/^[ \t]*\*? ?/, '').trimEnd());
  return lines.filter((line, index) => line !== '' || (index > 0 && index < lines.length - 1));
}
