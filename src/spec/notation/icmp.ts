/**
 * ICMP messages in packetdrill's notation: `icmp TYPE [CODE] [mtu N] [id N] [quoted QUOTE]`, with a QUOTE of
 * `a:b(n)` (a segment), `udp (n)`, or `raw (n)` (none, but zeros up to a message of n bytes).
 *
 * Types and codes are words that must be known to ICMP or to ICMPv6; which numbers they are is settled when the IP
 * version is. packetdrill's own form, `[QUOTE]`, is understood too.
 */
import { ICMP_HEADER } from '../../wire/icmp';
import { resolveIcmp } from '../../wire/icmp-names';
import type { EncapsulationPattern, IcmpQuote, IpPattern } from '../../wire/pattern';
import type { IcmpNotation } from '../model';
import { oneOf } from '../suggest';
import type { Scanner, Token } from './scanner';
import { LARGEST_LENGTH, parseSeqRange } from './sequence';

interface Extras {
  mtu?: number;
  id?: number;
  quoted?: IcmpQuote;
}

const KEYWORDS = ['mtu', 'id', 'quoted'];

/** Reads what stands behind the word `icmp`. */
export function parseIcmp(
  scanner: Scanner,
  prefix: { readonly ip?: IpPattern; readonly encapsulation?: readonly EncapsulationPattern[] },
): IcmpNotation | undefined {
  const type = scanner.match(/[a-z]\w*/y);
  if (type === undefined) return scanner.expected('an ICMP type', 'for example `icmp unreachable port_unreachable`');
  if (!isType(scanner, type)) return undefined;
  const code = readCode(scanner);
  if (code !== undefined && !isCode(scanner, type.text, code)) return undefined;
  const extras = readExtras(scanner);
  if (extras === undefined || !scanner.finish()) return undefined;
  return { kind: 'icmp', type: type.text, ...(code === undefined ? {} : { code: code.text }), ...extras, ...prefix };
}

function readCode(scanner: Scanner): Token | undefined {
  const start = scanner.at;
  const word = scanner.match(/[a-z]\w*/y);
  if (word === undefined || !KEYWORDS.includes(word.text)) return word;
  scanner.moveTo(start);
  return undefined;
}

function isType(scanner: Scanner, { text, start, end }: Token): boolean {
  const v4 = resolveIcmp(4, text);
  const v6 = resolveIcmp(6, text);
  if (!('error' in v4) || !('error' in v6)) return true;
  const known = [...new Set([...v4.candidates, ...v6.candidates])];
  scanner.fail(start, end, `unknown ICMP type \`${text}\``, oneOf(text, known).hint);
  return false;
}

function isCode(scanner: Scanner, type: string, { text, start, end }: Token): boolean {
  const candidates: string[] = [];
  for (const version of [4, 6] as const) {
    const resolved = resolveIcmp(version, type, text);
    if (!('error' in resolved)) return true;
    if (!('error' in resolveIcmp(version, type))) candidates.push(...resolved.candidates);
  }
  const known = [...new Set(candidates)];
  const hint = known.length === 0 ? `\`${type}\` has no named codes; write \`code_N\`` : oneOf(text, known).hint;
  scanner.fail(start, end, `\`${text}\` is no code of ICMP \`${type}\``, hint);
  return false;
}

function readExtras(scanner: Scanner): Extras | undefined {
  const extras: Extras = {};
  for (;;) {
    if (scanner.takeWord('mtu')) {
      const mtu = scanner.integer('MTU', 0, 0xffff_ffff);
      if (mtu === undefined) return undefined;
      extras.mtu = mtu;
    } else if (scanner.takeWord('id')) {
      const id = scanner.integer('identifier', 0, 0xffff);
      if (id === undefined) return undefined;
      extras.id = id;
    } else if (scanner.takeWord('quoted')) {
      const quoted = readQuote(scanner);
      if (quoted === undefined) return undefined;
      extras.quoted = quoted;
    } else if (scanner.take('[')) {
      const quoted = readQuote(scanner);
      if (quoted === undefined) return undefined;
      if (!scanner.take(']')) return scanner.expected('`]` after what is quoted');
      extras.quoted = quoted;
    } else {
      return extras;
    }
  }
}

function readQuote(scanner: Scanner): IcmpQuote | undefined {
  if (scanner.takeWord('udp')) return readLength(scanner, 'udp', 'UDP length', 0);
  if (scanner.takeWord('raw')) return readLength(scanner, 'raw', 'length of the message', ICMP_HEADER);
  const range = parseSeqRange(scanner, 'inject');
  if (range === undefined) return undefined;
  const { seq, length = 0 } = range;
  if (seq !== undefined) return { kind: 'tcp', seq, length };
  return scanner.expected('the sequence numbers of the quoted segment', 'for example `quoted 1:1001(1000)`');
}

function readLength(scanner: Scanner, kind: 'udp' | 'raw', what: string, least: number): IcmpQuote | undefined {
  if (!scanner.take('(')) return scanner.expected('`(` and a length');
  const length = scanner.integer(what, least, LARGEST_LENGTH);
  if (length === undefined) return undefined;
  return scanner.take(')') ? { kind, length } : scanner.expected('`)`');
}
