/**
 * packetdrill's options: which there are, and what value each takes.
 *
 * Deliberately absent: what they mean for a spec (`settings`).
 */
import { parseAddress } from '../../wire/address';
import type { Diagnostic } from '../diagnostic';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { didYouMean, oneOf } from '../suggest';

/** An option with its value, wherever it was given. */
export interface GivenOption {
  readonly name: string;
  /** Absent: none was written. */
  readonly value?: string;
  readonly span: Span;
}

/** What kind of value an option takes. */
type Rule =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text' }
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'one-of' | 'some-of'; readonly words: readonly string[] }
  | { readonly kind: 'address'; readonly prefix: boolean };

const FLAG: Rule = { kind: 'flag' };
const TEXT: Rule = { kind: 'text' };
const PORT: Rule = { kind: 'integer', min: 1, max: 65_535 };
const ADDRESS: Rule = { kind: 'address', prefix: false };

const RULES = {
  ip_version: { kind: 'one-of', words: ['ipv4', 'ipv4-mapped-ipv6', 'ipv6'] },
  bind_port: PORT,
  connect_port: PORT,
  code_command: TEXT,
  code_format: { kind: 'one-of', words: ['python'] },
  code_sockopt: TEXT,
  remote_ip: { kind: 'address', prefix: true },
  local_ip: ADDRESS,
  gateway_ip: ADDRESS,
  netmask_ip: ADDRESS,
  speed: { kind: 'integer', min: 0, max: 0xffff_ffff },
  mss: { kind: 'integer', min: 1, max: 65_535 },
  mtu: { kind: 'integer', min: 68, max: 65_535 },
  init_scripts: TEXT,
  tolerance_usecs: { kind: 'integer', min: 1, max: 3_600_000_000 },
  tolerance_percent: { kind: 'number', min: 0, max: 100 },
  tcp_ts_ecr_scaled: FLAG,
  tcp_ts_tick_usecs: { kind: 'integer', min: 0, max: 1_000_000 },
  strict_segments: FLAG,
  non_fatal: { kind: 'some-of', words: ['packet', 'syscall'] },
  send_omit_free: FLAG,
  is_anyip: FLAG,
  psp_udp_port: PORT,
  dry_run: FLAG,
  debug: FLAG,
  verbose: FLAG,
  define: TEXT,
  wire_client: FLAG,
  wire_server: FLAG,
  wire_server_ip: TEXT,
  wire_server_at: TEXT,
  wire_server_port: PORT,
  wire_client_dev: TEXT,
  wire_server_dev: TEXT,
  so_filename: TEXT,
  so_flags: TEXT,
} as const satisfies Readonly<Record<string, Rule>>;

export type PktOptionName = keyof typeof RULES;

/** What `--pkt-option`s and the options of scripts may be called, without their dashes. */
export const PKT_OPTION_NAMES: readonly string[] = Object.keys(RULES);

/** True of an option that exists and has a value of its kind; what has not is reported, and what is only odd. */
export function checkOption(option: GivenOption, complaints: Complaints): boolean {
  const problem = problemOf(option);
  if (problem !== undefined) complaints.report(problem);
  return problem?.severity !== 'error';
}

function isKnown(name: string): name is PktOptionName {
  return Object.hasOwn(RULES, name);
}

function problemOf({ name, value, span }: GivenOption): Diagnostic | undefined {
  if (!isKnown(name)) {
    const { hint = 'see packetdrill --help' } = didYouMean(name, PKT_OPTION_NAMES);
    return errorAt(span, 'unknown-option', `packetdrill has no option --${name}`, hint);
  }
  const rule: Rule = RULES[name];
  if (rule.kind === 'flag') {
    if (value === undefined || value === '') return undefined;
    return errorAt(span, 'bad-value', `--${name} takes no value`, `write --${name} alone`);
  }
  if (value === undefined) return errorAt(span, 'bad-value', `--${name} needs a value`, `write --${name}=VALUE`);
  return valueProblem(name, value, rule, span);
}

function valueProblem(
  name: string,
  value: string,
  rule: Exclude<Rule, { kind: 'flag' }>,
  span: Span,
): Diagnostic | undefined {
  const wrong = (what: string, hint: string): Diagnostic =>
    errorAt(span, 'bad-value', `--${name} is ${what}, not \`${value}\``, hint);
  switch (rule.kind) {
    case 'text':
      return undefined;
    case 'integer':
    case 'number': {
      const pattern = rule.kind === 'integer' ? /^\d{1,15}$/ : /^(?:\d{1,15}(?:\.\d*)?|\.\d+)$/;
      if (!pattern.test(value)) return wrong(rule.kind === 'integer' ? 'a whole number' : 'a number', 'digits alone');
      if (Number(value) >= rule.min && Number(value) <= rule.max) return undefined;
      return errorAt(span, 'out-of-range', `--${name} ${value} is out of range ${rule.min} to ${rule.max}`);
    }
    case 'one-of':
      return rule.words.includes(value) ? undefined : wrong('something else', oneOf(value, rule.words).hint);
    case 'some-of': {
      const unknown = value.split(/[, ]+/).find((word) => word !== '' && !rule.words.includes(word));
      // packetdrill passes over them in silence.
      return unknown === undefined
        ? undefined
        : { ...wrong(`${rule.words.join(' or ')}, or both`, oneOf(unknown, rule.words).hint), severity: 'warning' };
    }
    case 'address': {
      const [address = '', ...rest] = value.split('/');
      const isAddress = parseAddress(address) !== undefined && rest.length <= (rule.prefix ? 1 : 0);
      const example = rule.prefix ? '`192.0.2.1`, `192.0.2.1/24` or `2001:db8::1/32`' : '`192.168.0.1` or `fd3d::1`';
      return isAddress ? undefined : wrong('an IP address', `for example ${example}`);
    }
  }
}
