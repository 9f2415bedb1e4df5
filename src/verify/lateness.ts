/** How late the harness was with its own actions. */
import { formatDuration, NS_PER_US } from '../base/nanoseconds';
import type { ActionTiming } from '../match/progress';
import type { Timeline } from '../timeline/timeline';

/** Over all actions of a run, in microseconds; zeros when there were none. */
export interface Lateness {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** Summary of the lateness of actions. An action that came before its time (it cannot) would count as 0. */
export function latenessOf(timings: readonly ActionTiming[]): Lateness {
  const sorted = timings
    .map(({ plannedNs, startedNs }) => Math.max(0, startedNs - plannedNs))
    .sort((left, right) => left - right);
  const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const us = (ns: number): number => Math.round(ns / 100) / (NS_PER_US / 100);
  return { p50Us: us(quantile(0.5)), p99Us: us(quantile(0.99)), maxUs: us(sorted.at(-1) ?? 0) };
}

/** Why the harness's own lateness leaves a run without a verdict; `undefined` when it was in time throughout. */
export function missedSlot(timings: readonly ActionTiming[], timeline: Timeline): string | undefined {
  const excess = ({ plannedNs, startedNs, allowedNs }: ActionTiming): number => startedNs - plannedNs - allowedNs;
  const worst = timings.reduce<ActionTiming | undefined>(
    (soFar, timing) => (excess(timing) > (soFar === undefined ? 0 : excess(soFar)) ? timing : soFar),
    undefined,
  );
  if (worst === undefined) return undefined;
  const step = timeline.steps[worst.step];
  const lateness = formatDuration(worst.startedNs - worst.plannedNs);
  return `the harness was ${lateness} late with line ${step?.place.line ?? 0} (${step?.label ?? ''}); ${formatDuration(worst.allowedNs)} are allowed`;
}
