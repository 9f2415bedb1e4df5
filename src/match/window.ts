/** When something may happen: a spec's time, resolved against what has happened so far. */
import type { Ns } from '../base/nanoseconds';
import { formatDuration } from '../base/nanoseconds';
import type { When } from '../spec/model';
import type { Tolerance } from '../timeline/timeline';
import type { Mismatch } from './match';

/** The moments from which a time may be counted. */
export interface Anchors {
  /** When the previous step really happened: its kernel stamp where there is one. */
  readonly previousNs: Ns;
  /** How much earlier it may have happened: of what was done on another host, only question and answer have a time. */
  readonly blurNs?: Ns;
  /** When the last segment of the step's connection was seen or sent. */
  readonly connectionNs: Ns;
  /** When the previous step should have happened: the start of its window. */
  readonly scriptedNs: Ns;
}

/** Without tolerance: `fromNs` to `untilNs`. With it: `earliestNs` to `latestNs`. */
export interface Window {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly earliestNs: Ns;
  readonly latestNs: Ns;
}

/**
 * The window in which an expected event must happen.
 *
 * The tolerance is the larger of its absolute part and its percentage of the distance from the previous step.
 * Where no time is written, an event may have come at any time before, and must have come `lateNs` after the
 * previous step.
 */
export function windowOf(when: When, anchors: Anchors, tolerance: Tolerance): Window {
  switch (when.kind) {
    case 'prompt': {
      const { previousNs } = anchors;
      return { fromNs: previousNs, untilNs: previousNs, earliestNs: 0, latestNs: previousNs + tolerance.lateNs };
    }
    case 'any':
      return {
        fromNs: 0,
        untilNs: anchors.previousNs + when.limitNs,
        earliestNs: 0,
        latestNs: anchors.previousNs + when.limitNs,
      };
    case 'window': {
      const baseNs = anchorNs(when, anchors);
      const fromNs = baseNs + when.startNs;
      const untilNs = baseNs + when.endNs;
      return {
        fromNs,
        untilNs,
        earliestNs:
          fromNs -
          (when.anchor === 'previous' ? (anchors.blurNs ?? 0) : 0) -
          allowanceNs(fromNs - distanceBaseNs(when, anchors, tolerance), tolerance.earlyNs, tolerance),
        latestNs:
          untilNs + allowanceNs(lateDistanceNs(when, fromNs, untilNs, anchors, tolerance), tolerance.lateNs, tolerance),
      };
    }
  }
}

/** How late something may be that is due this long after the previous step. */
export function lateAllowanceNs(distanceNs: Ns, tolerance: Tolerance): Ns {
  return allowanceNs(distanceNs, tolerance.lateNs, tolerance);
}

/** The larger of the absolute part and the percentage of the distance. */
function allowanceNs(distanceNs: Ns, absoluteNs: Ns, { percent }: Tolerance): Ns {
  return Math.max(absoluteNs, Math.round((Math.max(0, distanceNs) * percent) / 100));
}

/** The mismatch of a time outside its window; `undefined` inside it. Times are shown as the spec counts them. */
export function matchTime(atNs: Ns, when: When, window: Window, anchors: Anchors): Mismatch | undefined {
  if (atNs >= window.earliestNs && atNs <= window.latestNs) return undefined;
  const baseNs = when.kind === 'window' ? anchorNs(when, anchors) : anchors.previousNs;
  const sign = when.kind === 'window' && when.anchor === 'start' ? '' : '+';
  const show = (ns: Ns): string => `${ns < baseNs ? '' : sign}${formatDuration(ns - baseNs)}`;
  const span =
    window.fromNs === window.untilNs ? show(window.fromNs) : `${show(window.fromNs)}~${show(window.untilNs)}`;
  const slack =
    atNs < window.earliestNs
      ? `-${formatDuration(window.fromNs - window.earliestNs)}`
      : `+${formatDuration(window.latestNs - window.untilNs)}`;
  const offNs = Math.max(window.earliestNs - atNs, atNs - window.latestNs);
  return { field: 'time', expected: `${span} (tolerance ${slack})`, observed: show(atNs), offNs };
}

function anchorNs(when: Extract<When, { kind: 'window' }>, anchors: Anchors): Ns {
  switch (when.anchor) {
    case 'start':
      return 0;
    case 'previous':
      return anchors.previousNs;
    case 'connection':
      return anchors.connectionNs;
  }
}

type WindowTime = Extract<When, { kind: 'window' }>;

function distanceBaseNs(when: WindowTime, anchors: Anchors, { distance }: Tolerance): Ns {
  if (distance === 'scripted') return anchors.scriptedNs;
  return when.anchor === 'connection' ? anchors.connectionNs : anchors.previousNs;
}

/** packetdrill counts to the start of a range, also for what is too late (verify_time in its run.c). */
function lateDistanceNs(when: WindowTime, fromNs: Ns, untilNs: Ns, anchors: Anchors, tolerance: Tolerance): Ns {
  return (tolerance.distance === 'scripted' ? fromNs : untilNs) - distanceBaseNs(when, anchors, tolerance);
}
