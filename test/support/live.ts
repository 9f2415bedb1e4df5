/**
 * What tests need that drive the real kernel. They run in the vitest worker itself, which is a process of its own per
 * test file (pool `forks`): the first run moves its main thread into a private network, for good. Everything else that
 * a test starts afterwards from this process, `ss` for one, sees the network of the present run.
 *
 * Without the rights such a test fails and says so; it is never skipped in silence.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Host } from '../../src/host/host';
import { openLinuxHost } from '../../src/host/linux/linux-host';
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
  if (trouble !== undefined) throw new Error(`this test drives the real kernel: ${trouble.message}; ${trouble.hint}`);
}

/** Bundles a TypeScript program, so that a plain `node` can run it. @returns its path */
export function bundleProgram(source: string, name: string): string {
  const outfile = join(folder, `${name}.js`);
  // The bundle lies outside of the tree, where `koffi` would not be found by its name.
  const koffi = require.resolve('koffi');
  // A process of its own: buildSync() inside of a vitest worker hung in one run out of many.
  const args = ['--bundle', '--platform=node', '--format=cjs', '--log-level=warning', `--outfile=${outfile}`];
  const esbuild = [
    require.resolve('esbuild/bin/esbuild'),
    source,
    ...args,
    `--alias:koffi=${koffi}`,
    `--external:${koffi}`,
  ];
  const [program = '', ...rest] = esbuild;
  execFileSync(program, rest, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], timeout: 20_000 });
  return outfile;
}

export function openTestHost(): Host {
  requireKernel();
  return openLinuxHost({ blockingWorkerPath: bundleProgram('src/cli/blocking-worker.ts', 'blocking-worker') });
}

/** What a command prints, run in the network of the present run. */
export function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(command, args, { encoding: 'utf8', env });
}
