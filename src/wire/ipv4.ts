/** The IPv4 header: RFC 791 section 3.1. */
import { addressBytes, formatAddress } from './address';
import { concatBytes, viewOf } from './bytes';
import type { Ipv4Header } from './wire';

/** Offsets in bytes. */
const FIELD = {
  versionAndIhl: 0,
  tos: 1,
  totalLength: 2,
  id: 4,
  flagsAndFragmentOffset: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  target: 16,
  options: 20,
} as const;

/** Length in bytes of a header without options. */
export const IPV4_MINIMUM = FIELD.options;

/** Offset in bytes of the checksum field. */
export const IPV4_CHECKSUM_OFFSET = FIELD.checksum;

/** What one IP header says about the bytes that it stands in front of. */
export interface IpSplit<Header> {
  readonly header: Header;
  readonly payload: Uint8Array;
  readonly trailer: Uint8Array;
}

/**
 * Splits the bytes into header, payload and trailer; `undefined` when a header does not fit in.
 *
 * Lengths that cannot be true are kept as they are and not followed: a header length below 5 or past the end means 20
 * bytes, a total length below the header or past the end means all there is. So a packet that was made wrong on
 * purpose is still readable.
 */
export function decodeIpv4(bytes: Uint8Array): IpSplit<Ipv4Header> | undefined {
  if (bytes.length < IPV4_MINIMUM) return undefined;
  const view = viewOf(bytes);
  const ihl = view.getUint8(FIELD.versionAndIhl) & 0xf;
  const totalLength = view.getUint16(FIELD.totalLength);
  const headerEnd = ihl * 4 >= IPV4_MINIMUM && ihl * 4 <= bytes.length ? ihl * 4 : IPV4_MINIMUM;
  const end = totalLength >= headerEnd && totalLength <= bytes.length ? totalLength : bytes.length;
  const header: Ipv4Header = {
    version: view.getUint8(FIELD.versionAndIhl) >> 4,
    ihl,
    tos: view.getUint8(FIELD.tos),
    totalLength,
    id: view.getUint16(FIELD.id),
    flags: view.getUint16(FIELD.flagsAndFragmentOffset) >> 13,
    fragmentOffset: view.getUint16(FIELD.flagsAndFragmentOffset) & 0x1fff,
    ttl: view.getUint8(FIELD.ttl),
    protocol: view.getUint8(FIELD.protocol),
    checksum: view.getUint16(FIELD.checksum),
    source: formatAddress(bytes.subarray(FIELD.source, FIELD.target)),
    target: formatAddress(bytes.subarray(FIELD.target, FIELD.options)),
    options: bytes.subarray(FIELD.options, headerEnd),
  };
  return { header, payload: bytes.subarray(headerEnd, end), trailer: bytes.subarray(end) };
}

/** The header's bytes, with all fields as they are. */
export function encodeIpv4(header: Ipv4Header): Uint8Array {
  const bytes = new Uint8Array(IPV4_MINIMUM);
  const view = viewOf(bytes);
  view.setUint8(FIELD.versionAndIhl, (header.version << 4) | header.ihl);
  view.setUint8(FIELD.tos, header.tos);
  view.setUint16(FIELD.totalLength, header.totalLength);
  view.setUint16(FIELD.id, header.id);
  view.setUint16(FIELD.flagsAndFragmentOffset, (header.flags << 13) | header.fragmentOffset);
  view.setUint8(FIELD.ttl, header.ttl);
  view.setUint8(FIELD.protocol, header.protocol);
  view.setUint16(FIELD.checksum, header.checksum);
  bytes.set(addressBytes(header.source, 4), FIELD.source);
  bytes.set(addressBytes(header.target, 4), FIELD.target);
  return concatBytes([bytes, header.options]);
}
