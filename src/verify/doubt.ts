/**
 * Failures that may be chance: something came at another time than expected, by no more than a tick of the kernel's clock.
 *
 * The kernel's timers count jiffies, and which processor advances the jiffies is a matter of microseconds: where two
 * processors tick at once, a timer may miss its tick and fire one later (tick_sched_do_timer in kernel/time/tick-sched.c).
 * With CONFIG_HZ=250 that is 4 ms, as much as the usual tolerance. A defect of TCP comes again; this does not.
 */
import { formatDuration, type Ns } from '../base/nanoseconds';
import type { Check } from '../match/match';
import type { Environment } from '../trace/trace';
import { isCode, looksAtTimes } from './times';

/**
 * Why the failures of a run may be chance; `undefined` when there are none, or one that a tick does not explain.
 * Under virtual time nothing comes by chance. A trace that knows no tick leaves no doubt either.
 */
export function doubtOf(
  checks: readonly Check[],
  { tickNs, time }: Pick<Environment, 'tickNs' | 'time'>,
): string | undefined {
  const failed = checks.filter((check) => !check.passed);
  if (tickNs === undefined || time === 'virtual' || failed.length === 0) return undefined;
  if (!failed.every((check) => isWithinATick(check, tickNs))) return undefined;
  return `a timer of this kernel may be one tick (${formatDuration(tickNs)}) late by chance, which explains it`;
}

/** How far a code block's value is off cannot be told. */
function isWithinATick(check: Check, tickNs: Ns): boolean {
  if (isCode(check)) return looksAtTimes(check);
  return (
    check.mismatches.length > 0 &&
    check.mismatches.every(({ field, offNs }) => field === 'time' && (offNs ?? 0) <= tickNs)
  );
}
