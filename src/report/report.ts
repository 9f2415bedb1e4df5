/**
 * Reports: suite events in, text out; and of one run its evidence, as a ladder or a capture.
 *
 * A reporter sees events only, and writes to the sink it is given; it cannot tell where runs took place.
 * Deliberately absent: files, terminals, exit codes (the CLI's), and judgement.
 */
import type { SuiteListener } from '../suite/suite';
import type { PageParts } from './html/document';

/** Where a reporter writes. */
export interface Sink {
  readonly write: (text: string) => void;
  /** Whether colour and emphasis may be used. */
  readonly color: boolean;
  /** How wide a line may be, at this moment: a terminal can be resized. */
  readonly columns: number;
  /** Whether every run is to be explained in full, also those that passed. */
  readonly explain: boolean;
}

/** Makes a reporter that writes to the sink. @param page what pages are made of, for those that write one */
export type ReporterFactory = (sink: Sink, page: () => PageParts) => SuiteListener;
