/**
 * Packets in packetdrill's notation.
 *
 *     [encapsulation:...] [(ipinfo)] [sport > dport] FLAGS [a:b(n)] [ack N] [win N] [urg N] [<options>]
 *     [encapsulation:...] [(ipinfo)] udp [sport > dport] (n)
 *     [encapsulation:...] [(ipinfo)] icmp TYPE [CODE] [mtu N] [id N] [quoted ...]
 *
 * In YAML, everything behind the flags may be absent: then it is filled in on sending, and free on receiving. `*` says
 * the same aloud. In packetdrill's dialect an absent field has a meaning (`packet-dialect.ts`), the sequence numbers
 * are mandatory, and so is the window of what is sent.
 */
import type { PacketNotation } from '../model';
import type { Complaints, Snippet } from '../snippet';
import { nearestName } from '../suggest';
import { parseFlags } from '../../wire/flags';
import type { EncapsulationPattern, IpPattern, SegmentPattern, UdpPattern } from '../../wire/pattern';
import { parseEncapsulation, parsePsp } from './encapsulation';
import { parseIcmp } from './icmp';
import { parseIpInfo } from './ip-info';
import { parseOptions } from './options';
import { asInPacketdrill } from './packet-dialect';
import { Scanner } from './scanner';
import type { Dialect, Direction, Token } from './scanner';
import { LARGEST_LENGTH, LARGEST_SEQ, parseSeqRange } from './sequence';

/**
 * Reads one packet; reports every reason why the text is none.
 *
 * @param snippet without comments, and with macros already put in
 */
export function parsePacket(
  snippet: Snippet,
  direction: Direction,
  complaints: Complaints,
  dialect: Dialect = 'yaml',
): PacketNotation | undefined {
  const scanner = new Scanner(snippet, complaints, 'bad-segment');
  if (scanner.atEnd)
    return scanner.fail(
      0,
      snippet.text.length,
      'a segment is missing here',
      'for example `S 0:0(0) win 64240 <mss 1460>`',
    );
  const prefix = parsePrefix(scanner, direction, dialect);
  if (prefix === undefined) return undefined;
  const packet = parseTransport(scanner, { direction, dialect }, prefix);
  if (packet === undefined || scanner.failed) return undefined;
  return dialect === 'packetdrill' ? asInPacketdrill(packet, direction) : packet;
}

/** How a text is to be read. */
interface Reading {
  readonly direction: Direction;
  readonly dialect: Dialect;
}

/** What stands in front of the transport, about the headers in front of it. */
interface Prefix {
  readonly ip?: IpPattern;
  readonly encapsulation?: readonly EncapsulationPattern[];
}

function parsePrefix(scanner: Scanner, direction: Direction, dialect: Dialect): Prefix | undefined {
  const outer = parseEncapsulation(scanner, direction);
  if (outer === undefined) return undefined;
  const ip = parseIpInfo(scanner, direction);
  if (ip === undefined) return undefined;
  scanner.skipSpace();
  const start = scanner.at;
  const psp = parsePsp(scanner);
  if (psp === undefined) return undefined;
  if (psp.length > 0 && dialect === 'yaml')
    return scanner.fail(start, scanner.at, 'packetspec cannot encrypt packets, so there is no PSP');
  const encapsulation = [...outer, ...psp];
  return {
    ...(Object.keys(ip).length === 0 ? {} : { ip }),
    ...(encapsulation.length === 0 ? {} : { encapsulation }),
  };
}

function parseTransport(scanner: Scanner, reading: Reading, prefix: Prefix): PacketNotation | undefined {
  if (scanner.takeWord('icmp')) return parseIcmp(scanner, prefix);
  const ports = parsePorts(scanner, reading.dialect);
  if (ports === undefined) return undefined;
  if (scanner.takeWord('udp')) return parseUdp(scanner, reading.dialect, { ...ports, ...prefix });
  return parseTcp(scanner, reading, { ...ports, ...prefix });
}

interface Ports {
  readonly sourcePort?: number;
  readonly targetPort?: number;
}

/** `40001 > 8080`, or nothing. In packetdrill 0 is a port that is not written. */
function parsePorts(scanner: Scanner, dialect: Dialect): Ports | undefined {
  const start = scanner.at;
  const first = scanner.match(/\d+(?=\s*>)/y);
  if (first === undefined) return {};
  scanner.moveTo(start);
  const least = dialect === 'packetdrill' ? 0 : 1;
  const sourcePort = scanner.integer('source port', least, 65_535);
  if (sourcePort === undefined || !scanner.take('>')) return undefined;
  const targetPort = scanner.integer('destination port', least, 65_535);
  if (targetPort === undefined) return undefined;
  return { ...(sourcePort === 0 ? {} : { sourcePort }), ...(targetPort === 0 ? {} : { targetPort }) };
}

/** packetdrill writes the ports behind the word. */
function parseUdp(scanner: Scanner, dialect: Dialect, prefix: Prefix & Ports): UdpPattern | undefined {
  const ports = parsePorts(scanner, dialect);
  if (ports === undefined) return undefined;
  const whole = { ...prefix, ...ports };
  if (scanner.atEnd) return { kind: 'udp', ...whole };
  if (!scanner.take('(')) return scanner.expected('`(` and a length');
  const length = scanner.integer('UDP length', 0, LARGEST_LENGTH);
  if (length === undefined) return undefined;
  if (!scanner.take(')')) return scanner.expected('`)`');
  return scanner.finish() ? { kind: 'udp', length, ...whole } : undefined;
}

function parseTcp(scanner: Scanner, reading: Reading, prefix: Prefix & Ports): SegmentPattern | undefined {
  const { direction, dialect } = reading;
  const flags = readFlags(scanner, dialect);
  if (flags === undefined) return undefined;
  const range = parseSeqRange(scanner, direction, dialect);
  if (range === undefined) return undefined;
  if (dialect === 'packetdrill' && range.length === undefined)
    return scanner.expected('sequence numbers', 'write `a:b(n)`: the first one, the one behind the last, the length');
  const behindRange = scanner.at;
  const fields = parseFields(scanner, direction);
  if (fields === undefined) return undefined;
  if (dialect === 'packetdrill' && direction === 'inject' && fields.window === undefined)
    scanner.fail(behindRange, scanner.at, 'the window is missing', 'a segment that is sent needs `win N`');
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
  const flags = readFlags(scanner, 'yaml');
  return flags !== undefined && scanner.finish() && !scanner.failed ? flags : undefined;
}

/** packetdrill takes blanks between the letters and the dot. */
function flagsToken(scanner: Scanner, dialect: Dialect): Token | undefined {
  const token = scanner.match(/[^\s<>()[\]:,]+/y);
  const isWord = token !== undefined && /^[A-Za-z]+$/.test(token.text);
  const dot = isWord && dialect === 'packetdrill' ? scanner.match(/\.[0-7]?(?=\s)/y) : undefined;
  return token === undefined || dot === undefined ? token : { ...token, text: token.text + dot.text, end: dot.end };
}

function readFlags(scanner: Scanner, dialect: Dialect): number | undefined {
  const token = flagsToken(scanner, dialect);
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
