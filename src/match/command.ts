/** What a shell command's end means. */
import type { CommandOutcome } from '../trace/trace';

/** The exit status of a shell that has not found a command (POSIX, Shell Command Language, 2.8.2). */
const NOT_FOUND = 127;

/** What iproute2 prints when the kernel has no module for a queueing discipline. */
const UNKNOWN_QDISC = /^.*(?:Specified qdisc (?:kind )?(?:is unknown|not found)|Unknown qdisc).*$/m;

/** What it prints, by itself or in the kernel's words, for a kind of device or of tunnel that there is no module for. */
const UNKNOWN_DEVICE = /^Error: Unknown device type\.$/m;
const UNKNOWN_TUNNEL = /^Error: lwt encapsulation type not supported\.$|^RTNETLINK answers: Operation not supported$/m;

/** How the command failed, with what it said; `undefined` when it did not. */
export function commandFailure(outcome: CommandOutcome): string | undefined {
  const how = endOf(outcome);
  if (how === undefined) return undefined;
  const said = outcome.output.trim();
  return `the command ${how}${said === '' ? ', and printed nothing' : `; it printed: ${said}`}`;
}

/** What procps prints for a sysctl that the kernel does not have, or of which it does not take the value. */
const UNKNOWN_SYSCTL = /^sysctl: cannot stat .*$/m;
const REFUSED_SYSCTL = /^sysctl: setting key .*Invalid argument.*$/m;

const LACKS: readonly { readonly words: RegExp; readonly what: string }[] = [
  { words: UNKNOWN_SYSCTL, what: 'a sysctl that this kernel does not have' },
  { words: REFUSED_SYSCTL, what: 'a value of a sysctl that this kernel does not take' },
  { words: UNKNOWN_QDISC, what: 'a queueing discipline that this kernel does not have' },
  { words: UNKNOWN_DEVICE, what: 'a kind of network device that this kernel does not have' },
  { words: UNKNOWN_TUNNEL, what: 'a kind of tunnel or route that this kernel does not have' },
];

/** What this machine lacks, where that is why a command failed; `undefined` when it is not. */
export function missingHere(outcome: CommandOutcome): string | undefined {
  if (endOf(outcome) === undefined) return undefined;
  if (outcome.status === NOT_FOUND) return `a command that is not installed here: ${lastLine(outcome.output)}`;
  const known = LACKS.find(({ words }) => words.test(outcome.output));
  return known === undefined ? undefined : `${known.what}: ${known.words.exec(outcome.output)?.[0] ?? ''}`;
}

function endOf({ status, signal, timedOut }: CommandOutcome): string | undefined {
  if (timedOut) return 'had not ended in time, and was killed';
  if (status === 0) return undefined;
  return status === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with status ${status}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
