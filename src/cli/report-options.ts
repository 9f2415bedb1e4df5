/** The options of `run` that say what is told of it, and where. */
import { type Command, Option } from 'commander';
import { REPORTERS } from '../report/reporters';
import { type ReporterChoice, reporters } from './arguments';

export interface ReportOptions {
  readonly trace?: string;
  readonly pcapng?: string;
  readonly explain: boolean;
  readonly events: boolean;
  readonly reporter?: readonly ReporterChoice[];
}

export function reportOptions(command: Command): Command {
  return command
    .option('--trace <dir>', 'write one trace file for each run')
    .option('--pcapng <dir>', 'write one capture for each run, for Wireshark')
    .option('--explain', 'draw the ladder of every run, not only of those that failed, with kernel events', false)
    .option('--events', 'record what the kernel drops, who resets, how sockets change their state', false)
    .addOption(reporterOption());
}

export function reporterOption(): Option {
  const names = [...REPORTERS.keys()];
  const listed = `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
  return new Option('--reporter <name[=file]>', `${listed}; may be given several times (default: console)`).argParser(
    reporters(names),
  );
}
