/** Running a program of the system to its end, with a limit of time, and saying whose fault it was when it failed. */
import { spawnSync } from 'node:child_process';
import { KernelError } from './problem';

/** More than any kernel needs, decompressed; a file that is made to fill the memory ends here. */
const OUTPUT_MAX = 1 << 30;

export interface ToolUse {
  /** What could not be done when the program fails: `trixie cannot be read`. */
  readonly trouble: string;
  /** The package of Debian's in which the program is. */
  readonly package: string;
  /** Bytes for its standard input. */
  readonly input?: Buffer;
  readonly cwd?: string;
  readonly limitS?: number;
  /** The way out, by what the program complained of. */
  readonly hint?: (complaints: string) => string;
}

/** @returns what the program printed @throws KernelError with what it complained of */
export function runTool(program: string, args: readonly string[], use: ToolUse): Buffer {
  const { trouble, input, cwd, limitS } = use;
  const result = spawnSync(program, args, {
    maxBuffer: OUTPUT_MAX,
    // Complaints are read below.
    env: { ...process.env, LC_ALL: 'C' },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(limitS === undefined ? {} : { timeout: limitS * 1000, killSignal: 'SIGKILL' as const }),
  });
  const { status, signal, stdout, stderr } = result;
  const error: NodeJS.ErrnoException | undefined = result.error;
  const code = error?.code;
  const complaints = stderr?.toString('utf8') ?? '';
  const hint = use.hint?.(complaints) ?? '';
  if (code === 'ENOENT') {
    const install = `install the package ${use.package} of Debian's`;
    throw new KernelError(
      `${trouble}: there is no program \`${program}\` here`,
      [install, hint].filter(Boolean).join('; '),
    );
  }
  if (code === 'ETIMEDOUT')
    throw new KernelError(`${trouble}: \`${program}\` had not ended after ${limitS ?? 0} s`, hint);
  // A program that has read enough closes its input; what that did is in its status.
  if (error !== undefined && code !== 'EPIPE')
    throw new KernelError(`${trouble}: \`${program}\`: ${error.message}`, hint);
  if (status !== 0)
    throw new KernelError(
      `${trouble}: ${gist(complaints) || `\`${program}\` ended with ${signal ?? String(status)}`}`,
      hint,
    );
  return stdout;
}

/** The first line that apt marks as an error, or else the last one, without the name of a standard input. */
function gist(complaints: string): string {
  const lines = complaints.trim().split('\n');
  const errors = lines.filter((line) => /^E: /.test(line)).map((line) => line.slice(3));
  return (errors[0] ?? lines.at(-1) ?? '').replace(/^(?:\w+: )?\W*stdin\W*: */, '');
}
