/**
 * What the page is told: plain data, made by the reporter and drawn in the browser. Everything that needs a timeline, a
 * trace or a verdict has been worked out before; packets stay as their bytes, which the page decodes itself.
 */
import type { Ns } from '../../base/nanoseconds';
import type { VerdictStatus } from '../../verify/verify';

/** A run, or a file that was rejected. */
export type ItemStatus = VerdictStatus | 'rejected';

/** Ids of the elements that hold the data; those of items and sources end with their number. */
export const DATA_ID = { suite: 'suite', item: 'item-', source: 'source-' } as const;

/** The first thing that the page reads: enough for the overview. */
export interface SuiteView {
  /** Who made the page. */
  readonly program: string;
  /** RFC 3339; absent when nothing ran. */
  readonly startedAt?: string;
  readonly durationMs: number;
  readonly items: readonly ItemSummary[];
  /** Of files that were run all the same. */
  readonly warnings: readonly FileDiagnostics[];
}

export interface ItemSummary {
  readonly status: ItemStatus;
  readonly file: string;
  /** What tells the runs of a file apart; empty for a rejected file. */
  readonly label: string;
  readonly name: string;
  /** `uname -r`; absent where nothing ran. */
  readonly kernel?: string;
  readonly durationMs?: number;
  /** In one line, why it did not pass. */
  readonly brief?: string;
}

export interface FileDiagnostics {
  readonly file: string;
  /** As on a terminal: the line, a caret, the way out. */
  readonly texts: readonly string[];
}

/** One item in full; read when it is opened. */
export type ItemView = RunView | RejectedView;

export interface RejectedView {
  readonly kind: 'rejected';
  readonly diagnostics: FileDiagnostics;
  readonly source: number;
  /** Lines with an error. */
  readonly marked: readonly number[];
}

export interface RunView {
  readonly kind: 'run';
  readonly about?: string;
  /** What lays the behaviour down: a function of the kernel, an RFC. */
  readonly basis?: string;
  /** Why it is skipped, inconclusive, errored, or a failure that may be chance. */
  readonly reasons: readonly string[];
  readonly failures: readonly FailureView[];
  /** Steps behind the one at which the run ended. */
  readonly notReached: number;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly rows: readonly RowView[];
  /** Rows that are not shown at first, as pairs of the first one and their number. */
  readonly folds: readonly (readonly [first: number, count: number])[];
  /** Of the longest runs: rows that are not in the page at all. */
  readonly leftOut: number;
  readonly queues: readonly QueueView[];
  readonly counters: readonly CounterView[];
  /** Lines of the spec that failed, or are to blame. */
  readonly marked: readonly number[];
  /** The spec's text: the number of a file that is in the page, or the lines that are known. */
  readonly source: number | readonly (readonly [line: number, text: string])[];
}

export interface FailureView {
  readonly line: number;
  readonly atNs: Ns;
  readonly title: string;
  /** Segments in notation. */
  readonly expected?: string;
  readonly observed?: string;
  readonly mismatches: readonly { readonly field: string; readonly expected: string; readonly observed: string }[];
  readonly message?: string;
}

/** What is known of one moment; see `Evidence`. */
export type RowView = SegmentRow | MissedRow | NoteRow;

interface Row {
  readonly atNs: Ns;
  /** Absent for a segment that no step took. */
  readonly line?: number;
  readonly connection?: string;
  /** Something is wrong here. */
  readonly failed?: true;
}

export interface SegmentRow extends Row {
  readonly kind: 'segment';
  readonly direction: 'in' | 'out';
  /** In the numbers of the spec. */
  readonly text: string;
  /** As on the wire. */
  readonly hex: string;
  readonly stray?: true;
  readonly repetition?: number;
  /** What was expected, and in what it differs. */
  readonly remarks?: readonly string[];
}

/** An expected segment that did not come. */
export interface MissedRow extends Row {
  readonly kind: 'missed';
  readonly text: string;
  readonly remarks?: readonly string[];
}

/** A mark at the side: whatever else is known of that moment. */
export interface NoteRow extends Row {
  readonly kind: 'note';
  readonly text: string;
}

/** The queues of one listener, as far as they were looked at. */
export interface QueueView {
  readonly listener: string;
  readonly points: readonly QueuePoint[];
  /** Bounds of the SYN queue besides the listener's limit. */
  readonly synBounds: readonly { readonly name: string; readonly value: number }[];
}

export interface QueuePoint {
  readonly atNs: Ns;
  /** Of the step that looked; absent when the harness looked by itself. */
  readonly line?: number;
  /** Connections that wait for accept(). */
  readonly accept: number;
  /** Requests in SYN_RECV. */
  readonly syn: number;
  /** The listener's Send-Q. */
  readonly limit: number;
}

/** Counters that moved between one look and the one before. */
export interface CounterView {
  readonly atNs: Ns;
  readonly line?: number;
  readonly moves: readonly { readonly name: string; readonly by: number; readonly sinceStart: number }[];
}
