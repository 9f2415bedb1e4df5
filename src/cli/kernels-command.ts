/** `packetspec kernels`: which kernels there are by name, fetching them, and making room. */
import { type Command, InvalidArgumentError } from 'commander';
import { cachedKernel, kernelCache, removeAllKernels, removeKernels } from '../vm/kernels/cache';
import { KERNELS, type KernelEntry } from '../vm/kernels/catalogue';
import { fetchKernels, type FetchResult } from '../vm/kernels/fetch';
import { unknownName } from '../vm/kernels/kernels';
import { attempt, type KernelProblem } from '../vm/kernels/problem';
import { EXIT } from './exit-codes';
import { complain } from './read-plan';

/** Adds the commands. @param end takes the exit code */
export function addKernelsCommands(program: Command, end: (code: number) => void): void {
  const kernels = program.command('kernels').description('the kernels that specs can be run on in a VM');
  kernels
    .command('list', { isDefault: true })
    .description('print the kernels that have a name, and which of them are fetched')
    .action(() => {
      end(reported(() => process.stdout.write(listing(kernelCache()))));
    });
  kernels
    .command('fetch')
    .description("fetch kernels out of Debian's packages, or newer releases of them")
    .argument('[names...]', 'which (default: all)')
    .option(
      '--mirror <url>',
      "the `debian` archive of a mirror (default: where this machine's apt gets Debian from)",
      mirrorUrl,
    )
    .action((names: string[], { mirror }: { readonly mirror?: string }) => {
      end(forKnown(names, (entries) => fetchCommand(entries, mirror)));
    });
  kernels
    .command('rm')
    .description('remove fetched kernels')
    .argument('[names...]', 'which (default: all, and what was unpacked of kernels of your own)')
    .action((names: string[]) => {
      end(forKnown(names, () => removeCommand(names)));
    });
}

function mirrorUrl(text: string): string {
  if (!URL.canParse(text) || /\s/.test(text)) throw new InvalidArgumentError('the address of a mirror is wanted.');
  return text;
}

/** One line for each kernel, in columns. */
function listing(cache: string): string {
  const rows = KERNELS.map(({ name, suite }) => {
    const kernel = cachedKernel(cache, name);
    const state = kernel === undefined ? ['not fetched', ''] : ['fetched', megabytes(kernel.bytes)];
    return [name, kernel?.record.release ?? '-', ...state, kernel?.record.from ?? suite];
  });
  const table = [['NAME', 'RELEASE', 'STATE', 'SIZE', 'FROM'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', `kept in ${cache}`, ''].join('\n');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function forKnown(names: readonly string[], action: (entries: readonly KernelEntry[]) => number): number {
  const unknown = names.filter((name) => KERNELS.every((entry) => entry.name !== name));
  if (unknown.length > 0) {
    complain(unknown.map(unknownName).map(problemText));
    return EXIT.rejected;
  }
  return action(names.length === 0 ? KERNELS : KERNELS.filter(({ name }) => names.includes(name)));
}

function fetchCommand(entries: readonly KernelEntry[], mirror: string | undefined): number {
  const say = (text: string): void => complain([text]);
  const results = fetchKernels(entries, { cache: kernelCache(), mirror, say });
  for (const result of results) tell(result);
  return results.some(({ kind }) => kind === 'refused') ? EXIT.errored : EXIT.passed;
}

function tell(result: FetchResult): void {
  switch (result.kind) {
    case 'fetched':
    case 'present': {
      const { release } = result.kernel.record;
      process.stdout.write(
        `${result.name}: ${release}${result.kind === 'present' ? ' is here, and the newest' : ''}\n`,
      );
      return;
    }
    case 'refused':
      complain(result.problems.map((problem) => `${result.name}: ${problemText(problem)}`));
  }
}

function removeCommand(names: readonly string[]): number {
  const cache = kernelCache();
  return reported(() => {
    const removed = names.length === 0 ? removeAllKernels(cache) : removeKernels(cache, names);
    complain(names.filter((name) => !removed.includes(name)).map((name) => `${name} was not fetched`));
  });
}

/** @returns the exit code of an action that the system may refuse, which is told then */
function reported(action: () => void): number {
  const result = attempt(action);
  if (result.kind === 'done') return EXIT.passed;
  complain([problemText(result.problem)]);
  return EXIT.errored;
}

/** A problem as one line of the terminal. */
export function problemText({ message, hint }: KernelProblem): string {
  return hint === '' ? message : `${message}; ${hint}`;
}
