/** The speed that a device claims to have, which `ethtool -s` sets: a TUN device takes any. */
import { viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { errnoName } from './errno';
import { ethtool } from './ethtool';

/** The old form, which has a fixed length; the new one has to be asked first how long its masks are. */
const ETHTOOL_SSET = 2;
const COMMAND_BYTES = 44;
const SPEED_AT = 12;
const DUPLEX_AT = 14;
const SPEED_HIGH_AT = 28;
const DUPLEX_FULL = 1;

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
  const result = ethtool(device, command);
  if (result < 0) throw new HostError('system-call', `speed ${mbps} Mbit/s of ${device}: ${errnoName(result)}`);
}
