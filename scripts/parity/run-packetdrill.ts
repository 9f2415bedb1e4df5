/** Runs packetdrill on one script as a known runner does. */
import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { IpVariant } from '../../src/spec/model';
import type { Profile } from '../../src/spec/pkt/profiles';
import type { Outcome } from './outcome';
import { type Ended, isTimeTrouble, packetdrillOutcome } from './packetdrill-outcome';

const TIME_LIMIT_MS = 60_000;
/** How often it is run again when it was late, or the kernel was: it cannot tell the two apart. */
const REPEATS = 2;
const STDERR_MAX = 1 << 20;

const VERSION_NAMES: Readonly<Record<IpVariant, string>> = {
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  'ipv4-mapped': 'ipv4-mapped-ipv6',
};

/** What the runner of the profile puts before the script's name. */
export function runnerArguments(profile: Profile, variant: IpVariant): readonly string[] {
  const { options, defines } = profile.variants[variant];
  return [
    `--ip_version=${VERSION_NAMES[variant]}`,
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ...Object.entries(defines).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
  ];
}

/** The best of up to three runs. */
export async function runPacketdrill(program: string, args: readonly string[], script: string): Promise<Outcome> {
  let outcome = packetdrillOutcome(await runOnce(program, args, script));
  for (let repeat = 1; repeat <= REPEATS && isTimeTrouble(outcome); repeat++) {
    const next = packetdrillOutcome(await runOnce(program, args, script));
    outcome = { ...next, remark: `was run again ${repeat} time(s) after a timing error` };
  }
  return outcome;
}

function runOnce(program: string, args: readonly string[], script: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', ['-n', program, ...args, basename(script)], {
      cwd: dirname(script),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let [stderr, timedOut] = ['', false];
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, TIME_LIMIT_MS);
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (stderr.length < STDERR_MAX) stderr += chunk;
    });
    child.on('error', reject);
    // What it left running holds its standard error open: the process itself is what ends.
    child.on('exit', (status) => {
      clearTimeout(timer);
      setTimeout(() => {
        child.stderr.destroy();
        killGroup(child.pid);
        resolve({ ...(status === null ? {} : { status }), timedOut, stderr });
      }, 20);
    });
  });
}

/** Ends what was started in a group of its own; nothing is left of it when it has ended by itself. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
