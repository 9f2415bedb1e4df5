/**
 * Headers around a packet in packetdrill's notation, outermost first, each with a colon behind it:
 *
 *     ipv4 [(ipinfo)] A > B:      ipv6 [(ipinfo)] A > B:
 *     gre[, flags N or [checksum present, key present, sequence# present, none]][, sum N][, off N][, key=N][, seq N]:
 *     mpls (label N, tc N, [S], ttl N)...:
 *
 * packetdrill wants all five fields of GRE or none. Here each may be absent: flags that are not written are those of
 * the fields that are, and a field that is not written is computed or 0 when sent, and free when expected.
 */
import { parseAddress } from '../../wire/address';
import { hasUnknownForm } from '../../wire/gre';
import type { EncapsulationPattern, GrePattern } from '../../wire/pattern';
import { GRE_FLAG, type MplsLabel } from '../../wire/wire';
import { parseIpInfo } from './ip-info';
import type { Direction, Scanner } from './scanner';

type Reader = (scanner: Scanner, direction: Direction) => EncapsulationPattern | undefined;

const READERS: readonly { readonly word: string; readonly read: Reader }[] = [
  { word: 'ipv4', read: (scanner, direction) => readIp(scanner, direction, 4) },
  { word: 'ipv6', read: (scanner, direction) => readIp(scanner, direction, 6) },
  { word: 'gre', read: readGre },
  { word: 'GREv0', read: readGre },
  { word: 'mpls', read: readMpls },
];

/** The most headers in front of a packet; packetdrill counts six in all. */
const MOST_HEADERS = 6;

const IP_KINDS = ['ipv4', 'ipv6'];

/** What may stand behind each header. Behind the last one comes the IP header of the packet itself. */
const FOLLOWERS: Readonly<Record<EncapsulationPattern['kind'], readonly string[]>> = {
  ipv4: [...IP_KINDS, 'gre', 'mpls'],
  ipv6: [...IP_KINDS, 'gre', 'mpls'],
  gre: [...IP_KINDS, 'mpls'],
  mpls: IP_KINDS,
  psp: [],
};

/** Reads the prefix; empty when there is none, `undefined` after a mistake. */
export function parseEncapsulation(
  scanner: Scanner,
  direction: Direction,
): readonly EncapsulationPattern[] | undefined {
  const layers: EncapsulationPattern[] = [];
  for (;;) {
    scanner.skipSpace();
    const start = scanner.at;
    const reader = READERS.find(({ word }) => scanner.takeWord(word));
    if (reader === undefined) return layers;
    const layer = reader.read(scanner, direction);
    if (layer === undefined) return undefined;
    if (!scanner.take(':')) return scanner.expected('`:` behind the header');
    if (!canFollow(scanner, layers.at(-1), layer, start)) return undefined;
    layers.push(layer);
    if (layers.length > MOST_HEADERS)
      return scanner.fail(start, scanner.at, `more than ${MOST_HEADERS} headers in front of a packet`);
  }
}

function canFollow(
  scanner: Scanner,
  last: EncapsulationPattern | undefined,
  layer: EncapsulationPattern,
  start: number,
): boolean {
  const followers = last === undefined ? IP_KINDS : FOLLOWERS[last.kind];
  if (followers.includes(layer.kind)) return true;
  const place = last === undefined ? 'at the front of a packet' : `right behind \`${last.kind}\``;
  const hint =
    last?.kind === 'mpls' && layer.kind === 'mpls'
      ? 'the labels of one stack stand side by side: `mpls (...) (...):`'
      : 'an IP header goes in front: `ipv4 192.0.2.1 > 192.0.2.2:`';
  scanner.fail(start, scanner.at, `\`${layer.kind}\` cannot stand ${place}`, hint);
  return false;
}

/** Reads `encap psp spi N`, which stands behind the IP part; empty when there is none, `undefined` after a mistake. */
export function parsePsp(scanner: Scanner): readonly EncapsulationPattern[] | undefined {
  if (!scanner.takeWord('encap')) return [];
  if (!scanner.takeWord('psp')) return scanner.expected('`psp`', 'write `encap psp spi N`');
  if (!scanner.takeWord('spi')) return scanner.expected('`spi`', 'write `encap psp spi N`');
  const spi = scanner.integer('SPI', 0, 0xffff_ffff);
  return spi === undefined ? undefined : [{ kind: 'psp', spi }];
}

function readIp(scanner: Scanner, direction: Direction, version: 4 | 6): EncapsulationPattern | undefined {
  const ip = parseIpInfo(scanner, direction);
  if (ip === undefined) return undefined;
  const source = readAddress(scanner, direction, version);
  if (source === undefined) return undefined;
  if (!scanner.take('>')) return scanner.expected('`>` and the target address');
  const target = readAddress(scanner, direction, version);
  if (target === undefined) return undefined;
  return {
    kind: version === 4 ? 'ipv4' : 'ipv6',
    ...(source === 'any' ? {} : { source }),
    ...(target === 'any' ? {} : { target }),
    ...(Object.keys(ip).length === 0 ? {} : { ip }),
  };
}

/**
 * An address. The colon behind the header may follow it without a blank, and an IPv6 address consists of colons: the
 * longest text that is an address is taken.
 */
function readAddress(scanner: Scanner, direction: Direction, version: 4 | 6): string | undefined {
  if (direction === 'expect' && scanner.take('*')) return 'any';
  const hint = `for example \`${version === 4 ? 'ipv4 192.0.2.1 > 192.0.2.2:' : 'ipv6 2001:db8::1 > 2001:db8::2:'}\``;
  const token = scanner.match(/[0-9a-fA-F:.]+/y);
  for (let length = token?.text.length ?? 0; token !== undefined && length > 0; length--) {
    const text = token.text.slice(0, length);
    const endsHere = length === token.text.length || token.text[length] === ':';
    const parsed = endsHere ? parseAddress(text) : undefined;
    if (parsed === undefined) continue;
    scanner.moveTo(token.start + length);
    if (parsed.version === version) return text;
    return scanner.fail(token.start, token.start + length, `\`${text}\` is no IPv${version} address`, hint);
  }
  if (token !== undefined) scanner.moveTo(token.start);
  return scanner.expected(`an IPv${version} address`, hint);
}

type WritableGre = { -readonly [Field in keyof GrePattern]?: GrePattern[Field] };

const GRE_FIELDS = [
  { word: 'sum', key: 'checksum', what: 'GRE checksum', max: 0xffff, bit: GRE_FLAG.CHECKSUM },
  { word: 'off', key: 'offset', what: 'GRE offset', max: 0xffff, bit: GRE_FLAG.CHECKSUM },
  { word: 'key', key: 'key', what: 'GRE key', max: 0xffff_ffff, bit: GRE_FLAG.KEY },
  { word: 'seq', key: 'sequence', what: 'GRE sequence number', max: 0xffff_ffff, bit: GRE_FLAG.SEQUENCE },
] as const;

const GRE_FLAG_WORDS = [
  { word: 'none', bit: 0 },
  { word: 'checksum present', bit: GRE_FLAG.CHECKSUM },
  { word: 'key present', bit: GRE_FLAG.KEY },
  { word: 'sequence# present', bit: GRE_FLAG.SEQUENCE },
] as const;

function readGre(scanner: Scanner, direction: Direction): GrePattern | undefined {
  scanner.take(',');
  let flags: number | undefined;
  if (scanner.takeWord('flags') || scanner.takeWord('Flags')) {
    flags = readGreFlags(scanner);
    if (flags === undefined) return undefined;
    scanner.take(',');
  }
  const fields: WritableGre = {};
  for (const { word, key, what, max, bit } of GRE_FIELDS) {
    if (!scanner.takeWord(word)) continue;
    if (word === 'key') scanner.take('=');
    if (direction === 'inject' || !scanner.take('*')) {
      const value = scanner.integer(what, 0, max);
      if (value === undefined) return undefined;
      // What the flags deny is not in the header, whatever is written for it.
      if (flags === undefined || (flags & bit) !== 0) fields[key] = value;
    }
    scanner.take(',');
  }
  const written = GRE_FIELDS.filter(({ key }) => fields[key] !== undefined);
  return { ...fields, kind: 'gre', flags: flags ?? written.reduce((all, { bit }) => all | bit, 0) };
}

/** A number, or `[key present, ...]`. */
function readGreFlags(scanner: Scanner): number | undefined {
  scanner.skipSpace();
  const start = scanner.at;
  const flags = scanner.take('[') ? readGreFlagWords(scanner) : scanner.integer('GRE flags', 0, 0xffff);
  if (flags === undefined || !hasUnknownForm(flags)) return flags;
  return scanner.fail(
    start,
    scanner.at,
    'GRE is understood in version 0 without routing',
    'for example `flags 0x2000`',
  );
}

function readGreFlagWords(scanner: Scanner): number | undefined {
  let flags = 0;
  do {
    const token = scanner.match(/[a-z]+#?(?:\s+present)?/y);
    const text = token?.text.replace(/\s+/g, ' ');
    const known = GRE_FLAG_WORDS.find(({ word }) => word === text);
    if (known === undefined) {
      if (token !== undefined) scanner.moveTo(token.start);
      return scanner.expected('a flag of GRE', `one of ${GRE_FLAG_WORDS.map(({ word }) => `\`${word}\``).join(', ')}`);
    }
    flags |= known.bit;
  } while (scanner.take(','));
  return scanner.take(']') ? flags : scanner.expected('`]` after the flags of GRE');
}

function readMpls(scanner: Scanner): EncapsulationPattern | undefined {
  const labels: MplsLabel[] = [];
  while (scanner.take('(')) {
    const label = readLabel(scanner);
    if (label === undefined) return undefined;
    labels.push(label);
  }
  if (labels.length > 0) return { kind: 'mpls', labels };
  return scanner.expected('a label', 'write `mpls (label 7, tc 0, [S], ttl 64):`');
}

function readLabel(scanner: Scanner): MplsLabel | undefined {
  const label = readNumber(scanner, 'label', 0xf_ffff);
  if (label === undefined || !takesComma(scanner)) return undefined;
  const trafficClass = readNumber(scanner, 'tc', 7);
  if (trafficClass === undefined || !takesComma(scanner)) return undefined;
  const bottom = scanner.match(/\[\s*S\s*\]/y) !== undefined;
  if (bottom && !takesComma(scanner)) return undefined;
  const ttl = readNumber(scanner, 'ttl', 0xff);
  if (ttl === undefined) return undefined;
  return scanner.take(')') ? { label, trafficClass, bottom, ttl } : scanner.expected('`)` after a label');
}

function readNumber(scanner: Scanner, word: string, max: number): number | undefined {
  if (scanner.takeWord(word)) return scanner.integer(word, 0, max);
  return scanner.expected(`\`${word}\``, 'a label is `(label 7, tc 0, [S], ttl 64)`');
}

function takesComma(scanner: Scanner): boolean {
  if (scanner.take(',')) return true;
  scanner.expected('`,`', 'a label is `(label 7, tc 0, [S], ttl 64)`');
  return false;
}
