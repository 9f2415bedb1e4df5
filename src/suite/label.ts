/** What tells the runs of one spec apart. */
import type { PlannedRun } from './suite';

/** `ipv4 backlog=5`, and the kernel where it is another than this machine's: `ipv4 backlog=5 on 6.12`. */
export function labelOf({ timeline, kernel }: PlannedRun): string {
  return kernel === undefined ? timeline.variant.label : `${timeline.variant.label} on ${kernel}`;
}
