/**
 * Where the body of an event ends. A script has no separators: the next event begins with its time, on a line of its
 * own as a rule, but behind a complete body anywhere.
 */
import type { Macros } from './macros';
import type { TokenKind, TokenTable } from './tokens';
import type { BodyNode } from './tree';

/** Behind these comes a number that is theirs, and no time. */
const NUMBER_FOLLOWS: ReadonlySet<string> = new Set(
  `ack win urg mss wscale val ecr mtu id e0b e1b ceb label tc ttl spi sum off key seq tos flowlabel flags sack FO FOEXP
  md5 | = : , ( [`.split(/\s+/),
);

/** The tokens of a script as packetdrill's grammar sees them: with defined words replaced. */
export class TokenView {
  readonly table: TokenTable;
  readonly #macros: Macros;

  constructor(table: TokenTable, macros: Macros) {
    this.table = table;
    this.#macros = macros;
  }

  kind(index: number): TokenKind {
    const kind = this.table.kind(index);
    if (kind !== 'word' || this.#macros.size === 0) return kind;
    return this.#macros.of(this.table.textOf(index))?.kind ?? kind;
  }

  text(index: number): string {
    const text = this.table.textOf(index);
    return this.table.kind(index) === 'word' ? (this.#macros.of(text)?.text ?? text) : text;
  }

  isMark(index: number, character: string): boolean {
    return this.table.isMark(index, character);
  }

  isNumber(index: number): boolean {
    const kind = this.kind(index);
    return kind === 'integer' || kind === 'float';
  }

  /** A time may begin here. */
  isTime(index: number): boolean {
    return this.isNumber(index) || this.isMark(index, '*') || this.isMark(index, '+');
  }

  /** A body may begin here: a packet, a call, a command, code. */
  isBody(index: number): boolean {
    const kind = this.kind(index);
    if (kind === 'word') return this.isMark(index + 1, '(');
    return kind === 'shell' || kind === 'code' || this.isDirection(index);
  }

  isDirection(index: number): boolean {
    return this.isMark(index, '<') || this.isMark(index, '>');
  }

  /** A time, and behind it what an event goes on with. */
  isEvent(index: number): boolean {
    if (this.isMark(index, '+')) return this.isNumber(index + 1);
    if (!this.isTime(index)) return false;
    const next = index + 1;
    return this.isBody(next) || this.isMark(next, '~') || this.kind(next) === 'ellipsis';
  }
}

/** The index behind the last token of a body that begins at `first`. */
export function bodyEnd(view: TokenView, first: number, kind: BodyNode['kind']): number {
  if (kind === 'command' || kind === 'code') return first + 1;
  const scan = kind === 'call' ? new CallScan(view) : new PacketScan(view);
  let index = first;
  for (;;) {
    scan.take(index++);
    if (view.kind(index) === 'end') return index;
    if (endsHere(view, index, scan)) return index;
  }
}

interface Scan {
  /** Everything that must be there has been seen. */
  readonly complete: boolean;
  readonly nested: boolean;
  take(index: number): void;
}

function endsHere(view: TokenView, index: number, scan: Scan): boolean {
  const kind = view.kind(index);
  const isOwnNumber = NUMBER_FOLLOWS.has(view.text(index - 1));
  if (view.table.firstOnLine(index)) {
    if (kind === 'shell' || kind === 'code' || kind === 'option' || view.isMark(index, '#')) return true;
    if (view.isEvent(index) && !isOwnNumber) return true;
    if (scan.complete && !scan.nested && view.isMark(index, '+')) return true;
    if (scan.complete && !scan.nested && lacksTime(view, index, scan)) return true;
  }
  return scan.complete && !scan.nested && (kind === 'shell' || (!isOwnNumber && view.isEvent(index)));
}

/** A body on a line of its own, of which the time was forgotten. */
function lacksTime(view: TokenView, index: number, scan: Scan): boolean {
  if (view.isMark(index, '>')) return true;
  if (view.isMark(index, '<')) return scan instanceof CallScan;
  return view.kind(index) === 'word' && view.isMark(index + 1, '(') && /^[a-z]/.test(view.text(index));
}

/** Up to `)` of the arguments, `=` and the result. */
class CallScan implements Scan {
  readonly #view: TokenView;
  #depth = 0;
  #equals = false;
  complete = false;

  constructor(view: TokenView) {
    this.#view = view;
  }

  get nested(): boolean {
    return this.#depth > 0;
  }

  take(index: number): void {
    if (this.#view.kind(index) !== 'mark') {
      if (this.#equals && this.#depth === 0) this.complete = true;
      return;
    }
    const mark = this.#view.table.textOf(index);
    if ('([{'.includes(mark)) this.#depth++;
    else if (')]}'.includes(mark)) this.#depth = Math.max(0, this.#depth - 1);
    else if (mark === '=' && this.#depth === 0) this.#equals = true;
  }
}

/** Up to the length in parentheses; of ICMP, up to the type. */
class PacketScan implements Scan {
  readonly #view: TokenView;
  #depth = 0;
  #inOptions = false;
  #taken = 0;
  #opensLength = false;
  complete = false;

  constructor(view: TokenView) {
    this.#view = view;
  }

  get nested(): boolean {
    return this.#depth > 0 || this.#inOptions;
  }

  take(index: number): void {
    this.#taken++;
    if (this.#view.kind(index) !== 'mark') {
      if (this.#depth === 0 && this.#taken > 1 && this.#view.text(index - 1) === 'icmp') this.complete = true;
      return;
    }
    this.#mark(this.#view.table.textOf(index), index);
  }

  #mark(mark: string, index: number): void {
    if (mark === '(' || mark === '[') {
      this.#depth++;
      const before = index - 1;
      this.#opensLength = mark === '(' && (this.#view.isNumber(before) || this.#view.text(before) === 'udp');
    } else if (mark === ')' || mark === ']') {
      this.#depth = Math.max(0, this.#depth - 1);
      if (this.#opensLength && this.#depth === 0) this.complete = true;
    } else if (mark === '<' && this.#taken > 1) this.#inOptions = true;
    else if (mark === '>' && this.#taken > 1) this.#inOptions = false;
  }
}
