/**
 * Packets in packetdrill's notation.
 *
 *     [(ipinfo)] [sport > dport] FLAGS [a:b(n)] [ack N] [win N] [urg N] [<options>]
 *     udp (n)
 *     icmp TYPE [CODE] [mtu N] [id N] [quoted a:b(n)]
 *
 * Everything behind the flags may be absent: then it is filled in on sending, and free on receiving. `*` says the same
 * aloud. What packetdrill reads into an absent field is the business of the `.pkt` parser.
 */
import type { PacketNotation } from '../model';
import type { Complaints, Snippet } from '../snippet';
import { nearestName } from '../suggest';
import { parseFlags } from '../../wire/flags';
import type { IpPattern, SegmentPattern, UdpPattern } from '../../wire/pattern';
import { parseIcmp } from './icmp';
import { parseIpInfo } from './ip-info';
import { parseOptions } from './options';
import { Scanner } from './scanner';
import type { Direction, Token } from './scanner';
import { LARGEST_LENGTH, LARGEST_SEQ, parseSeqRange } from './sequence';

/** Reads one packet; reports every reason why the text is none. */
export function parsePacket(
  snippet: Snippet,
  direction: Direction,
  complaints: Complaints,
): PacketNotation | undefined {
  const scanner = new Scanner(snippet, complaints, 'bad-segment');
  if (scanner.atEnd)
    return scanner.fail(
      0,
      snippet.text.length,
      'a segment is missing here',
      'for example `S 0:0(0) win 64240 <mss 1460>`',
    );
  const ip = parseIpInfo(scanner, direction);
  if (ip === undefined) return undefined;
  const ipPart = Object.keys(ip).length === 0 ? {} : { ip };
  const packet = parseTransport(scanner, direction, ipPart);
  return scanner.failed ? undefined : packet;
}

function parseTransport(
  scanner: Scanner,
  direction: Direction,
  ip: { readonly ip?: IpPattern },
): PacketNotation | undefined {
  if (scanner.takeWord('icmp')) return parseIcmp(scanner, ip);
  const ports = parsePorts(scanner);
  if (ports === undefined) return undefined;
  if (scanner.takeWord('udp')) return parseUdp(scanner, { ...ports, ...ip });
  return parseTcp(scanner, direction, { ...ports, ...ip });
}

interface Ports {
  readonly sourcePort?: number;
  readonly targetPort?: number;
}

type Prefix = Ports & { readonly ip?: IpPattern };

/** `40001 > 8080`, or nothing. */
function parsePorts(scanner: Scanner): Ports | undefined {
  const start = scanner.at;
  const first = scanner.match(/\d+(?=\s*>)/y);
  if (first === undefined) return {};
  scanner.moveTo(start);
  const sourcePort = scanner.integer('source port', 1, 65_535);
  if (sourcePort === undefined || !scanner.take('>')) return undefined;
  const targetPort = scanner.integer('destination port', 1, 65_535);
  return targetPort === undefined ? undefined : { sourcePort, targetPort };
}

function parseUdp(scanner: Scanner, prefix: Prefix): UdpPattern | undefined {
  if (scanner.atEnd) return { kind: 'udp', ...prefix };
  if (!scanner.take('(')) return scanner.expected('`(` and a length');
  const length = scanner.integer('UDP length', 0, LARGEST_LENGTH);
  if (length === undefined) return undefined;
  if (!scanner.take(')')) return scanner.expected('`)`');
  return scanner.finish() ? { kind: 'udp', length, ...prefix } : undefined;
}

function parseTcp(scanner: Scanner, direction: Direction, prefix: Prefix): SegmentPattern | undefined {
  const flags = readFlags(scanner);
  if (flags === undefined) return undefined;
  const range = parseSeqRange(scanner, direction);
  if (range === undefined) return undefined;
  const fields = parseFields(scanner, direction);
  if (fields === undefined) return undefined;
  if (!scanner.looksAt('<')) {
    return scanner.finish() ? { kind: 'tcp', flags, ...range, ...fields, ...prefix } : undefined;
  }
  const options = parseOptions(scanner, direction);
  if (options === undefined || !scanner.finish()) return undefined;
  return { kind: 'tcp', flags, ...range, ...fields, options, ...prefix };
}

/** Reads the flags alone, as in `flags: R.`. */
export function parseFlagsOnly(snippet: Snippet, complaints: Complaints): number | undefined {
  const scanner = new Scanner(snippet, complaints, 'bad-segment');
  const flags = readFlags(scanner);
  return flags !== undefined && scanner.finish() && !scanner.failed ? flags : undefined;
}

function readFlags(scanner: Scanner): number | undefined {
  const token = scanner.match(/[^\s<>()[\]:,]+/y);
  const hint = 'a segment begins with its flags: letters of F S R P U E W A and `.` for ACK, or `-` for none';
  if (token === undefined) return scanner.expected('TCP flags', hint);
  if (/^\d+$/.test(token.text) && scanner.looksAt(':')) {
    return scanner.fail(token.start, token.end, 'the flags are missing before the sequence numbers', hint);
  }
  const flags = parseFlags(token.text);
  if (typeof flags === 'number') return flags;
  if (/^(?:>|<|ack|win|urg)$/.test(token.text))
    return scanner.fail(token.start, token.end, `TCP flags expected, not \`${token.text}\``, hint);
  // The letter to blame, where it is one.
  const index = [...token.text].findIndex((letter) => typeof parseFlags(letter) !== 'number' && letter !== '-');
  const start = index === -1 ? token.start : token.start + index;
  scanner.fail(start, index === -1 ? token.end : start + 1, flags.error);
  return 0;
}

const FIELDS = [
  { word: 'ack', key: 'ack', what: 'acknowledgment number', max: LARGEST_SEQ },
  { word: 'win', key: 'window', what: 'window', max: 65_535 },
  { word: 'urg', key: 'urgentPointer', what: 'urgent pointer', max: 65_535 },
] as const;

type FieldValues = Partial<Record<(typeof FIELDS)[number]['key'], number>>;

/** `ack N`, `win N` and `urg N`, each at most once, in any order. */
function parseFields(scanner: Scanner, direction: Direction): FieldValues | undefined {
  const values: FieldValues = {};
  const seen = new Set<string>();
  for (;;) {
    const word = scanner.match(/[A-Za-z_]\w*/y);
    if (word === undefined) return values;
    const field = FIELDS.find((candidate) => candidate.word === word.text);
    if (field === undefined) {
      unknownWord(scanner, word);
      scanner.match(/\d+(?=[\s<]|$)/y);
      continue;
    }
    if (seen.has(field.word)) scanner.fail(word.start, word.end, `\`${field.word}\` is written twice`);
    seen.add(field.word);
    if (isFree(scanner, direction)) continue;
    const value = scanner.integer(field.what, 0, field.max);
    if (value === undefined) return undefined;
    values[field.key] = value;
  }
}

function unknownWord(scanner: Scanner, word: Token): void {
  const nearest = nearestName(word.text, ['ack', 'win', 'urg']);
  const hint =
    nearest === undefined
      ? 'after the sequence numbers come `ack N`, `win N`, `urg N` and `<options>`'
      : `did you mean \`${nearest}\`?`;
  scanner.fail(word.start, word.end, `\`${word.text}\` means nothing here`, hint);
}

/** Takes `*`; on sending it is reported by the number that is then missing. */
function isFree(scanner: Scanner, direction: Direction): boolean {
  return direction === 'expect' && scanner.take('*');
}
