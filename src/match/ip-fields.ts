/** Comparing the fields of IP headers: that of a packet, and those of the headers around it. */
import { outerLayers, trafficClassOf } from '../wire/layers';
import type { EncapsulationPattern, GrePattern, IpPattern } from '../wire/pattern';
import { printLabels } from '../wire/print-layers';
import type { GreHeader, Ipv4Packet, Ipv6Packet, Layer, Packet } from '../wire/wire';
import { matchNumber, matchText } from './field';
import type { Mismatch } from './match';

const ECN_NAMES = ['noecn', 'ect1', 'ect0', 'ce'] as const;

/** The mismatches of one IP header. Its flow label has no name here: whoever knows the ones before compares that. */
export function matchIp(pattern: IpPattern | undefined, packet: Ipv4Packet | Ipv6Packet): readonly Mismatch[] {
  if (pattern === undefined) return [];
  const isV4 = packet.kind === 'ipv4';
  const tos = trafficClassOf(packet);
  return [
    ...matchNumber('ttl', pattern.ttl, isV4 ? packet.header.ttl : packet.header.hopLimit),
    ...matchNumber('tos', pattern.tos, tos),
    ...matchEcn(pattern.ecn, tos & 3),
    ...matchNumber('flowlabel', pattern.flowLabel, isV4 ? undefined : packet.header.flowLabel),
    ...matchNumber('ip id', pattern.id, isV4 ? packet.header.id : undefined),
    ...matchNumber(
      "don't fragment",
      pattern.dontFragment === undefined ? undefined : Number(pattern.dontFragment),
      isV4 ? (packet.header.flags >> 1) & 1 : undefined,
    ),
  ];
}

function matchEcn(expected: IpPattern['ecn'], observed: number): readonly Mismatch[] {
  if (expected === undefined) return [];
  if (expected !== 'either-ect') return matchText('ecn', ECN_NAMES[expected], ECN_NAMES[observed]);
  return observed === 1 || observed === 2 ? [] : matchText('ecn', 'ect01', ECN_NAMES[observed]);
}

/**
 * The mismatches of the headers around the innermost packet: their number and kinds, and when these are right, their
 * fields.
 */
export function matchLayers(pattern: readonly EncapsulationPattern[], packet: Packet): readonly Mismatch[] {
  const layers = outerLayers(packet);
  const kinds = matchText('encapsulation', kindsOf(pattern), kindsOf(layers));
  return kinds.length > 0 ? kinds : layers.flatMap((layer, index) => matchLayer(pattern[index], layer));
}

function kindsOf(layers: readonly { readonly kind: string }[]): string {
  return layers.map(({ kind }) => kind).join(' ') || 'none';
}

function matchLayer(expected: EncapsulationPattern | undefined, observed: Layer): readonly Mismatch[] {
  if (expected?.kind === 'mpls' && observed.kind === 'mpls')
    return matchText('mpls', printLabels(expected.labels), printLabels(observed.labels));
  if (expected?.kind === 'gre' && observed.kind === 'gre') return matchGre(expected, observed.header);
  if (expected === undefined || !isIp(expected) || !isIp(observed)) return [];
  const fields = [
    ...matchText('source', expected.source, observed.header.source),
    ...matchText('target', expected.target, observed.header.target),
    ...matchIp(expected.ip, observed),
  ];
  return fields.map((mismatch) => ({ ...mismatch, field: `outer ${mismatch.field}` }));
}

function isIp<Some extends EncapsulationPattern | Layer>(
  layer: Some,
): layer is Extract<Some, { readonly kind: 'ipv4' | 'ipv6' }> {
  return layer.kind === 'ipv4' || layer.kind === 'ipv6';
}

function matchGre(expected: GrePattern, observed: GreHeader): readonly Mismatch[] {
  return [
    ...matchText('gre flags', hex(expected.flags), hex(observed.flags)),
    ...matchNumber('gre sum', expected.checksum, observed.checksum),
    ...matchNumber('gre off', expected.offset, observed.offset),
    ...matchNumber('gre key', expected.key, observed.key),
    ...matchNumber('gre seq', expected.sequence, observed.sequence),
  ];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
