/** What the kernel says of a network device: whether it is up, and whether it merges what it receives. */
import { viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { IFF_RUNNING, IFF_UP } from './constants';
import { errnoName } from './errno';
import { ethtool } from './ethtool';
import { findAttribute, type NetlinkSocket } from './netlink';
import { getLink, IFLA_IFNAME, IFLA_MTU, LINK_HEADER_BYTES } from './rtnetlink';

/** In struct ifinfomsg. */
const FLAGS_AT = 8;

const ETHTOOL_GGRO = 0x2b;
const ETHTOOL_GFLAGS = 0x25;
const ETH_FLAG_LRO = 1 << 15;

export interface DeviceState {
  readonly name: string;
  readonly mtu: number;
  /** Raised, and with a carrier. */
  readonly isUp: boolean;
}

/** @throws HostError `link-down` when there is no such device any more */
export function deviceState(netlink: NetlinkSocket, index: number): DeviceState {
  const answer = netlink.ask(getLink(index));
  if (typeof answer === 'number') throw new HostError('link-down', `device ${index} is gone: ${errnoName(answer)}`);
  const { body } = answer;
  const name = findAttribute(body, LINK_HEADER_BYTES, IFLA_IFNAME) ?? new Uint8Array();
  const mtu = findAttribute(body, LINK_HEADER_BYTES, IFLA_MTU) ?? new Uint8Array(4);
  const flags = viewOf(body).getUint32(FLAGS_AT, true);
  return {
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    mtu: viewOf(mtu).getUint32(0, true),
    isUp: (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0,
  };
}

/** @param what it is to the run: `the device of the link` @throws HostError `link-down` when it is down or gone */
export function requireUp(netlink: NetlinkSocket, index: number, what: string): void {
  const { name, isUp } = deviceState(netlink, index);
  if (!isUp) throw new HostError('link-down', `${name}, ${what}, is down`);
}

/**
 * Refuses a device that merges segments before a packet socket sees them: what the target sent could not be told.
 * @throws HostError `merged-segments`
 */
export function refuseMerging(device: string): void {
  const merges = [
    flagOf(device, ETHTOOL_GGRO) !== 0 ? 'gro' : '',
    flagOf(device, ETHTOOL_GFLAGS) & ETH_FLAG_LRO ? 'lro' : '',
  ];
  const found = merges.filter((name) => name !== '');
  if (found.length === 0) return;
  throw new HostError(
    'merged-segments',
    `${device} merges the segments that it receives (${found.join(', ')}), so that those of the target could not be told apart`,
    `as root: ethtool -K ${device} ${found.map((name) => `${name} off`).join(' ')}`,
  );
}

/** What a device does not know, it does not do. */
function flagOf(device: string, command: number): number {
  const value = new Uint8Array(8);
  viewOf(value).setUint32(0, command, true);
  return ethtool(device, value) < 0 ? 0 : viewOf(value).getUint32(4, true);
}
