/**
 * Failures that say more about the machine than about the kernel's TCP: something came at another time than expected,
 * while the machine kept the kernel, or the harness, from working. Such a run has no verdict.
 */
import { formatDuration, type Ns, NS_PER_MS } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import type { Check, Mismatch } from '../match/match';
import type { ActionTiming } from '../match/progress';
import type { ClockKind, KernelWait } from '../trace/trace';
import { isCode, looksAtTimes } from './times';

/** A quarter of the smallest tolerance that is usual. What waits less does not make a segment late. */
const NOTICEABLE_WAIT_NS = NS_PER_MS;

/** The kernel counts most of its times in jiffies: a step that comes one later shows in TCP_INFO. */
const JIFFY_NS = NS_PER_MS;

/**
 * Why the failures of a run prove nothing; `undefined` when there are none, or one that time does not explain.
 * @param time how the clock of the machine went: under virtual time nobody else takes its processor
 * @param kernelWait how long the kernel's network work, and the harness, waited for a processor
 */
export function disturbance(
  checks: readonly Check[],
  timings: readonly ActionTiming[],
  { totalNs, lastNs }: KernelWait,
  time: ClockKind,
): string | undefined {
  const failed = checks.filter((check) => !check.passed);
  const heldNs = largest(0, time === 'virtual' ? [] : failed.map(({ step }) => lastCallNs(step, timings)));
  if (failed.length === 0 || !failed.every((check) => isAboutTime(check, Math.max(lastNs, heldNs)))) return undefined;
  const waitedNs = failed.some(isCode) ? totalNs : lastNs;
  if (waitedNs > NOTICEABLE_WAIT_NS) {
    return `times differ, but the kernel's own work, or the harness, waited ${formatDuration(waitedNs)} for a processor`;
  }
  if (heldNs > NOTICEABLE_WAIT_NS && !failed.some(isCode))
    return `times differ, but the call before took ${formatDuration(heldNs)}: what it does may have come as late`;
  const latestNs = largest(
    0,
    timings.map(({ plannedNs, startedNs }) => startedNs - plannedNs),
  );
  if (!failed.some(isCode) || latestNs <= JIFFY_NS) return undefined;
  return `values of TCP_INFO differ, but the harness was up to ${formatDuration(latestNs)} late, which they may count`;
}

/**
 * How long the last call took before a step. Times are counted from the moment at which the harness set out to make it, and a harness that is
 * kept from its processor, or whose memory has to be fetched first, makes it later than that.
 */
function lastCallNs(step: number, timings: readonly ActionTiming[]): Ns {
  const before = timings.findLast((timing) => timing.step < step);
  return before?.lastedNs ?? 0;
}

/** A time that is further off than the two waited is wrong all the same. */
function isAboutTime(check: Check, waitedNs: Ns): boolean {
  if (isCode(check)) return looksAtTimes(check);
  const isClose = ({ field, offNs }: Mismatch): boolean => field === 'time' && (offNs ?? 0) <= waitedNs;
  return check.mismatches.length > 0 && check.mismatches.every(isClose);
}
