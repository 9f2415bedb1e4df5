/** The Internet checksum (RFC 1071) and the pseudo headers that TCP, UDP and ICMPv6 include in it. */
import { addressBytes } from './address';
import { areKnownZeros, concatBytes, viewOf } from './bytes';
import type { IpVersion } from './wire';

/**
 * The one's complement sum of all 16-bit words. An odd last byte counts as the high half of a word, so only the last
 * part may have an odd length. Over data that contains its own correct checksum the sum is 0xffff (RFC 1071 section 1).
 */
export function onesComplementSum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    if (areKnownZeros(part)) continue;
    const view = viewOf(part);
    const words = part.length >> 1;
    for (let word = 0; word < words; word++) sum += view.getUint16(word * 2);
    if (part.length % 2 === 1) sum += view.getUint8(part.length - 1) << 8;
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}

/** What a checksum field must hold, from the bytes with that field zero. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  return ~onesComplementSum(...parts) & 0xffff;
}

/** The part of the IP header that a transport checksum covers. */
export interface PseudoHeader {
  readonly version: IpVersion;
  readonly source: string;
  readonly target: string;
  readonly protocol: number;
}

/** RFC 9293 section 3.1 (12 bytes) or RFC 8200 section 8.1 (40 bytes), for a transport of `length` bytes. */
export function encodePseudoHeader(pseudo: PseudoHeader, length: number): Uint8Array {
  const tail = new Uint8Array(pseudo.version === 4 ? 4 : 8);
  const view = viewOf(tail);
  if (pseudo.version === 4) {
    view.setUint8(1, pseudo.protocol);
    view.setUint16(2, length);
  } else {
    view.setUint32(0, length);
    view.setUint8(7, pseudo.protocol);
  }
  return concatBytes([addressBytes(pseudo.source, pseudo.version), addressBytes(pseudo.target, pseudo.version), tail]);
}
