/**
 * What tests need that drive the real kernel. They run in the vitest worker itself, which is a process of its own per
 * test file (pool `forks`): the first run moves its main thread into a private network, for good. Everything else that
 * a test starts afterwards from this process, `ss` for one, sees the network of the present run.
 *
 * Without the rights such a test fails and says so; it is never skipped in silence.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Host, Run } from '../../src/host/host';
import { HostError } from '../../src/host/host';
import { present } from '../../src/base/assert';
import type { Network } from '../../src/timeline/timeline';
import { IPV4 } from './segments';
import { openLinuxHost, type PreparingHost } from '../../src/host/linux/linux-host';
import { probeEnvironment } from '../../src/host/linux/probe';
import { mayOpenRuns } from '../../src/host/linux/rights';

export const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'packetspec-test-'));
// An ordinary user runs programs that are in it.
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder that vanishes after the tests of the file. */
export const temporaryFolder = folder;

/** @throws when this process cannot drive the kernel, with what to do about it */
export function requireKernel(): void {
  const trouble = mayOpenRuns()
    ? probeEnvironment()
    : { message: 'the tests of the real host must run as root', hint: '' };
  if (trouble !== undefined)
    throw new Error(`this test drives the real kernel: ${trouble.message}; ${trouble.hint ?? ''}`);
}

/** Bundles a TypeScript program, so that a plain `node` can run it. @returns its path */
export function bundleProgram(source: string, name: string): string {
  const outfile = join(folder, `${name}.js`);
  // The bundle lies outside of the tree, where native packages would not be found by their names.
  const native = ['koffi', 'raw-socket'].map((name) => [name, require.resolve(name)] as const);
  // A process of its own: buildSync() inside of a vitest worker hung in one run out of many.
  const args = ['--bundle', '--platform=node', '--format=cjs', '--log-level=warning', `--outfile=${outfile}`];
  const esbuild = [
    require.resolve('esbuild/bin/esbuild'),
    source,
    ...args,
    ...native.flatMap(([name, path]) => [`--alias:${name}=${path}`, `--external:${path}`]),
  ];
  const [program = '', ...rest] = esbuild;
  execFileSync(program, rest, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  return outfile;
}

export function openTestHost(): Host {
  requireKernel();
  return openLinuxHost({ blockingWorkerPath: bundleProgram('src/cli/blocking-worker.ts', 'blocking-worker') });
}

/** A host for all tests of a file, and one run at a time, which ends with its test. */
export function useTestHost(): { host(): PreparingHost; open(network?: Network): Run } {
  let host: PreparingHost | undefined;
  let run: Run | undefined;
  const open = (network: Network = IPV4): Run => {
    run = present(host, 'the host').openRun(network);
    return run;
  };
  beforeAll(() => {
    requireKernel();
    host = openLinuxHost();
  });
  afterEach(() => run?.close());
  return { host: () => present(host, 'the host'), open };
}

/** The error of an action that the environment refuses. */
export function refusal(action: () => void): HostError {
  try {
    action();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Command lines of all other processes that have the word in them. */
export function processesWith(word: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(word) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Waits at most two seconds for them to end. @returns those that have not */
export async function untilGone(word: string): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 100 && processesWith(word).length > 0; attempt++) await sleep(20);
  return processesWith(word);
}

/** What a command prints, run in the network of the present run. */
export function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(command, args, { encoding: 'utf8', env });
}
