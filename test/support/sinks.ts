/** Where a reporter under test writes. */
import type { Sink } from '../../src/report/report';

/** Collects what is written; 80 columns without colour unless a test says otherwise. */
export function collecting(fields: Partial<Sink> = {}): { readonly sink: Sink; readonly parts: string[] } {
  const parts: string[] = [];
  const sink = { write: (part: string) => void parts.push(part), color: false, columns: 80, explain: false, ...fields };
  return { sink, parts };
}
