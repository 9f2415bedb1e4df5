/** Runs packetspec on many scripts, through its command and its JSON report. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND } from '../bench/product';
import type { Outcome } from './outcome';
import { packetspecOutcome, rejectedOutcome, type Report } from './packetspec-outcome';

export interface Wish {
  readonly profile: string;
  /** As `--ip` takes it; absent: what the profile says. */
  readonly variants?: string;
  readonly jobs?: string;
  /** Where the report is written. */
  readonly folder: string;
}

export interface Ran {
  readonly file: string;
  /** Absent when the file was rejected: then it is the outcome of all variants. */
  readonly variant?: string;
  readonly outcome: Outcome;
}

/** Far below what the kernel takes as a command line. */
const FILES_MAX = 500;

/** Every run of every file. */
export async function runPacketspec(files: readonly string[], wish: Wish): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  for (let at = 0; at < files.length; at += FILES_MAX)
    ran.push(...(await runSome(files.slice(at, at + FILES_MAX), wish)));
  return ran;
}

/** One wrong text stops all: it is put aside, and the others are run. */
async function runSome(files: readonly string[], wish: Wish): Promise<readonly Ran[]> {
  const report = await reportOf(files, wish);
  const rejected = report.rejected.map((one) => ({ file: one.file, outcome: rejectedOutcome(one) }));
  const wrong = new Set(report.rejected.map(({ file }) => file));
  const others = files.filter((file) => !wrong.has(file));
  const { results } = rejected.length === 0 || others.length === 0 ? report : await reportOf(others, wish);
  return [
    ...rejected,
    ...results.map((one) => ({ file: one.file, variant: one.variant, outcome: packetspecOutcome(one) })),
  ];
}

async function reportOf(files: readonly string[], { profile, variants, jobs, folder }: Wish): Promise<Report> {
  const path = join(folder, 'report.json');
  const [program, script] = COMMAND;
  const args = [
    ...[script, 'run', '--profile', profile, '--no-skip', '--reporter', `json=${path}`],
    ...(variants === undefined ? [] : ['--ip', variants]),
    ...(jobs === undefined ? [] : ['--jobs', jobs]),
  ];
  const child = spawn(program, [...args, ...files], { stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status === null || status > 3) throw new Error(`packetspec run ended with status ${String(status)}`);
  return JSON.parse(readFileSync(path, 'utf8')) as Report;
}
