/**
 * The verdict of one run: all its checks, and what kind of end it came to.
 *
 * `judge` is pure: the same trace gives the same verdict next year. Deliberately absent: printing, retrying, files.
 */
import type { Ns } from '../base/nanoseconds';
import type { CrossedPacket } from '../match/connections';
import type { KernelNote } from '../match/kernel-events';
import type { Check } from '../match/match';
import type { HostTrouble } from '../trace/trace';
import type { Lateness } from './lateness';

export type VerdictStatus =
  | 'passed'
  | 'failed'
  /** This host lacks what the spec requires. */
  | 'skipped'
  /** The environment failed. */
  | 'errored'
  /** The harness itself was later than its tolerance allows: neither a pass nor a failure. */
  | 'inconclusive';

export interface Verdict {
  readonly status: VerdictStatus;
  readonly checks: readonly Check[];
  readonly lateness: Lateness;
  /** Why the run is skipped or inconclusive. */
  readonly reason?: string;
  readonly trouble?: HostTrouble;
  /** Why a failure may be chance; see `doubt.ts`. It counts only when it comes again and again. */
  readonly doubt?: string;
  /** Segments of the kernel that no step took. */
  readonly strays: readonly CrossedPacket[];
  /** Steps that were not reached. */
  readonly notReached: number;
  /** Everything that crossed the link, in script numbers, in order. */
  readonly crossed: readonly CrossedPacket[];
  /** What the kernel told besides the losses, which `crossed` has; empty where nothing was recorded. */
  readonly kernel: readonly KernelNote[];
  /** How long the timed part took. */
  readonly durationNs: Ns;
}
