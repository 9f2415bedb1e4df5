/** The IPv6 header: RFC 8200 section 3. Extension headers belong to the payload. */
import { addressBytes, formatAddress } from './address';
import { viewOf } from './bytes';
import type { IpSplit } from './ipv4';
import type { Ipv6Header } from './wire';

/** Offsets in bytes. */
const FIELD = {
  versionClassAndLabel: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  target: 24,
  end: 40,
} as const;

/** Length in bytes of the header. */
export const IPV6_LENGTH = FIELD.end;

/**
 * Splits the bytes into header, payload and trailer; `undefined` when the header does not fit in.
 *
 * A payload length past the end means all there is; so does 0 with bytes behind it, which is how Linux shows packets
 * above 65,535 bytes (BIG TCP) and how a spec may lie on purpose.
 */
export function decodeIpv6(bytes: Uint8Array): IpSplit<Ipv6Header> | undefined {
  if (bytes.length < IPV6_LENGTH) return undefined;
  const view = viewOf(bytes);
  const first = view.getUint32(FIELD.versionClassAndLabel);
  const payloadLength = view.getUint16(FIELD.payloadLength);
  const told = IPV6_LENGTH + payloadLength;
  const end = payloadLength > 0 && told <= bytes.length ? told : bytes.length;
  const header: Ipv6Header = {
    version: first >>> 28,
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    payloadLength,
    nextHeader: view.getUint8(FIELD.nextHeader),
    hopLimit: view.getUint8(FIELD.hopLimit),
    source: formatAddress(bytes.subarray(FIELD.source, FIELD.target)),
    target: formatAddress(bytes.subarray(FIELD.target, FIELD.end)),
  };
  return { header, payload: bytes.subarray(IPV6_LENGTH, end), trailer: bytes.subarray(end) };
}

/** The header's bytes, with all fields as they are. */
export function encodeIpv6(header: Ipv6Header): Uint8Array {
  const bytes = new Uint8Array(IPV6_LENGTH);
  const view = viewOf(bytes);
  const first = (header.version << 28) | ((header.trafficClass & 0xff) << 20) | (header.flowLabel & 0xfffff);
  view.setUint32(FIELD.versionClassAndLabel, first);
  view.setUint16(FIELD.payloadLength, header.payloadLength);
  view.setUint8(FIELD.nextHeader, header.nextHeader);
  view.setUint8(FIELD.hopLimit, header.hopLimit);
  bytes.set(addressBytes(header.source, 6), FIELD.source);
  bytes.set(addressBytes(header.target, 6), FIELD.target);
  return bytes;
}
