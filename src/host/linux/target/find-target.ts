/**
 * The way to a host elsewhere, as this host's kernel would go it: by which device, from which address. Asks, changes
 * nothing, sends nothing.
 */
import { present } from '../../../base/assert';
import { addressBytes, formatAddress, parseAddress } from '../../../wire/address';
import { viewOf } from '../../../wire/bytes';
import type { IpVersion } from '../../../wire/wire';
import { HostError } from '../../host';
import { AF_PACKET, EPERM, SOCK_CLOEXEC, SOCK_DGRAM } from '../constants';
import { type DeviceState, deviceState } from '../device-state';
import { errnoName } from '../errno';
import { libc } from '../libc';
import { findAttribute, NETLINK_ROUTE, type NetlinkSocket, overNetlink } from '../netlink';
import { getRoute } from '../rtnetlink';

/** struct rtmsg. */
const ROUTE_HEADER_BYTES = 12;
const ROUTE_TYPE_AT = 7;
const RTA_OIF = 4;
const RTA_PREFSRC = 7;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
/** fe80::/10. */
const LINK_LOCAL = /^fe[89ab]/;

export interface FoundTarget {
  readonly address: string;
  readonly version: IpVersion;
  readonly source: string;
  readonly device: string;
  readonly mtu: number;
}

/** @throws HostError `no-route` with what is wrong about the address or the way there, `no-permission`, `link-down` */
export function findTarget(address: string): FoundTarget {
  const { version } = present(parseAddress(address), 'the parsed address of the target');
  if (LINK_LOCAL.test(address)) {
    throw new HostError(
      'no-route',
      `${address} is a link-local address`,
      'take a global or unique local one of the target',
    );
  }
  requireRights();
  return overNetlink(NETLINK_ROUTE, (netlink) => {
    const { index, source } = routeTo(netlink, address, version);
    const { name, mtu } = usable(deviceState(netlink, index));
    return { address, version, source, device: name, mtu };
  });
}

/** What a target run opens: seen before anything is planned. */
function requireRights(): void {
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    libc.close(fd);
    return;
  }
  const hint = fd === -EPERM ? 'run as root: --target sends from the real network' : 'the kernel needs CONFIG_PACKET';
  throw new HostError(
    fd === -EPERM ? 'no-permission' : 'no-packet-socket',
    `socket(AF_PACKET): ${errnoName(fd)}`,
    hint,
  );
}

function routeTo(
  netlink: NetlinkSocket,
  address: string,
  version: IpVersion,
): { readonly index: number; readonly source: string } {
  const answer = netlink.ask(getRoute(version, addressBytes(address, version)));
  if (typeof answer === 'number') {
    throw new HostError(
      'no-route',
      `there is no route to ${address}: ${errnoName(answer)}`,
      `see \`ip route get ${address}\``,
    );
  }
  const { body } = answer;
  const type = body[ROUTE_TYPE_AT];
  if (type === RTN_LOCAL) {
    throw new HostError(
      'no-route',
      `${address} is this host itself`,
      'leave --target out: specs run in a private network of this host; over cards with --link raw',
    );
  }
  const device = findAttribute(body, ROUTE_HEADER_BYTES, RTA_OIF);
  const source = findAttribute(body, ROUTE_HEADER_BYTES, RTA_PREFSRC);
  if (type !== RTN_UNICAST || device === undefined || source === undefined) {
    throw new HostError('no-route', `${address} is not the address of one host`, `see \`ip route get ${address}\``);
  }
  return { index: viewOf(device).getUint32(0, true), source: formatAddress(source) };
}

function usable(device: DeviceState): DeviceState {
  if (!device.isUp) throw new HostError('link-down', `${device.name} is down`, `ip link set ${device.name} up`);
  return device;
}
