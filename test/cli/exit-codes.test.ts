import { expect, it } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes';
import type { SuiteSummary } from '../../src/suite/suite';
import { summaryOf } from '../support/results';

// The table of the design: rejected 2, failed 1, errored 3; inconclusive is never a pass and never a failure.
it.each<[Partial<SuiteSummary>, number]>([
  [{}, 0],
  [{ passed: 5 }, 0],
  [{ passed: 5, skipped: 3 }, 0],
  [{ skipped: 3 }, 0],
  [{ passed: 5, failed: 1 }, 1],
  [{ failed: 1, errored: 1, inconclusive: 1 }, 1],
  [{ rejected: 1 }, 2],
  [{ rejected: 1, failed: 1, errored: 1 }, 2],
  [{ passed: 5, errored: 1 }, 3],
  [{ passed: 5, inconclusive: 1 }, 3],
])('%j ends with %d', (counts, code) => {
  expect(exitCodeOf(summaryOf(counts))).toBe(code);
});

it('a defect of the harness has a code of its own (sysexits.h: EX_SOFTWARE)', () => {
  expect(EXIT.crashed).toBe(70);
});
