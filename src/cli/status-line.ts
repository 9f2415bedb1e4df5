/**
 * One line at the bottom of a terminal that is drawn again and again, and makes way for everything else that is
 * printed. Where there is no terminal there is no such line.
 */

/** As much of a terminal as a status line needs. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Carriage return, erase to the end of the line (ECMA-48 EL 0). */
const ERASE = '\r\u001b[K';

export class StatusLine {
  readonly #stream: TerminalStream;
  #text = '';

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  /** How long the line may be: one less than fits, since terminals differ in what the last column does. */
  get columns(): number {
    return Math.max(0, (this.#stream.columns ?? 80) - 1);
  }

  /** Draws the line anew; an empty text removes it. */
  show(text: string): void {
    const fitting = text.slice(0, this.columns);
    if (fitting === this.#text) return;
    this.#text = fitting;
    this.#stream.write(`${ERASE}${fitting}`);
  }

  /** Prints something else where the line stands; the line comes back below. */
  makeWay(print: () => void): void {
    const text = this.#text;
    if (text === '') {
      print();
      return;
    }
    this.show('');
    print();
    this.show(text);
  }
}

/**
 * The first of the streams that is a terminal which can erase a line, as a status line.
 * @param term the name of the terminal, TERM
 */
export function statusLineOn(streams: readonly TerminalStream[], term: string | undefined): StatusLine | undefined {
  if (term === 'dumb') return undefined;
  const terminal = streams.find(({ isTTY }) => isTTY === true);
  return terminal === undefined ? undefined : new StatusLine(terminal);
}
