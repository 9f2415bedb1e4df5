/** The exit codes of the design, and which of them a suite ends with. */
import type { SuiteSummary } from '../suite/suite';

export const EXIT = {
  passed: 0,
  failed: 1,
  rejected: 2,
  errored: 3,
  crashed: 70,
  interrupted: 130,
} as const;

/** Rejected texts outweigh failures, which outweigh trouble with the environment; inconclusive runs are trouble. */
export function exitCodeOf({ rejected, failed, errored, inconclusive }: SuiteSummary): number {
  if (rejected > 0) return EXIT.rejected;
  if (failed > 0) return EXIT.failed;
  return errored + inconclusive > 0 ? EXIT.errored : EXIT.passed;
}
