/** packetdrill's exit status and standard error -> an outcome. */
import { inShort, type Kind, type Outcome, PASSED } from './outcome';

export interface Ended {
  /** Absent when it was killed. */
  readonly status?: number;
  readonly timedOut: boolean;
  readonly stderr: string;
}

/** What its fields are called here; those that say the same thing of a packet have several names. */
const FIELDS: Readonly<Record<string, readonly Kind[]>> = {
  tcp_seq: ['field:seq'],
  tcp_ack_seq: ['field:ack'],
  tcp_window: ['field:win'],
  tcp_urg_ptr: ['field:urg'],
  tcp_reserved_bits: ['field:flags'],
  // The sizes of headers and packets differ where options or payload do.
  tcp_data_offset: ['options'],
  ipv4_total_length: ['options', 'field:length'],
  ipv6_payload_len: ['options', 'field:length'],
  ipv4_protocol: ['field:protocol'],
  ipv6_next_header: ['field:protocol'],
  ip_ecn: ['field:ecn', 'field:tos'],
  tos: ['field:tos', 'field:ecn'],
  ttl: ['field:ttl'],
  icmp_type: ['field:type'],
  icmp_code: ['field:code'],
  udp_len: ['field:length'],
};
const FLAG_FIELD = /^tcp_(?:fin|syn|rst|psh|ack|urg|ece|cwr|ae|ace)$/;

type Reading = (match: RegExpExecArray) => readonly Kind[];

/** Where and why it stopped: the first pattern that is found. */
const PATTERNS: readonly (readonly [pattern: RegExp, kinds: Reading])[] = [
  [/:(?<line>\d+): error handling packet: (?<what>.*)/, ({ groups }) => packetKinds(groups?.['what'] ?? '')],
  [/:(?<line>\d+): runtime error in code: /, () => ['code']],
  [/:(?<line>\d+): runtime error in \w+ call: timing error/, () => ['time']],
  [/:(?<line>\d+): runtime error in \w+ call: /, () => ['call']],
  [/:(?<line>\d+): error in Python code/, () => ['code']],
  [/error executing code: /, () => ['code']],
  [/:(?<line>\d+): error executing `/, () => ['command']],
  [/error executing \w+ (?:command|script)/, () => ['command']],
  [/:(?<line>\d+): (?:parse|semantic) error/, () => ['parse']],
  [/:(?<line>\d+): (?:bad|invalid|unknown|unsupported)|option '.*' (?:unknown|forbids|requires)/, () => ['parse']],
  [/:(?<line>\d+): timing error/, () => ['time']],
  [/exiting while a blocking system call is in progress/, () => ['call']],
  [/:(?<line>\d+): \w/, () => ['other']],
];

/** What its end means. */
export function packetdrillOutcome({ status, timedOut, stderr }: Ended): Outcome {
  if (timedOut) return { passed: false, kinds: ['timeout'], message: 'was killed after its time was up' };
  if (status === 0) return PASSED;
  for (const [pattern, kinds] of PATTERNS) {
    const match = pattern.exec(stderr);
    if (match === null) continue;
    const line = match.groups?.['line'];
    const message = inShort(stderr.slice(match.index).replace(/^:\d+: /, ''));
    return { passed: false, ...(line === undefined ? {} : { line: Number(line) }), kinds: kinds(match), message };
  }
  return { passed: false, kinds: ['other'], message: inShort(stderr) };
}

function packetKinds(what: string): readonly Kind[] {
  if (what.startsWith('timing error')) return ['time'];
  if (what.startsWith('Timed out waiting for packet')) return ['missing'];
  const field = /^live packet field (\w+)/.exec(what)?.[1];
  if (field !== undefined) return FLAG_FIELD.test(field) ? ['field:flags'] : (FIELDS[field] ?? [`field:${field}`]);
  if (what.startsWith('live packet payload')) return ['field:length'];
  if (what.startsWith('incorrect outbound data payload')) return ['payload'];
  if (/flow ?label/.test(what)) return ['field:flowlabel'];
  if (/TCP (?:option|timestamp)|outbound TCP/.test(what)) return ['options'];
  if (/header layer/.test(what)) return ['field:protocol'];
  return ['other'];
}

/** Whether another attempt may end otherwise: its own lateness and the kernel's are one error to it. */
export function isTimeTrouble({ passed, kinds }: Outcome): boolean {
  return !passed && kinds.includes('time');
}
