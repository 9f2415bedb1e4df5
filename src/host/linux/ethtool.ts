/** Commands to a network device by ioctl, as ethtool(8) gives them. */
import { viewOf } from '../../wire/bytes';
import { AF_INET, SIOCETHTOOL, SOCK_CLOEXEC, SOCK_DGRAM } from './constants';
import { addressOf, libc, succeed } from './libc';

/** struct ifreq: name, then the address of the command. */
const IFREQ_BYTES = 40;
const IFREQ_DATA_AT = 16;

/**
 * @param device in the network of the calling thread
 * @param command begins with its number
 * @returns zero, or minus the errno
 */
export function ethtool(device: string, command: Uint8Array): number {
  const request = new Uint8Array(IFREQ_BYTES);
  new TextEncoder().encodeInto(device, request);
  viewOf(request).setBigUint64(IFREQ_DATA_AT, BigInt(addressOf(command)), true);
  const fd = succeed('socket(AF_INET)', libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const result = libc.ioctl(fd, SIOCETHTOOL, request);
  libc.close(fd);
  return result;
}
