/**
 * Failures that say more about the machine than about the kernel's TCP: something came at another time than expected,
 * while the machine kept the kernel, or the harness, from working. Such a run has no verdict.
 */
import { formatDuration, type Ns, NS_PER_MS } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import type { Check, Mismatch } from '../match/match';
import type { ActionTiming } from '../match/progress';
import type { KernelWait } from '../trace/trace';
import { isCode, looksAtTimes } from './times';

/** A quarter of the smallest tolerance that is usual. What waits less does not make a segment late. */
const NOTICEABLE_WAIT_NS = NS_PER_MS;

/** The kernel counts most of its times in jiffies: a step that comes one later shows in TCP_INFO. */
const JIFFY_NS = NS_PER_MS;

/**
 * Why the failures of a run prove nothing; `undefined` when there are none, or one that time does not explain.
 * @param kernelWait how long the kernel's network work, and the harness, waited for a processor
 */
export function disturbance(
  checks: readonly Check[],
  timings: readonly ActionTiming[],
  { totalNs, lastNs }: KernelWait,
): string | undefined {
  const failed = checks.filter((check) => !check.passed);
  if (failed.length === 0 || !failed.every((check) => isAboutTime(check, lastNs))) return undefined;
  const waitedNs = failed.some(isCode) ? totalNs : lastNs;
  if (waitedNs > NOTICEABLE_WAIT_NS) {
    return `times differ, but the kernel's own work, or the harness, waited ${formatDuration(waitedNs)} for a processor`;
  }
  const latestNs = largest(
    0,
    timings.map(({ plannedNs, startedNs }) => startedNs - plannedNs),
  );
  if (!failed.some(isCode) || latestNs <= JIFFY_NS) return undefined;
  return `values of TCP_INFO differ, but the harness was up to ${formatDuration(latestNs)} late, which they may count`;
}

/** A time that is further off than the two waited is wrong all the same. */
function isAboutTime(check: Check, waitedNs: Ns): boolean {
  if (isCode(check)) return looksAtTimes(check);
  const isClose = ({ field, offNs }: Mismatch): boolean => field === 'time' && (offNs ?? 0) <= waitedNs;
  return check.mismatches.length > 0 && check.mismatches.every(isClose);
}
