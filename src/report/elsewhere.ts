/** What a failure against a host elsewhere may come from, and a run in a private network cannot have. */
import type { RunResult } from '../suite/suite';
import type { Paint } from './paint';

/** What the user may do about it, a line each; nothing for runs on this machine. */
export function hintsElsewhere({ run, verdict }: RunResult, paint: Paint): readonly string[] {
  if (run.timeline.network.link !== 'target') return [];
  const mismatches = verdict.checks.flatMap((check) => check.mismatches);
  const isLateOnly = mismatches.length > 0 && mismatches.every(({ field }) => field === 'time');
  const isPortTaken = mismatches.some(({ observed }) => observed.endsWith('EADDRINUSE'));
  return [...(isLateOnly ? [LATE] : []), ...(isPortTaken ? [TAKEN] : [])].map((text) => paint('dim', `hint: ${text}`));
}

const LATE = "the way there and back counts as the kernel's time: --tolerance 20ms allows for more";
const TAKEN =
  'somebody on the target has this port: to look at what listens there, leave `server:` out and name it by --port';
