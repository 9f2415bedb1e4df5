/** One pass of packetspec through the scripts of the corpus, and what it took. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EXIT } from '../../src/cli/exit-codes';
import type { IpVariant } from '../../src/spec/model';
import { discover } from '../../src/suite/discover';
import { cachedCorpus, cacheFolder } from '../corpus/fetch';
import type { Report } from '../parity/packetspec-outcome';
import type { ScriptRun } from './packetdrill';
import { COMMAND } from './product';
import { figure } from './table';
import { verdictCounts, type Verdicts } from './verdicts';

/** Of a quick bench: every so-manieth script, once. */
export const QUICK_PART = 8;

/** Of /proc/PID/stat, on all architectures (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;
/** In /proc/self/stat behind the name: cutime and cstime, of the children that were waited for. */
const CHILD_TIME_FIELDS = [13, 14] as const;

/** One pass through all scripts. */
export interface Pass {
  readonly wallS: number;
  readonly processorS: number;
  readonly verdicts: Verdicts;
  /** Runs that were made more than once. */
  readonly again: number;
}

/** All scripts of the corpus, or an eighth of them; none when there is no corpus. */
export function suiteScripts(quick: boolean): readonly string[] {
  const corpus = process.env['CORPUS'] ?? cachedCorpus(cacheFolder());
  if (corpus === undefined) return [];
  return discover([corpus])
    .files.map(({ path }) => resolve(path))
    .filter((path, index) => path.endsWith('.pkt') && (!quick || index % QUICK_PART === 0));
}

/** @param options of the command */
export async function ourPass(scripts: readonly string[], options: readonly string[], report: string): Promise<Pass> {
  const [program, script] = COMMAND;
  const args = [script, 'run', '--profile', 'kselftest', ...options, '--reporter', `json=${report}`];
  const { result: status, ...times } = await timed(() => statusOf(program, [...args, ...scripts]));
  const ends: readonly (number | null)[] = [EXIT.passed, EXIT.failed, EXIT.errored];
  if (!ends.includes(status)) throw new Error(`packetspec run ended with status ${String(status)}`);
  const { results } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return {
    ...times,
    verdicts: new Map(results.map(({ file, variant, status }) => [nameOf(file, variant), status])),
    again: results.filter(({ attempts }) => attempts > 1).length,
  };
}

function statusOf(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', done);
  });
}

function nameOf(path: string, variant: string): string {
  return `${basename(path)} ${variant}`;
}

/** What was run, to be run by another tool. */
export function scriptRuns({ verdicts }: Pass, scripts: readonly string[]): readonly ScriptRun[] {
  const byName = new Map(scripts.map((path) => [basename(path), path]));
  return [...verdicts.keys()].flatMap((name): readonly ScriptRun[] => {
    const [file = '', variant] = name.split(' ');
    const path = byName.get(file);
    return path === undefined ? [] : [{ name, path, variant: variant as IpVariant }];
  });
}

export function passText({ wallS, processorS, verdicts }: Pass): string {
  return `${figure(wallS)} s, ${figure(processorS)} s of the processors: ${verdictCounts(verdicts)}`;
}

export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly wallS: number; readonly processorS: number; readonly result: T }> {
  const [startMs, startS] = [performance.now(), childrenSeconds()];
  const result = await work();
  return { wallS: (performance.now() - startMs) / 1000, processorS: childrenSeconds() - startS, result };
}

/** Processor time of all children that have ended, and of theirs. */
function childrenSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return CHILD_TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field]), 0) / TICKS_PER_SECOND;
}
