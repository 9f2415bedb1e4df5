/**
 * Reports: suite events in, text out.
 *
 * A reporter sees events only, and writes to the sink it is given; it cannot tell where runs took place.
 * Deliberately absent: files, terminals, exit codes (the CLI's), and judgement.
 */
import type { SuiteListener } from '../suite/suite';

/** Where a reporter writes. */
export interface Sink {
  readonly write: (text: string) => void;
  /** Whether colour and emphasis may be used. */
  readonly color: boolean;
}

/** Makes a reporter that writes to the sink. */
export type ReporterFactory = (sink: Sink) => SuiteListener;
