/**
 * The ladder: a row for each moment, harness on the left and kernel on the right. It is a table, so that a screen reader
 * reads what the eye sees; the room between two rows grows with the logarithm of the time between them.
 */
import { formatDuration, NS_PER_S } from '../../../base/nanoseconds';
import { PAUSE_NS, roomOf } from '../scale';
import type { RowView, RunView, SegmentRow } from '../view';
import { addressOf } from './address';
import { element, hidden, shape } from './dom';
import { opened, Tip } from './segment';

const HEADINGS = ['Line', 'Time', 'Since', 'Connection', 'Harness \u2194 kernel', 'What'];
/** The first of them have figures below. */
const NUMBERS = 3;
/** How many rows a click on a fold shows. */
const AT_ONCE = 500;
const ARROW = { width: 120, height: 20 } as const;

let tip: Tip | undefined;

export class Ladder {
  readonly section: HTMLElement;
  readonly #view: RunView;
  readonly #index: number;
  readonly #body = element('tbody');

  /** @param index the number of the run in the page */
  constructor(view: RunView, index: number) {
    this.#view = view;
    this.#index = index;
    tip ??= new Tip();
    tip.hide();
    this.#fill();
    this.section = element(
      'section',
      { 'aria-labelledby': 'ladder-title' },
      element('h2', { id: 'ladder-title' }, 'What happened'),
      view.rows.length === 0 ? element('p', {}, 'Nothing was sent, seen or looked at.') : this.#table(),
    );
  }

  #table(): HTMLElement {
    const table = element(
      'table',
      { class: 'ladder' },
      element(
        'caption',
        {},
        'In the order of time. The pointer or the focus on a segment shows its headers, a click or Enter its bytes; the arrow keys go from one to the next.',
      ),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...HEADINGS.map((text, index) =>
            element('th', { scope: 'col', class: index < NUMBERS ? 'number' : undefined }, text),
          ),
        ),
      ),
      this.#body,
    );
    table.addEventListener('keydown', (event) => moveFocus(event, table));
    return table;
  }

  #fill(): void {
    const { rows, folds } = this.#view;
    let at = 0;
    for (const [first, count] of folds) {
      this.#body.append(...this.#rows(at, first), this.#fold(first, count));
      at = first + count;
    }
    this.#body.append(...this.#rows(at, rows.length));
  }

  #rows(first: number, end: number): readonly HTMLElement[] {
    const made: HTMLElement[] = [];
    for (let at = first; at < end; at++) {
      const row = this.#view.rows[at];
      if (row !== undefined) made.push(...this.#between(at), this.#row(row, this.#view.rows[at - 1]));
    }
    return made;
  }

  /** What stands before a row: a pause, or what is not in the page. */
  #between(at: number): readonly HTMLElement[] {
    const { rows, leftOut } = this.#view;
    const [row, before] = [rows[at], rows[at - 1]];
    if (row === undefined || before === undefined) return [];
    if (leftOut > 0 && at === Math.floor(rows.length / 2))
      return [wideRow('left-out', `${leftOut} rows are not in this page: a trace (--trace) has them all`)];
    const gapNs = row.atNs - before.atNs;
    return gapNs > PAUSE_NS ? [wideRow('pause', `\u22ee ${formatDuration(gapNs)} later`)] : [];
  }

  #row(row: RowView, before: RowView | undefined): HTMLElement {
    const gapNs = before === undefined ? 0 : row.atNs - before.atNs;
    const room = Math.min(6, Math.floor(roomOf(gapNs) / 3));
    const { line } = row;
    const made = element(
      'tr',
      { class: `${row.kind} room-${room}${row.failed ? ' failed' : ''}` },
      element(
        'td',
        { class: 'number' },
        line === undefined
          ? '\u2013'
          : element('a', { href: addressOf({ kind: 'item', index: this.#index, part: `line-${line}` }) }, String(line)),
      ),
      element('td', { class: 'number' }, (row.atNs / NS_PER_S).toFixed(6)),
      element('td', { class: 'number since' }, before === undefined ? '' : `+${formatDuration(gapNs)}`),
      element('td', { class: 'connection' }, row.connection ?? ''),
      arrowCell(row),
    );
    made.append(this.#whatCell(row, made));
    return made;
  }

  #whatCell(row: RowView, tableRow: HTMLElement): HTMLElement {
    return element(
      'td',
      { class: 'what' },
      row.failed ? element('strong', { class: 'mark' }, '\u2717 failed ') : undefined,
      row.kind === 'segment'
        ? segmentButton(row, tableRow)
        : element('span', {}, row.kind === 'missed' ? `expected ${row.text}` : row.text),
      ...tagsOf(row).map((tag) => element('span', { class: 'tag' }, tag)),
      ...remarksOf(row).map((remark) => element('div', { class: 'remark' }, remark)),
    );
  }

  #fold(first: number, count: number): HTMLElement {
    const shown = Math.min(AT_ONCE, count);
    const button = element(
      'button',
      { type: 'button' },
      shown === count ? `Show ${count} more rows` : `Show ${shown} of ${count} more rows`,
    );
    const folded = element('tr', { class: 'fold' }, element('td', { colspan: HEADINGS.length }, button));
    button.addEventListener('click', () => {
      const rows = this.#rows(first, first + shown);
      const rest = count === shown ? [] : [this.#fold(first + shown, count - shown)];
      folded.replaceWith(...rows, ...rest);
      rows
        .map((row) => row.querySelector<HTMLElement>('button, a'))
        .find((one) => one !== null)
        ?.focus();
    });
    return folded;
  }
}

function segmentButton(row: SegmentRow, tableRow: HTMLElement): HTMLElement {
  const button = element(
    'button',
    { type: 'button', class: 'segment', 'aria-expanded': 'false' },
    element('code', {}, row.text),
  );
  let details: HTMLElement | undefined;
  button.addEventListener('click', () => {
    if (details === undefined) {
      details = element('tr', { class: 'details' }, element('td', { colspan: HEADINGS.length }, opened(row)));
      tableRow.after(details);
    } else {
      details.remove();
      details = undefined;
    }
    button.setAttribute('aria-expanded', String(details !== undefined));
  });
  tip?.attach(button, row);
  return button;
}

function tagsOf(row: RowView): readonly string[] {
  if (row.kind !== 'segment') return [];
  return [
    ...(row.repetition === undefined ? [] : [`retransmission ${row.repetition}`]),
    ...(row.stray ? ['stray: no step took it'] : []),
  ];
}

function remarksOf(row: RowView): readonly string[] {
  return row.kind === 'note' ? [] : (row.remarks ?? []);
}

function arrowCell(row: RowView): HTMLElement {
  const drawing = shape(
    'svg',
    {
      class: 'arrow',
      viewBox: `0 0 ${ARROW.width} ${ARROW.height}`,
      width: ARROW.width,
      height: ARROW.height,
      'aria-hidden': 'true',
    },
    shape('path', { class: 'line', d: PATHS[drawingOf(row)] }),
  );
  return element('td', { class: 'arrows' }, drawing, hidden(WORDS[drawingOf(row)]));
}

type Drawing = 'in' | 'out' | 'missed' | 'note';

function drawingOf(row: RowView): Drawing {
  return row.kind === 'segment' ? row.direction : row.kind;
}

const PATHS: Readonly<Record<Drawing, string>> = {
  in: 'M6 10H114M106 5L114 10L106 15',
  out: 'M114 10H6M14 5L6 10L14 15',
  missed: 'M114 10H104M96 10H86M78 10H68M54 5L66 15M66 5L54 15M52 10H42M34 10H24M16 10H6',
  note: 'M112 10A4 4 0 1 0 120 10A4 4 0 1 0 112 10',
};

const WORDS: Readonly<Record<Drawing, string>> = {
  in: 'injected',
  out: 'sent by the kernel',
  missed: 'did not come',
  note: 'at the kernel',
};

function wideRow(kind: string, text: string): HTMLElement {
  return element('tr', { class: kind }, element('td', { colspan: HEADINGS.length }, text));
}

/** Up and down through the segments, and to the first and the last of them. */
function moveFocus(event: KeyboardEvent, table: HTMLElement): void {
  const buttons = [...table.querySelectorAll<HTMLElement>('button.segment')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const target = at === -1 ? undefined : buttons[targetOf(event.key, at, buttons.length) ?? -1];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

function targetOf(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
