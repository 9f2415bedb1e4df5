/** The speed that a device claims to have, which `ethtool -s` sets: a TUN device takes any. */
import { viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { AF_INET, SIOCETHTOOL, SOCK_CLOEXEC, SOCK_DGRAM } from './constants';
import { errnoName } from './errno';
import { addressOf, libc, succeed } from './libc';

/** The old form, which has a fixed length; the new one has to be asked first how long its masks are. */
const ETHTOOL_SSET = 2;
const COMMAND_BYTES = 44;
const SPEED_AT = 12;
const DUPLEX_AT = 14;
const SPEED_HIGH_AT = 28;
const DUPLEX_FULL = 1;

/** struct ifreq: name, then the address of the command. */
const IFREQ_BYTES = 40;
const IFREQ_DATA_AT = 16;

/**
 * Without negotiation, both ways at once.
 * @param mbps megabits per second
 * @throws HostError `system-call`
 */
export function setSpeed(device: string, mbps: number): void {
  const command = new Uint8Array(COMMAND_BYTES);
  const view = viewOf(command);
  view.setUint32(0, ETHTOOL_SSET, true);
  view.setUint16(SPEED_AT, mbps & 0xffff, true);
  view.setUint16(SPEED_HIGH_AT, mbps >>> 16, true);
  view.setUint8(DUPLEX_AT, DUPLEX_FULL);
  const request = new Uint8Array(IFREQ_BYTES);
  new TextEncoder().encodeInto(device, request);
  viewOf(request).setBigUint64(IFREQ_DATA_AT, BigInt(addressOf(command)), true);
  const fd = succeed('socket(AF_INET)', libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const result = libc.ioctl(fd, SIOCETHTOOL, request);
  libc.close(fd);
  if (result < 0) throw new HostError('system-call', `speed ${mbps} Mbit/s of ${device}: ${errnoName(result)}`);
}
