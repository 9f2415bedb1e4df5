/**
 * Does what happened fit what was expected? Matching answers with the list of mismatches; an empty list is a yes, so
 * a verdict and its explanation cannot disagree.
 *
 * `Progress` (progress.ts) walks a timeline along a trace's observations. The engine that drives the kernel and the
 * judge that reads a saved trace use this one walk: whatever the engine waited for is what the judge judges.
 * Deliberately absent: clocks, sockets, files. Time comes in with the observations.
 */
import type { Ns } from '../base/nanoseconds';

/** One field that differs. Both sides are text for people, in packetdrill's notation where there is one. */
export interface Mismatch {
  readonly field: string;
  readonly expected: string;
  readonly observed: string;
  /** Of a time: how far outside of what is tolerated it lies. */
  readonly offNs?: Ns;
}

/** One comparison of a run. */
export interface Check {
  /** Index of the step in the timeline. */
  readonly step: number;
  readonly kind: CheckKind;
  readonly passed: boolean;
  /** What was looked at, in one line. */
  readonly title: string;
  readonly mismatches: readonly Mismatch[];
  /** What happened, when the mismatches alone do not say it: `nothing came`. */
  readonly message?: string;
  /** When it happened, or when waiting was given up. */
  readonly atNs: Ns;
  /** What stands against each other, in notation: the expected and the observed segment. */
  readonly expected?: string;
  readonly observed?: string;
}

export type CheckKind =
  | 'segment'
  | 'silence'
  | 'group'
  | 'call'
  | 'return'
  | 'queue'
  | 'sockets'
  | 'socket'
  | 'counters'
  | 'tcp_info'
  | 'proc_net_tcp'
  | 'drops'
  | 'states'
  | 'reset'
  | 'inject'
  | 'flood'
  | 'command'
  | 'code'
  | 'strays';
