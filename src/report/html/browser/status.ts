/** How a status looks: a sign and a word, so that colour says nothing alone. */
import type { ItemStatus } from '../view';
import { element } from './dom';

const SIGNS: Readonly<Record<ItemStatus, string>> = {
  failed: '\u2717',
  errored: '!',
  rejected: '\u2298',
  inconclusive: '?',
  skipped: '\u2013',
  passed: '\u2713',
};

/** What is wrong first. */
export const STATUSES = Object.keys(SIGNS) as readonly ItemStatus[];

export function statusBadge(status: ItemStatus): HTMLElement {
  return element(
    'span',
    { class: `status ${status}` },
    element('span', { 'aria-hidden': 'true' }, SIGNS[status]),
    ` ${status}`,
  );
}
