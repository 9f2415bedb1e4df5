/** The real command in a process of its own, and its JSON report as a value. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, temporaryFolder } from './live';

const PROGRAM = join(ROOT, 'bin/packetspec.js');

/** Longer than anything that a test asks for: the whole suite takes a minute. */
const LIMIT_MS = 600_000;

export interface CommandResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** What `--reporter json` says, as far as tests look at it. */
export interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly results: readonly ReportedRun[];
  readonly rejected: readonly { readonly file: string; readonly diagnostics: readonly ReportedDiagnostic[] }[];
}

export interface ReportedRun {
  readonly file: string;
  readonly name: string;
  readonly variant: string;
  readonly status: string;
  readonly attempts: number;
  readonly reason?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string; readonly line?: number };
  readonly checks: readonly ReportedCheck[];
}

export interface ReportedCheck {
  readonly line: number;
  readonly step: number;
  readonly kind: string;
  readonly passed: boolean;
  readonly title: string;
  readonly atNs: number;
  readonly mismatches: readonly { readonly field: string; readonly expected: string; readonly observed: string }[];
  readonly message?: string;
  readonly observed?: string;
}

export interface ReportedDiagnostic {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly line: number;
  readonly column: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** In a process group of its own. */
  readonly detached?: boolean;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
}

/** Starts `packetspec ARGS`; the caller ends it. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): Started {
  return follow(process.execPath, [PROGRAM, ...args], { cwd: ROOT, ...options });
}

/** Starts any command, and collects what it prints until it has ended. Killed, it has failed the test. */
export function follow(program: string, args: readonly string[], options: CommandOptions = {}): Started {
  const startedMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      printed[name] += chunk;
    });
  }
  const ended = new Promise<CommandResult>((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${args.join(' ')}: not ended after ${LIMIT_MS / 1000} s; it said: ${printed.stderr}`));
    }, LIMIT_MS);
    child.once('error', reject);
    // `close`, not `exit`: whoever holds the pipes still runs.
    child.once('close', (status, signal) => {
      clearTimeout(limit);
      resolve({ status, signal, ...printed, durationMs: performance.now() - startedMs });
    });
  });
  return { child, ended };
}

export function packetspec(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return startCommand(args, options).ended;
}

let reports = 0;

/** `packetspec run ARGS` with a JSON report. @throws when it wrote none */
export async function runWithReport(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult & { readonly report: Report }> {
  const file = join(temporaryFolder, `report-${reports++}.json`);
  const result = await packetspec(['run', ...args, '--reporter', 'console', '--reporter', `json=${file}`], options);
  return { ...result, report: readReport(file, result) };
}

export function readReport(file: string, { status, stdout, stderr }: CommandResult): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    throw new Error(`no report (exit ${String(status)}); it printed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** `file [variant]: status, and the failed checks or the error`, for a test's message. */
export function describeRun({ file, variant, status, error, reason, checks }: ReportedRun): string {
  const failed = checks.filter((check) => !check.passed).map(describeCheck);
  return [`${file} [${variant}]: ${status}`, error?.message ?? reason ?? '', ...failed].filter(Boolean).join('\n  ');
}

function describeCheck({ line, kind, title, mismatches, message }: ReportedCheck): string {
  const fields = mismatches.map(({ field, expected, observed }) => `${field} ${expected} != ${observed}`);
  return `line ${line} ${kind} \`${title}\`: ${[...fields, message ?? ''].join('; ')}`;
}
