/** Where reporters write: standard output, or a file that is opened before anything runs. */
import type { Sink } from '../report/report';
import { REPORTERS } from '../report/reporters';
import type { SuiteListener } from '../suite/suite';
import type { ReporterChoice } from './arguments';
import { type Outputs, OutputError } from './output';

/** Opens every chosen reporter, as one listener. @throws OutputError when a file cannot be written */
export function openReports(choices: readonly ReporterChoice[], outputs: Outputs): SuiteListener {
  const listeners = choices.map(({ name, file }) => {
    const make = REPORTERS.get(name);
    if (make === undefined) throw new OutputError(`there is no reporter ${name}`);
    return make(file === undefined ? standardOutput() : { write: outputs.openFile(file), color: false });
  });
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}

/** Standard output; in colour at a terminal unless NO_COLOR is set (no-color.org). */
export function standardOutput(): Sink {
  return {
    write: (text) => process.stdout.write(text),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  };
}
