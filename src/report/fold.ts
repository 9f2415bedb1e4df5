/** The part of a long run that explains its end: how it began, what came last, and everything that went wrong. */
import type { Evidence } from './evidence';

/** Runs of up to so many rows are shown whole. */
const SHOWN_WHOLE = 40;
const FIRST = 4;
const LAST = 20;
/** Around each failure. */
const CONTEXT = 3;
/** Of segments that no step took. */
const STRAYS = 6;

/** Rows that are left out, and how many of them are segments. */
export interface Folded {
  readonly kind: 'folded';
  readonly rows: number;
}

/** The evidence with what may be left out folded. */
export function fold(evidence: readonly Evidence[]): readonly (Evidence | Folded)[] {
  if (evidence.length <= SHOWN_WHOLE) return evidence;
  const kept = keptRows(evidence);
  const rows: (Evidence | Folded)[] = [];
  let folded = 0;
  const endFold = (): void => {
    if (folded > 0) rows.push({ kind: 'folded', rows: folded });
    folded = 0;
  };
  evidence.forEach((row, index) => {
    if (kept.has(index)) {
      endFold();
      rows.push(row);
    } else folded++;
  });
  endFold();
  return rows;
}

/** Whether something is wrong here. */
export function hasFailed(row: Evidence): boolean {
  if (row.kind === 'missed') return true;
  return row.kind === 'note' ? row.failed : row.check?.passed === false;
}

function keptRows(evidence: readonly Evidence[]): ReadonlySet<number> {
  const kept = new Set<number>();
  let strays = 0;
  evidence.forEach((row, index) => {
    const isShownStray = row.kind === 'segment' && row.stray && strays++ < STRAYS;
    if (index < FIRST || index >= evidence.length - LAST || isShownStray) kept.add(index);
    if (!hasFailed(row)) return;
    for (let near = index - CONTEXT; near <= index + CONTEXT; near++) kept.add(near);
  });
  return kept;
}
