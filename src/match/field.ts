/** Comparing one field: an expected value that is absent is free. */
import type { Mismatch } from './match';

/** Numbers, shown in decimal. */
export function matchNumber(
  field: string,
  expected: number | undefined,
  observed: number | undefined,
): readonly Mismatch[] {
  return expected === undefined ? [] : matchText(field, String(expected), observed?.toString());
}

/** What people read, and what decides. */
export function matchText(
  field: string,
  expected: string | undefined,
  observed: string | undefined,
): readonly Mismatch[] {
  if (expected === undefined || expected === observed) return [];
  return [{ field, expected, observed: observed ?? 'absent' }];
}
