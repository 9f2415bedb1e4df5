/** IP parts, and the headers around a packet, in packetdrill's notation: `ipv4 192.0.2.1 > 192.0.2.2: gre:`. */
import { toHex } from '../base/hex';
import { trafficClassOf } from './layers';
import type { EncapsulationPattern, GrePattern, IpPattern } from './pattern';
import type { Layer, MplsLabel } from './wire';

/** ECN codepoints by the two low bits of the byte (RFC 3168 section 5). */
const ECN_WORDS = ['noecn', 'ect1', 'ect0', 'ce'] as const;

/** Stands for any value. */
const ANY = '*';

/** A header around a packet, with the colon behind it. */
export function printLayer(layer: Layer): string {
  switch (layer.kind) {
    case 'ipv4':
    case 'ipv6': {
      const { source, target } = layer.header;
      return line([layer.kind, printTrafficClass(trafficClassOf(layer)), `${source} > ${target}:`]);
    }
    case 'gre':
      return printGre(layer.header, 0);
    case 'mpls':
      return printLabels(layer.labels);
  }
}

/** As `printLayer`, with `*` for what is free. */
export function printLayerPattern(layer: EncapsulationPattern): string {
  switch (layer.kind) {
    case 'ipv4':
    case 'ipv6':
      return line([layer.kind, printIpPattern(layer.ip), `${layer.source ?? ANY} > ${layer.target ?? ANY}:`]);
    case 'gre':
      return printGre(layer, ANY);
    case 'mpls':
      return printLabels(layer.labels);
    case 'psp':
      return `encap psp spi ${layer.spi}`;
  }
}

/** Either nothing, or all five fields: packetdrill reads no other form. `absent` stands for those that are not there. */
function printGre(header: Omit<GrePattern, 'kind'>, absent: string | number): string {
  const { flags, checksum, offset, key, sequence } = header;
  if (flags === 0) return 'gre:';
  const hex = (value: number | undefined): string | number =>
    value === undefined ? absent : `0x${value.toString(16)}`;
  return `gre flags ${hex(flags)}, sum ${hex(checksum)}, off ${hex(offset)}, key=${hex(key)}, seq ${sequence ?? absent}:`;
}

export function printLabels(labels: readonly MplsLabel[]): string {
  const entries = labels.map(({ label, trafficClass, bottom, ttl }) =>
    line([`(label ${label}, tc ${trafficClass},`, bottom ? '[S],' : '', `ttl ${ttl})`]),
  );
  return `mpls ${entries.join(' ')}:`;
}

/** The ECN codepoint where that is all there is in the byte, otherwise the byte; nothing for 0. */
export function printTrafficClass(tos: number): string {
  return tos === 0 ? '' : `[${ECN_WORDS[tos] ?? printTos(tos)}]`;
}

/** The fields of an IP header that a pattern names, in brackets; nothing when it names none. */
export function printIpPattern(ip: IpPattern = {}): string {
  const flowLabel = ip.flowLabel ?? ip.flowLabelName;
  const parts = [
    ip.tos === undefined ? '' : printTos(ip.tos),
    ip.ecn === undefined ? '' : ip.ecn === 'either-ect' ? 'ect01' : ECN_WORDS[ip.ecn],
    flowLabel === undefined ? '' : `flowlabel 0x${flowLabel.toString(16)}`,
    printNumber('ttl', ip.ttl),
    printNumber('id', ip.id),
    ip.dontFragment === undefined ? '' : ip.dontFragment ? 'df' : 'nodf',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `[${parts.join(', ')}]`;
}

function printTos(tos: number): string {
  return `tos 0x${toHex(Uint8Array.of(tos))}`;
}

/** A word and its number; nothing without a number. */
export function printNumber(word: string, value: number | undefined): string {
  return value === undefined ? '' : `${word} ${value}`;
}

/** The parts that are not empty, with spaces between. */
export function line(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
