/**
 * The text of an event's body for the notation's parsers: comments are blanks, and defined words what they stand for.
 */
import type { Snippet } from '../snippet';
import type { TokenTable } from './tokens';

/** What stands in place of a token; `undefined`: itself. */
export type Replacement = (token: number) => string | undefined;

/** Where a piece of the new text comes from. Pieces follow each other without gaps. */
interface Piece {
  /** In the new text. */
  readonly start: number;
  /** In the source. */
  readonly from: number;
  readonly sourceLength: number;
  /** The piece stands in the source letter by letter. */
  readonly verbatim: boolean;
}

/** The tokens of a half-open range as one snippet. */
export function bodyText(
  source: Snippet,
  tokens: TokenTable,
  range: { readonly first: number; readonly end: number },
  replacement: Replacement,
): Snippet {
  const parts: string[] = [];
  const pieces: Piece[] = [];
  let length = 0;
  const add = (text: string, from: number, sourceLength: number): void => {
    pieces.push({ start: length, from, sourceLength, verbatim: text.length === sourceLength });
    parts.push(text);
    length += text.length;
  };
  let verbatimFrom = tokens.start(range.first);
  const flush = (until: number): void => {
    if (until > verbatimFrom) add(tokens.text.slice(verbatimFrom, until), verbatimFrom, until - verbatimFrom);
  };
  for (let index = range.first; index < range.end; index++) {
    const [start, end] = [tokens.start(index), tokens.end(index)];
    if (index > range.first && tokens.commented(index)) {
      const gap = tokens.end(index - 1);
      flush(gap);
      add(' '.repeat(start - gap), gap, start - gap);
      verbatimFrom = start;
    }
    const other = replacement(index);
    if (other === undefined) continue;
    flush(start);
    add(other, start, end - start);
    verbatimFrom = end;
  }
  flush(tokens.end(range.end - 1));
  return { text: parts.join(''), locate: (start, end) => locate(source, pieces, start, end) };
}

function locate(source: Snippet, pieces: readonly Piece[], start: number, end: number): { start: number; end: number } {
  const from = sourceOffset(pieces, start, false);
  const to = end > start ? sourceOffset(pieces, end - 1, true) : from;
  return source.locate(from, Math.max(from, to));
}

/** The offset in the source of a character of the new text, or the one behind it. */
function sourceOffset(pieces: readonly Piece[], offset: number, behind: boolean): number {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  if (piece === undefined) return 0;
  if (!piece.verbatim) return piece.from + (behind || offset > piece.start ? piece.sourceLength : 0);
  return piece.from + Math.min(piece.sourceLength, offset - piece.start + (behind ? 1 : 0));
}
