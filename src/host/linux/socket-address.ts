/** struct sockaddr_in and sockaddr_in6: addresses as system calls take and give them. */
import { addressBytes, formatAddress } from '../../wire/address';
import { viewOf } from '../../wire/bytes';
import type { SocketAddress } from '../host';
import { AF_INET, AF_INET6, AF_UNSPEC } from './constants';

const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
export const LARGEST_ADDRESS_BYTES = 128;

export function encodeSocketAddress(address: SocketAddress): Uint8Array {
  const bytes = new Uint8Array(address.family === 'ipv6' ? IPV6_BYTES : IPV4_BYTES);
  const view = viewOf(bytes);
  if (address.family === 'unspec') {
    view.setUint16(0, AF_UNSPEC, true);
    return bytes;
  }
  view.setUint16(0, address.family === 'ipv4' ? AF_INET : AF_INET6, true);
  view.setUint16(2, address.port);
  if (address.family === 'ipv4') bytes.set(addressBytes(address.address, 4), 4);
  else bytes.set(addressBytes(address.address, 6), 8);
  return bytes;
}

/** `192.0.2.1:40001`, `[2001:db8::1]:40001`; IPv4-mapped addresses as IPv4. Undefined for another family. */
export function formatSocketAddress(bytes: Uint8Array): string | undefined {
  if (bytes.length < IPV4_BYTES) return undefined;
  const view = viewOf(bytes);
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return `${formatAddress(bytes.subarray(4, 8))}:${port}`;
  if (family !== AF_INET6 || bytes.length < IPV6_BYTES - 4) return undefined;
  const address = unmapped(bytes.subarray(8, 24));
  return address.length === 4 ? `${formatAddress(address)}:${port}` : `[${formatAddress(address)}]:${port}`;
}

/** The four bytes of an IPv4 address inside of an IPv4-mapped one; any other address as it is. */
export function unmapped(address: Uint8Array): Uint8Array {
  const isMapped = address.subarray(0, 10).every((byte) => byte === 0) && address[10] === 0xff && address[11] === 0xff;
  return address.length === 16 && isMapped ? address.subarray(12) : address;
}
