/** The part of a long run that explains its end: how it began, what came last, and everything that went wrong. */
import type { Evidence } from './evidence';

/** How much is shown. */
export interface FoldLimits {
  /** Runs of up to so many rows are shown whole. */
  readonly whole: number;
  readonly first: number;
  readonly last: number;
  /** Rows before and behind each failure. */
  readonly around: number;
  /** Failures beyond so many may be folded too. */
  readonly failures: number;
  /** Of segments that no step took, or that were lost. */
  readonly strays: number;
}

const ON_A_TERMINAL: FoldLimits = { whole: 40, first: 4, last: 20, around: 3, failures: Infinity, strays: 6 };

/** Rows that are left out, and how many of them are segments. */
export interface Folded {
  readonly kind: 'folded';
  readonly rows: number;
}

/** The evidence with what may be left out folded. */
export function fold(
  evidence: readonly Evidence[],
  limits: FoldLimits = ON_A_TERMINAL,
): readonly (Evidence | Folded)[] {
  if (evidence.length <= limits.whole) return evidence;
  const kept = keptRows(evidence, limits);
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
  if (row.kind === 'kernel') return false;
  return row.kind === 'note' ? row.failed : row.check?.passed === false;
}

function keptRows(evidence: readonly Evidence[], limits: FoldLimits): ReadonlySet<number> {
  const kept = new Set<number>();
  let strays = 0;
  let failures = 0;
  evidence.forEach((row, index) => {
    const isTold = row.kind === 'segment' && (row.stray || row.packet.loss !== undefined);
    const isShownStray = isTold && strays++ < limits.strays;
    if (index < limits.first || index >= evidence.length - limits.last || isShownStray) kept.add(index);
    if (!hasFailed(row) || failures++ >= limits.failures) return;
    for (let near = index - limits.around; near <= index + limits.around; near++) kept.add(near);
  });
  return kept;
}
