/** The kernel's counters, as they moved from one look to the next. */
import { formatDuration } from '../../../base/nanoseconds';
import type { CounterView, RunView } from '../view';
import { addressOf } from './address';
import { element } from './dom';

export function countersSection({ counters }: RunView, index: number): HTMLElement {
  const rows = counters.flatMap((view) => rowsOf(view, index));
  return element(
    'section',
    { 'aria-labelledby': 'counters-title' },
    element('h2', { id: 'counters-title' }, 'Counters'),
    counters.length === 0
      ? element('p', {}, 'Nobody looked at the counters in this run: a `counters` step does.')
      : element(
          'table',
          { class: 'counters' },
          element('caption', {}, 'What had moved at each look'),
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ...['Time', 'Line', 'Counter', 'Since the last look', 'Since the start'].map((text) =>
                element('th', { scope: 'col' }, text),
              ),
            ),
          ),
          element('tbody', {}, ...rows),
        ),
  );
}

function rowsOf({ atNs, line, moves }: CounterView, index: number): readonly HTMLElement[] {
  const time = element('td', { class: 'number' }, formatDuration(atNs));
  const place = element(
    'td',
    { class: 'number' },
    line === undefined
      ? ''
      : element('a', { href: addressOf({ kind: 'item', index, part: `line-${line}` }) }, String(line)),
  );
  if (moves.length === 0) return [element('tr', {}, time, place, element('td', { colspan: 3 }, 'nothing had moved'))];
  return moves.map(({ name, by, sinceStart }, position) =>
    element(
      'tr',
      {},
      position === 0 ? time : element('td'),
      position === 0 ? place : element('td'),
      element('th', { scope: 'row' }, name),
      element('td', { class: 'number' }, signed(by)),
      element('td', { class: 'number' }, signed(sinceStart)),
    ),
  );
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
