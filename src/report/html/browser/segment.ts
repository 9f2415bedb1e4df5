/** A segment taken apart: what hovering shows, and what a click opens, the raw bytes with it. */
import { fromHex } from '../../../base/hex';
import { headersOf } from '../fields';
import { hexDump } from '../hex-dump';
import type { SegmentRow } from '../view';
import { element } from './dom';

/** Keeps the pointer's way to the tip open. */
const LEAVING_MS = 150;

/** The headers, each with its fields. */
function decoded({ hex }: SegmentRow): HTMLElement {
  return element(
    'div',
    { class: 'decoded' },
    ...headersOf(bytesOf(hex)).map(({ name, fields }) =>
      element(
        'div',
        { class: 'header' },
        element('div', { class: 'header-name' }, name),
        element('dl', {}, ...fields.flatMap(([field, value]) => [element('dt', {}, field), element('dd', {}, value)])),
      ),
    ),
  );
}

/** The raw bytes, and the headers beside them. */
export function opened(row: SegmentRow): HTMLElement {
  const bytes = bytesOf(row.hex);
  return element(
    'div',
    { class: 'opened' },
    element(
      'pre',
      { class: 'bytes', tabindex: 0, 'aria-label': `Raw bytes, ${bytes.length}` },
      hexDump(bytes).join('\n'),
    ),
    decoded(row),
  );
}

/** The tip that hovering or focusing a segment shows; Escape hides it. One for the whole page. */
export class Tip {
  readonly #box = element('div', { role: 'tooltip', id: 'tip', class: 'tip', hidden: true });
  #target: HTMLElement | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    document.body.append(this.#box);
    this.#box.addEventListener('pointerenter', () => clearTimeout(this.#leaving));
    this.#box.addEventListener('pointerleave', () => this.#leave());
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.hide();
    });
  }

  /** @param row what the tip tells when the pointer or the focus is on the target */
  attach(target: HTMLElement, row: SegmentRow): void {
    target.addEventListener('pointerenter', () => this.#show(target, row));
    target.addEventListener('pointerleave', () => this.#leave());
    target.addEventListener('focus', () => {
      if (target.matches(':focus-visible')) this.#show(target, row);
    });
    target.addEventListener('blur', () => this.hide());
    target.addEventListener('click', () => this.hide());
  }

  hide(): void {
    clearTimeout(this.#leaving);
    this.#target?.removeAttribute('aria-describedby');
    this.#target = undefined;
    this.#box.hidden = true;
  }

  #show(target: HTMLElement, row: SegmentRow): void {
    this.hide();
    // What is opened shows the same.
    if (target.getAttribute('aria-expanded') === 'true') return;
    this.#target = target;
    target.setAttribute('aria-describedby', this.#box.id);
    this.#box.replaceChildren(decoded(row));
    this.#box.hidden = false;
    this.#place(target.getBoundingClientRect());
  }

  /** Below the target, or above it where there is no room. */
  #place({ left, top, bottom }: DOMRect): void {
    const { width, height } = this.#box.getBoundingClientRect();
    const below = bottom + 4 + height <= window.innerHeight;
    const y = below ? bottom + 4 : Math.max(0, top - 4 - height);
    this.#box.style.left = `${Math.max(0, Math.min(left, window.innerWidth - width - 8))}px`;
    this.#box.style.top = `${y}px`;
  }

  #leave(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.hide(), LEAVING_MS);
  }
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}
