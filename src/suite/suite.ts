/**
 * Many specs: finding, planning, running them in executor processes, and telling what happens as events.
 *
 * Reports see events and nothing else; they cannot tell where a run took place. Deliberately absent: printing, the
 * command line, and the host (the executor's).
 */
import type { Diagnostic } from '../spec/diagnostic';
import type { SourceFile } from '../spec/source';
import type { Trace } from '../trace/trace';
import type { Timeline } from '../timeline/timeline';
import type { Verdict } from '../verify/verify';

/** One run: a timeline, and what identifies it. */
export interface PlannedRun {
  /** Place in the plan, from 0; results are reported in this order where order matters. */
  readonly index: number;
  readonly timeline: Timeline;
  /** The kernel that it is to run on, as the user calls it; absent: that of this machine. */
  readonly kernel?: string;
}

/** A file whose text is wrong. */
export interface RejectedSpec {
  readonly file: SourceFile;
  readonly diagnostics: readonly Diagnostic[];
}

export interface RunResult {
  readonly run: PlannedRun;
  readonly verdict: Verdict;
  /** How often it was run: more than once when the harness was late. */
  readonly attempts: number;
  /** From handing it to an executor to its verdict, all attempts together. */
  readonly durationMs: number;
  /** Absent when no executor could run it. */
  readonly trace?: Trace;
}

export interface SuiteSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errored: number;
  readonly inconclusive: number;
  /** Files, not runs: a rejected file has none. */
  readonly rejected: number;
  readonly durationMs: number;
}

export type SuiteEvent =
  | { readonly kind: 'spec-rejected'; readonly rejected: RejectedSpec }
  | { readonly kind: 'spec-warned'; readonly rejected: RejectedSpec }
  | {
      readonly kind: 'suite-started';
      readonly runs: readonly PlannedRun[];
      /** Those that were read, as they were. */
      readonly files: readonly SourceFile[];
      /** How many run at the same time; absent when nothing is run, since traces are judged again. */
      readonly jobs?: number;
    }
  | { readonly kind: 'run-started'; readonly run: PlannedRun; readonly attempt: number }
  | { readonly kind: 'run-finished'; readonly result: RunResult }
  | { readonly kind: 'suite-finished'; readonly summary: SuiteSummary; readonly results: readonly RunResult[] };

/** Takes events as they happen. */
export type SuiteListener = (event: SuiteEvent) => void;
