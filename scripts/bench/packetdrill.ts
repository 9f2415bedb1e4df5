/** packetdrill itself, on the scripts of a suite, as the kernel's runner starts it: what packetspec is compared with. */
import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { present } from '../../src/base/assert';
import type { IpVariant } from '../../src/spec/model';
import { profileByName } from '../../src/spec/pkt/profiles';
import { inLanes } from '../parity/lanes';
import { runnerArguments } from '../parity/run-packetdrill';
import type { Verdicts } from './verdicts';

/** The kernel's runner gives a script this long. */
const TIME_LIMIT_MS = 45_000;

/** One script, as one IP variant. */
export interface ScriptRun {
  /** As in the verdicts. */
  readonly name: string;
  readonly path: string;
  readonly variant: IpVariant;
}

/**
 * Runs every script once, so many at a time. Nothing is run again: it cannot tell its own lateness from the kernel's.
 * @param program of packetdrill
 */
export async function runWithPacketdrill(
  program: string,
  runs: readonly ScriptRun[],
  width: number,
): Promise<Verdicts> {
  const profile = present(profileByName('kselftest'), 'the profile of the kernel');
  const verdicts = await inLanes(runs, width, async ({ name, path, variant }) => {
    const args = ['-n', program, ...runnerArguments(profile, variant), basename(path)];
    return [name, (await endsWell('unshare', args, dirname(path))) ? 'passed' : 'failed'] as const;
  });
  return new Map(verdicts);
}

function endsWell(program: string, args: readonly string[], cwd: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'ignore', timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL' });
    child.on('error', reject);
    child.on('exit', (status) => resolve(status === 0));
  });
}
