/**
 * What a network device does on behalf of the protocols: segmentation, merging, checksums. Without it, every segment
 * leaves on its own and with whole checksums, and every checksum that comes in is looked at.
 */
import { viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { EOPNOTSUPP } from './constants';
import { errnoName } from './errno';
import { ethtool } from './ethtool';

/** The old commands, one for each feature (linux/ethtool.h), in an order in which none depends on a later one. */
const FEATURES = [
  { name: 'gro', command: 0x2c },
  { name: 'gso', command: 0x24 },
  { name: 'tso', command: 0x1f },
  { name: 'sg', command: 0x19 },
  { name: 'tx', command: 0x17 },
  { name: 'rx', command: 0x15 },
] as const;

/**
 * Switches all of them off.
 * @param device in the network of the calling thread
 * @throws HostError `system-call`
 */
export function switchOffloadsOff(device: string): void {
  for (const { name, command } of FEATURES) {
    const value = new Uint8Array(8);
    viewOf(value).setUint32(0, command, true);
    const result = ethtool(device, value);
    // What the device does not have at all is off.
    if (result < 0 && result !== -EOPNOTSUPP) {
      throw new HostError('system-call', `ethtool -K ${device} ${name} off: ${errnoName(result)}`);
    }
  }
}
