/**
 * Brings up the interfaces of a fresh network: loopback, and the device of the link with its addresses and routes.
 *
 * The device has the same name over each kind of link, that of packetdrill's, since commands of scripts name it.
 */
import { existsSync, writeFileSync } from 'node:fs';
import type { Network } from '../../timeline/timeline';
import { addressBytes } from '../../wire/address';
import { HostError } from '../host';
import { IFF_NOARP, IFF_UP } from './constants';
import { setSpeed } from './link-speed';
import { attribute, NETLINK_ROUTE, type NetlinkSocket, overNetlink, uint32 } from './netlink';
import {
  carryOut,
  changeLink,
  getRoute,
  IFLA_MTU,
  IFLA_TXQLEN,
  type LinkStep,
  LOOPBACK_INDEX,
  newAddress,
  newRoute,
  noLinkLocalAddress,
  pollUntil,
} from './rtnetlink';

/** The device of the kernel under test. */
export const DEVICE = 'tun0';

/** Packets that the device holds until they are read: more than a run sends between two looks at it. */
const QUEUE_PACKETS = 10_000;

const RTN_LOCAL = 2;
const RTM_TYPE_AT = 7;

/** @throws HostError when the kernel refuses a step */
export function configureLinks(network: Network, deviceIndex: number): void {
  allowAsymmetricRoutes();
  if (network.speedMbps !== undefined) setSpeed(DEVICE, network.speedMbps);
  overNetlink(NETLINK_ROUTE, (netlink) => {
    // The route exists when the remote network is the one that the local address is in.
    carryOut(netlink, linkSteps(network, deviceIndex));
    if (network.ipVersion === 6) awaitLocalRoute(netlink, network);
  });
}

/** Raises the loopback device of the network that the calling thread is in. */
export function raiseLoopback(): void {
  overNetlink(NETLINK_ROUTE, (netlink) => netlink.request([changeLink(LOOPBACK_INDEX, IFF_UP)]));
}

/** The MTU of an end of the link, and what keeps the kernel from sending by itself on it. */
export function endOfLink(mtu: number): readonly Uint8Array[] {
  const own = existsSync('/proc/sys/net/ipv6') ? [noLinkLocalAddress()] : [];
  return [attribute(IFLA_MTU, uint32(mtu)), attribute(IFLA_TXQLEN, uint32(QUEUE_PACKETS)), ...own];
}

/** A remote address outside of the route's prefix must reach the kernel under test as well. */
function allowAsymmetricRoutes(): void {
  writeFileSync('/proc/sys/net/ipv4/conf/all/rp_filter', '0');
  writeFileSync(`/proc/sys/net/ipv4/conf/${DEVICE}/rp_filter`, '0');
}

/**
 * The route goes to the device itself, or through a gateway behind it, as `ip route add ... via ...` makes it. For IPv4
 * the kernel takes the local address itself as a gateway too, which then means the same as none; for IPv6 it refuses that.
 */
function linkSteps(network: Network, index: number): readonly LinkStep[] {
  const { ipVersion: version, localAddress, localPrefixLength, remoteAddress, remotePrefixLength, gateway } = network;
  const local = { version, bytes: addressBytes(localAddress, version), length: localPrefixLength };
  const remote = { version, bytes: addressBytes(remoteAddress, version), length: remotePrefixLength };
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  const hop = gateway === undefined ? undefined : addressBytes(gateway, version);
  return [
    { what: 'raising lo', message: changeLink(LOOPBACK_INDEX, IFF_UP) },
    { what: `setting mtu ${network.mtu} of ${DEVICE}`, message: changeLink(index, 0, endOfLink(network.mtu)) },
    { what: `raising ${DEVICE}`, message: changeLink(index, IFF_UP | IFF_NOARP) },
    { what: `address ${localAddress}/${localPrefixLength} on ${DEVICE}`, message: newAddress(index, local) },
    { what: `route to ${remoteAddress}/${remotePrefixLength}${via}`, message: newRoute(index, remote, hop) },
  ];
}

/** A kernel thread enters the route that makes an IPv6 address local; packets that come before it are lost. */
function awaitLocalRoute(netlink: NetlinkSocket, network: Network): void {
  const question = getRoute(6, addressBytes(network.localAddress, network.ipVersion));
  if (pollUntil(netlink, question, ({ body }) => body[RTM_TYPE_AT] === RTN_LOCAL)) return;
  throw new HostError('system-call', `${network.localAddress} did not become a local address`);
}
