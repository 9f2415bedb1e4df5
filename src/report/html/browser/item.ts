/** One run, or one rejected file, in full. */
import { formatDuration } from '../../../base/nanoseconds';
import type { FailureView, ItemSummary, ItemView, RejectedView, RunView } from '../view';
import { addressOf } from './address';
import { countersSection } from './counters';
import { readSource } from './data';
import { element } from './dom';
import { Ladder } from './ladder';
import { queuesSection } from './plot';
import { sourceSection } from './source';
import { statusBadge } from './status';

export interface OpenItem {
  readonly index: number;
  readonly summary: ItemSummary;
  /** Neighbours among those that the filters leave. */
  readonly previous: number | undefined;
  readonly next: number | undefined;
}

/** @throws when the page is not whole */
export async function itemSection(view: ItemView, open: OpenItem): Promise<HTMLElement> {
  const parts = view.kind === 'run' ? await runParts(view, open) : await rejectedParts(view, open);
  const { file, label, name, status } = open.summary;
  return element(
    'article',
    { 'aria-labelledby': 'item-title', 'data-index': open.index },
    navigation(open),
    element('h1', { id: 'item-title', tabindex: -1 }, statusBadge(status), ' ', name === '' ? file : name),
    element('p', { class: 'file' }, name === '' ? '' : file, label === '' ? '' : ` [${label}]`),
    ...parts,
  );
}

function navigation({ previous, next }: OpenItem): HTMLElement {
  const link = (index: number | undefined, text: string): HTMLElement | undefined =>
    index === undefined ? undefined : element('a', { href: addressOf({ kind: 'item', index }) }, text);
  return element(
    'nav',
    { 'aria-label': 'Runs' },
    element('a', { href: addressOf({ kind: 'overview' }), id: 'back' }, '\u2190 All runs'),
    link(previous, 'Previous run'),
    link(next, 'Next run'),
  );
}

async function runParts(view: RunView, { index }: OpenItem): Promise<readonly (HTMLElement | undefined)[]> {
  const ladder = new Ladder(view, index);
  const source = typeof view.source === 'number' ? await readSource(view.source) : view.source;
  return [
    view.about === undefined ? undefined : element('p', { class: 'about' }, view.about),
    view.basis === undefined ? undefined : element('p', { class: 'basis' }, `Laid down by: ${view.basis}`),
    ...view.reasons.map((reason) => element('p', { class: 'reason' }, reason)),
    failuresSection(view, index),
    ladder.section,
    queuesSection(view),
    countersSection(view, index),
    sourceSection(source, view.marked, view.failures.length > 0 ? 'failed' : 'error'),
    factsSection(view),
  ];
}

async function rejectedParts(
  { diagnostics, source, marked }: RejectedView,
  _open: OpenItem,
): Promise<readonly HTMLElement[]> {
  return [
    element(
      'section',
      { 'aria-labelledby': 'diagnostics-title' },
      element('h2', { id: 'diagnostics-title' }, 'What is wrong with the spec'),
      ...diagnostics.texts.map((text) => element('pre', { class: 'diagnostic', tabindex: 0 }, text)),
    ),
    sourceSection(await readSource(source), marked, 'error'),
  ];
}

function failuresSection({ failures, notReached }: RunView, index: number): HTMLElement | undefined {
  if (failures.length === 0) return undefined;
  const rest = notReached === 0 ? undefined : element('p', {}, `${notReached} later step(s) not reached.`);
  return element(
    'section',
    { 'aria-labelledby': 'failures-title', class: 'failures' },
    element('h2', { id: 'failures-title' }, `Failed checks (${failures.length})`),
    element('ol', {}, ...failures.slice(0, MOST_FAILURES).map((failure) => failureItem(failure, index))),
    failures.length <= MOST_FAILURES
      ? undefined
      : element('p', {}, `${failures.length - MOST_FAILURES} more are marked in the ladder.`),
    rest,
  );
}

const MOST_FAILURES = 100;

function failureItem(
  { line, atNs, title, expected, observed, mismatches, message }: FailureView,
  index: number,
): HTMLElement {
  return element(
    'li',
    {},
    element('a', { href: addressOf({ kind: 'item', index, part: `line-${line}` }) }, `Line ${line}`),
    `: ${title} `,
    element('span', { class: 'time' }, `(at ${formatDuration(atNs)})`),
    expected === undefined ? undefined : compared('expected', expected),
    observed === undefined ? undefined : compared('observed', observed),
    ...mismatches.map((one) =>
      element('div', {}, element('b', {}, one.field), `: expected ${one.expected}, observed ${one.observed}`),
    ),
    message === undefined ? undefined : element('div', {}, message),
  );
}

function compared(side: string, text: string): HTMLElement {
  return element(
    'div',
    { class: 'compared' },
    element('span', { class: 'side' }, side),
    ' ',
    element('code', {}, text),
  );
}

function factsSection({ facts }: RunView): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'facts-title' },
    element('h2', { id: 'facts-title' }, 'The run'),
    element(
      'table',
      { class: 'facts' },
      element('caption', { class: 'hidden' }, 'What it ran on, and how'),
      element(
        'tbody',
        {},
        ...facts.map(([name, value]) =>
          element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)),
        ),
      ),
    ),
  );
}
