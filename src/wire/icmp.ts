/** The ICMP message: RFC 792 and RFC 4443 section 2.1, which agree on the first eight bytes. */
import { concatBytes, viewOf } from './bytes';
import type { IcmpMessage, IpVersion } from './wire';

/** Offsets in bytes. */
const FIELD = { type: 0, code: 1, checksum: 2, rest: 4, payload: 8 } as const;

/** Length in bytes of what all messages begin with. */
export const ICMP_HEADER = FIELD.payload;

/** Types that report an error and quote the packet that caused it: RFC 1122 section 3.2.2. */
const ICMP4_ERRORS: readonly number[] = [3, 4, 5, 11, 12];

/** Reads a message; `undefined` when the bytes are too few. */
export function decodeIcmp(bytes: Uint8Array, version: IpVersion): IcmpMessage | undefined {
  if (bytes.length < FIELD.payload) return undefined;
  const view = viewOf(bytes);
  return {
    kind: 'icmp',
    version,
    type: view.getUint8(FIELD.type),
    code: view.getUint8(FIELD.code),
    checksum: view.getUint16(FIELD.checksum),
    rest: view.getUint32(FIELD.rest),
    payload: bytes.subarray(FIELD.payload),
  };
}

/** The message's bytes, with all fields as they are. */
export function encodeIcmp(message: IcmpMessage): Uint8Array {
  const bytes = new Uint8Array(FIELD.payload);
  const view = viewOf(bytes);
  view.setUint8(FIELD.type, message.type);
  view.setUint8(FIELD.code, message.code);
  view.setUint16(FIELD.checksum, message.checksum);
  view.setUint32(FIELD.rest, message.rest);
  return concatBytes([bytes, message.payload]);
}

/** Whether messages of this type quote a packet. In ICMPv6 the high bit of the type tells (RFC 4443 section 2.1). */
export function isIcmpError(version: IpVersion, type: number): boolean {
  return version === 4 ? ICMP4_ERRORS.includes(type) : type < 128;
}
