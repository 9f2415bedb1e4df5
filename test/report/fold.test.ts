import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/report/evidence';
import { fold } from '../../src/report/fold';

function notes(count: number, failed: readonly number[] = []): readonly Evidence[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'note' as const,
    atNs: index,
    line: index,
    connection: undefined,
    text: '',
    failed: failed.includes(index),
  }));
}

/** Times of what is kept, and in brackets how much is not. */
function shown(rows: ReturnType<typeof fold>): string {
  return rows.map((row) => (row.kind === 'folded' ? `(${row.rows})` : String(row.atNs))).join(' ');
}

describe('a long run', () => {
  it('of forty rows is shown whole', () => {
    expect(fold(notes(40))).toHaveLength(40);
  });

  it('loses its middle', () => {
    expect(shown(fold(notes(1000)))).toMatch(/^0 1 2 3 \(976\) 980 981 .* 999$/);
  });

  it('keeps what went wrong, and what stands around it', () => {
    expect(shown(fold(notes(1000, [500])))).toMatch(/^0 1 2 3 \(493\) 497 498 499 500 501 502 503 \(476\) 980 /);
  });
});
