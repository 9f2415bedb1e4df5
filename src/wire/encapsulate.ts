/** Crafting the headers around a packet, from the innermost to the outermost: lengths, checksums, protocol numbers. */
import { AssertionFailure } from '../base/assert';
import { concatBytes } from './bytes';
import { encodeGre, greChecksum, greLength } from './gre';
import { craftIp } from './ip-header';
import { IPV4_MINIMUM } from './ipv4';
import { IPV6_LENGTH } from './ipv6';
import { encodeMpls, MPLS_ENTRY } from './mpls';
import { ETHER_TYPE, PROTOCOL } from './packet';
import type { EncapsulationPattern, GrePattern } from './pattern';
import { GRE_FLAG, type GreHeader, type IpVersion } from './wire';

/** A packet on its way out, and which kind of header it begins with. */
interface Wrapped {
  readonly kind: 'ipv4' | 'ipv6' | 'gre' | 'mpls';
  readonly bytes: Uint8Array;
}

/** The addresses of an outer header that says none. */
const UNSPECIFIED = { ipv4: '0.0.0.0', ipv6: '::' } as const;

/** How IP names what it carries. */
const IP_PROTOCOL = { ipv4: PROTOCOL.IPV4, ipv6: PROTOCOL.IPV6, gre: PROTOCOL.GRE, mpls: PROTOCOL.MPLS } as const;

/** How GRE names what it carries. It cannot name itself, so nothing reads GRE in GRE. */
const GRE_PROTOCOL = { ipv4: ETHER_TYPE.IPV4, ipv6: ETHER_TYPE.IPV6, gre: 0, mpls: ETHER_TYPE.MPLS } as const;

/** The packet with the headers in front, outermost first. */
export function encapsulate(
  packet: Uint8Array,
  version: IpVersion,
  encapsulation: readonly EncapsulationPattern[],
): Uint8Array {
  const inner: Wrapped = { kind: version === 4 ? 'ipv4' : 'ipv6', bytes: packet };
  return encapsulation.reduceRight(wrap, inner).bytes;
}

/** Bytes that the headers take. */
export function encapsulationLength(encapsulation: readonly EncapsulationPattern[]): number {
  return encapsulation.reduce((sum, layer) => sum + layerLength(layer), 0);
}

function layerLength(layer: EncapsulationPattern): number {
  switch (layer.kind) {
    case 'ipv4':
      return IPV4_MINIMUM;
    case 'ipv6':
      return IPV6_LENGTH;
    case 'gre':
      return greLength(layer.flags);
    case 'mpls':
      return layer.labels.length * MPLS_ENTRY;
    case 'psp':
      return 0;
  }
}

function wrap(inner: Wrapped, layer: EncapsulationPattern): Wrapped {
  switch (layer.kind) {
    case 'ipv4':
    case 'ipv6': {
      const { kind, source = UNSPECIFIED[kind], target = UNSPECIFIED[kind], ip = {} } = layer;
      const ends = { version: kind === 'ipv4' ? 4 : 6, sourceAddress: source, targetAddress: target } as const;
      return { kind, bytes: craftIp(inner.bytes, IP_PROTOCOL[inner.kind], ip, ends) };
    }
    case 'gre': {
      const header = greHeader(layer, inner);
      return { kind: 'gre', bytes: concatBytes([encodeGre(header), inner.bytes]) };
    }
    case 'mpls':
      return { kind: 'mpls', bytes: concatBytes([encodeMpls(layer.labels), inner.bytes]) };
    case 'psp':
      throw new AssertionFailure('a PSP packet got past the requirements: packetspec does not encrypt');
  }
}

function greHeader({ flags, checksum, offset, key, sequence }: GrePattern, inner: Wrapped): GreHeader {
  const header = {
    flags,
    protocol: GRE_PROTOCOL[inner.kind],
    offset: offset ?? 0,
    key: key ?? 0,
    sequence: sequence ?? 0,
  };
  if ((flags & GRE_FLAG.CHECKSUM) === 0) return header;
  return { ...header, checksum: checksum ?? greChecksum(header, inner.bytes) };
}
