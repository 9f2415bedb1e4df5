/** Where reporters write: standard output, or a file that is opened before anything runs. */
import type { Sink } from '../report/report';
import { REPORTERS } from '../report/reporters';
import type { SuiteListener, SuiteSummary } from '../suite/suite';
import type { ReporterChoice } from './arguments';
import { EXIT, exitCodeOf } from './exit-codes';
import { type Outputs, OutputError } from './output';
import { pageParts } from './page-parts';
import { complain } from './read-plan';
import type { StatusLine } from './status-line';

/** What is known of a file's reader: nothing. */
const FILE_COLUMNS = 80;
/** A ladder in less cannot be read; the terminal breaks its lines then. */
const MIN_COLUMNS = 60;

export interface ReportSettings {
  readonly explain: boolean;
  /** What has to make way when something is printed. */
  readonly status?: StatusLine | undefined;
}

const USUAL: readonly ReporterChoice[] = [{ name: 'console', file: undefined }];

/**
 * Opens every chosen reporter, as one listener.
 * @param choices the console when nobody chose
 * @throws OutputError when a file cannot be written
 */
export function openReports(
  choices: readonly ReporterChoice[] = USUAL,
  outputs: Outputs,
  settings: ReportSettings,
): SuiteListener {
  const listeners = choices.map(({ name, file }) => {
    const make = REPORTERS.get(name);
    if (make === undefined) throw new OutputError(`there is no reporter ${name}`);
    const sink = file === undefined ? standardOutput(settings) : fileSink(outputs.openFile(file), settings);
    return make(sink, pageParts);
  });
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}

/** Closes what was opened, and says what could not be written. @returns the exit code of the whole */
export function endReports(outputs: Outputs, summary: SuiteSummary): number {
  outputs.close();
  complain(outputs.problems);
  return exitCodeOf(summary) || (outputs.problems.length > 0 ? EXIT.errored : EXIT.passed);
}

function fileSink(write: (text: string) => void, { explain }: ReportSettings): Sink {
  return { write, color: false, columns: FILE_COLUMNS, explain };
}

/** Standard output; in colour at a terminal unless NO_COLOR is set (no-color.org). */
function standardOutput({ explain, status }: ReportSettings): Sink {
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  return {
    write: status === undefined ? write : (text) => status.makeWay(() => write(text)),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    get columns() {
      return columnsOf(process.stdout);
    },
    explain,
  };
}

/** The width of a terminal; 80 of anything else. */
function columnsOf({ columns }: { readonly columns?: number }): number {
  return Math.max(MIN_COLUMNS, columns === undefined || columns === 0 ? FILE_COLUMNS : columns);
}
