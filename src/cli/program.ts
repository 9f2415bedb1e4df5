/** The command line: what `packetspec` understands. The only place that opens the real host and ends the process. */
import { Command, CommanderError, Option } from 'commander';
import { jsonSchema } from '../spec/schema';
import type { Executor } from '../suite/executor';
import { DEFAULT_LONGEST_NS } from '../suite/longest';
import { address, duration, jobCount, nameList, port, retryCount } from './arguments';
import { agentCommand } from './agent-command';
import { checkCommand } from './check-command';
import { convertCommand } from './convert-command';
import { EXIT } from './exit-codes';
import { addKernelsCommands } from './kernels-command';
import { OutputError } from './output';
import { complain } from './read-plan';
import { replayCommand, type ReplayOptions } from './replay-command';
import { reporterOption, reportOptions } from './report-options';
import { runCommand, type RunOptions } from './run-command';
import { showCommand } from './show-command';
import { guardStandardOutput } from './standard-output';
import { planSettings, type ScriptOptions, scriptOptions, type TextOptions, textOptions } from './text-options';
import { packageVersion } from './version';

const PATHS = 'spec files, folders or globs';

async function runProgram(argv: readonly string[], early: Executor | undefined): Promise<number> {
  let code: number = EXIT.passed;
  const end = (exitCode: number): void => {
    code = exitCode;
  };
  const program = new Command('packetspec')
    .description('Tests the TCP of a Linux kernel with raw segments: specs in YAML, and scripts of packetdrill.')
    .version(packageVersion())
    .showHelpAfterError('(packetspec --help shows the commands)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();

  runOptions(program).action(async (names: string[], options: RunOptions) => {
    code = await runCommand(names, options, early);
  });

  textOptions(
    program.command('check').description('parse and compile specs, run nothing').argument('<paths...>', PATHS),
  ).action((names: string[], options: TextOptions) => {
    code = checkCommand(names, planSettings(options));
  });

  textOptions(
    program.command('show').description('print the compiled timelines of specs').argument('<paths...>', PATHS),
  )
    .option('--json', 'as JSON, one line for each run', false)
    .action((names: string[], options: TextOptions & { readonly json: boolean }) => {
      code = showCommand(names, planSettings(options), options.json);
    });

  scriptOptions(
    program
      .command('convert')
      .description('print a packetdrill script as a spec in YAML')
      .argument('<script>', 'a .pkt file'),
  ).action((name: string, options: ScriptOptions) => {
    code = convertCommand(name, planSettings(options));
  });

  addOtherCommands(program, end);

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.rejected;
    if (error instanceof OutputError) {
      complain([error.message]);
      return EXIT.errored;
    }
    throw error;
  }
  return code;
}

/** The commands that read no specs. */
function addOtherCommands(program: Command, end: (code: number) => void): void {
  program
    .command('replay')
    .description('judge, draw and report saved traces again')
    .argument('<traces...>', 'files that --trace wrote, or folders of them')
    .option('--pcapng <dir>', 'write one capture for each trace, for Wireshark')
    .addOption(reporterOption())
    .action((names: string[], options: ReplayOptions) => end(replayCommand(names, options)));

  program
    .command('schema')
    .description('print the JSON Schema of specs, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
    });

  program
    .command('agent')
    .description('answer questions about this host on standard input and output, for run --target --agent')
    .action(agentCommand);

  addKernelsCommands(program, end);
}

function runOptions(program: Command): Command {
  return reportOptions(
    textOptions(
      program
        .command('run')
        .description('run specs on the kernel of this machine, or on others')
        .argument('<paths...>', PATHS),
    ),
  )
    .option('--kernel <list>', 'run on these kernels, in VMs: names (see `kernels list`) or paths of images', nameList)
    .option(
      '--target <address>',
      'run against a host elsewhere: segments are sent from this host over the real network (as root)',
      address,
    )
    .option('--port <n>', 'the port of the target, whatever port a spec names', port)
    .option(
      '--agent <command>',
      "starts `packetspec agent` on the target, e.g. 'ssh root@host packetspec agent': then queues, counters, sysctls and calls count too",
    )
    .option('--modules <dir>', 'the modules of a kernel that is given by its path')
    .addOption(
      new Option('--time <kind>', 'the clock of the VMs; virtual time jumps to the next timer').choices([
        'virtual',
        'real',
      ]),
    )
    .option('--no-snapshot', 'boot a VM for each run and keep nothing: sooner for a single run on a new kernel')
    .option('--vagrant', 'run in a machine of Vagrant, which is brought up first; see docs/vagrant.md', false)
    .option('--machine <list>', 'which machines of the Vagrantfile (default: its first)', nameList)
    .option('--jobs <n>', 'runs at the same time (default: four per processor, two without root, one in VMs)', jobCount)
    .option('--retries <n>', 'how often a run is tried again whose verdict may be chance', retryCount, 4)
    .option('--tolerance <duration>', 'how far times may be off in specs that do not say (default: 4ms)', duration)
    .addOption(
      new Option('--longest <duration>', 'in real time, skip runs that take longer than this')
        .argParser(duration)
        .default(DEFAULT_LONGEST_NS, '90s'),
    );
}

/**
 * Runs the command line, and leaves the exit code to the process.
 * @param early an executor that was started before the program was read; it ends when no run wants it
 */
export function startProgram(argv: readonly string[], early: Executor | undefined): void {
  const lostOutput = guardStandardOutput();
  void runProgram(argv, early)
    .catch((error: unknown) => {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`packetspec: this is a defect of packetspec:\n${stack}\n`);
      return EXIT.crashed;
    })
    .then((code) => {
      early?.release();
      const lost = lostOutput();
      complain(lost === undefined ? [] : [lost]);
      process.exitCode = lost === undefined ? code : code || EXIT.errored;
    });
}
