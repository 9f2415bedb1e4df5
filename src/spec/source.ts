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

/** The lines of a text: built once, each question is then answered in logarithmic time. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#text = text;
    this.#starts = starts;
  }

  /** The line and column of an offset. An offset past the end is the end. */
  placeOf(offset: number): LineColumn {
    const bounded = Math.min(offset, this.#text.length);
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= bounded) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: bounded - (this.#starts[low] ?? 0) + 1 };
  }

  /** The text of a line (from 1) without its line break; empty when there is none such. */
  textOf(line: number): string {
    const start = this.#starts[line - 1];
    return start === undefined ? '' : this.#text.slice(start, this.#starts[line]).replace(/\r?\n$|\r$/, '');
  }
}

const INDICES = new WeakMap<SourceFile, LineIndex>();

/** The lines of a file, which several stages ask for. */
export function linesOf(file: SourceFile): LineIndex {
  const known = INDICES.get(file);
  if (known !== undefined) return known;
  const index = new LineIndex(file.text);
  INDICES.set(file, index);
  return index;
}
