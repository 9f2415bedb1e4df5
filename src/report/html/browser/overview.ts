/** The list of everything that was run or rejected, with its filters. */
import { formatDuration } from '../../../base/nanoseconds';
import type { ItemStatus, ItemSummary, SuiteView } from '../view';
import { addressOf } from './address';
import { element } from './dom';
import { STATUSES, statusBadge } from './status';

const ALL_KERNELS = '';
const HEADINGS = ['Status', 'Spec', 'Run', 'Kernel', 'Time', 'Why'];

/** Shown and hidden as a whole; it keeps its filters. */
export class Overview {
  readonly root: HTMLElement;
  readonly #items: readonly ItemSummary[];
  readonly #rows: readonly HTMLTableRowElement[];
  readonly #boxes = new Map<ItemStatus, HTMLInputElement>();
  readonly #kernel: HTMLSelectElement;
  readonly #text: HTMLInputElement;
  readonly #count = element('p', { role: 'status', id: 'count' });

  constructor(suite: SuiteView) {
    this.#items = suite.items;
    this.#rows = suite.items.map(rowOf);
    this.#kernel = kernelChoice(suite.items);
    this.#text = element('input', { type: 'search', id: 'name', autocomplete: 'off' });
    this.root = element(
      'section',
      { 'aria-labelledby': 'overview-title' },
      element('h1', { id: 'overview-title', tabindex: -1 }, 'packetspec: ', countsText(suite.items)),
      element('p', {}, aboutText(suite)),
      this.#filters(),
      this.#count,
      element(
        'table',
        { class: 'items' },
        element('caption', { class: 'hidden' }, 'Runs and rejected specs'),
        element('thead', {}, element('tr', {}, ...HEADINGS.map((text) => element('th', { scope: 'col' }, text)))),
        element('tbody', {}, ...this.#rows),
      ),
      warningsOf(suite),
    );
    this.#apply();
  }

  /** Those that the filters leave, in their order. */
  get shown(): readonly number[] {
    return this.#rows.flatMap((row, index) => (row.hidden ? [] : [index]));
  }

  /** Where the reader was before an item was opened. */
  focusOn(index: number | undefined): void {
    const link = index === undefined ? undefined : this.#rows[index]?.querySelector('a');
    (link ?? this.root.querySelector<HTMLElement>('h1'))?.focus();
  }

  #filters(): HTMLElement {
    const form = element(
      'form',
      { class: 'filters', role: 'search', 'aria-label': 'Filter' },
      element('fieldset', {}, element('legend', {}, 'Status'), ...this.#statusChoices()),
      element('label', {}, 'Kernel ', this.#kernel),
      element('label', {}, 'File, name or variant ', this.#text),
    );
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => this.#apply());
    return form;
  }

  #statusChoices(): readonly HTMLElement[] {
    return STATUSES.flatMap((status) => {
      const count = this.#items.filter((item) => item.status === status).length;
      if (count === 0) return [];
      const box = element('input', { type: 'checkbox', name: status, checked: true });
      this.#boxes.set(status, box);
      return [element('label', {}, box, ' ', statusBadge(status), ` (${count})`)];
    });
  }

  #apply(): void {
    const words = this.#text.value.toLowerCase().split(/\s+/);
    const kernel = this.#kernel.value;
    let shown = 0;
    this.#items.forEach((item, index) => {
      const row = this.#rows[index];
      if (row === undefined) return;
      const fits =
        this.#boxes.get(item.status)?.checked !== false &&
        (kernel === ALL_KERNELS || item.kernel === kernel) &&
        words.every((word) => `${item.file} ${item.name} ${item.label}`.toLowerCase().includes(word));
      row.hidden = !fits;
      if (fits) shown++;
    });
    this.#count.textContent = `${shown} of ${this.#items.length} shown`;
  }
}

function rowOf(
  { status, file, label, name, kernel, durationMs, brief }: ItemSummary,
  index: number,
): HTMLTableRowElement {
  const title = name === '' ? file : name;
  return element(
    'tr',
    { class: status },
    element('td', {}, statusBadge(status)),
    element(
      'th',
      { scope: 'row' },
      element('a', { href: addressOf({ kind: 'item', index }) }, title),
      element('div', { class: 'file' }, file),
    ),
    element('td', {}, label),
    element('td', {}, kernel ?? ''),
    element('td', { class: 'number' }, durationMs === undefined ? '' : formatDuration(Math.round(durationMs * 1e6))),
    element('td', { class: 'brief' }, brief ?? ''),
  );
}

function kernelChoice(items: readonly ItemSummary[]): HTMLSelectElement {
  const kernels = [...new Set(items.flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel])))].sort();
  return element(
    'select',
    { id: 'kernel' },
    element('option', { value: ALL_KERNELS }, 'all'),
    ...kernels.map((kernel) => element('option', { value: kernel }, kernel)),
  );
}

function countsText(items: readonly ItemSummary[]): string {
  const counts = STATUSES.map((status) => [items.filter((item) => item.status === status).length, status] as const);
  const told = counts.filter(([count]) => count > 0).map(([count, status]) => `${count} ${status}`);
  return told.join(', ') || 'nothing ran';
}

function aboutText({ program, startedAt, durationMs }: SuiteView): string {
  const started = startedAt === undefined ? '' : `, started at ${startedAt}`;
  return `${program}${started}, took ${formatDuration(Math.round(durationMs * 1e6))}.`;
}

function warningsOf({ warnings }: SuiteView): HTMLElement | undefined {
  if (warnings.length === 0) return undefined;
  return element(
    'details',
    {},
    element('summary', {}, `Warnings in ${warnings.length} ${warnings.length === 1 ? 'spec' : 'specs'}`),
    ...warnings.flatMap(({ texts }) => texts.map((text) => element('pre', {}, text))),
  );
}
