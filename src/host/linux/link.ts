/** Brings up the interfaces of a fresh network: loopback, and the TUN device with its addresses and routes. */
import { existsSync, writeFileSync } from 'node:fs';
import { NS_PER_S } from '../../base/nanoseconds';
import type { Network } from '../../timeline/timeline';
import { addressBytes } from '../../wire/address';
import { concatBytes, viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { AF_INET, AF_INET6, AF_UNSPEC, EEXIST, IFF_UP } from './constants';
import { errnoName } from './errno';
import { libc, newTimespec } from './libc';
import type { NetlinkMessage } from './netlink';
import { setSpeed } from './link-speed';
import { attribute, NETLINK_ROUTE, NetlinkSocket, NLM_F_CREATE, NLM_F_EXCL, uint32 } from './netlink';

const LOOPBACK_INDEX = 1;
/** Packets that the device holds until they are read: more than a run sends between two looks at it. */
const QUEUE_PACKETS = 10_000;

const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const IFLA_MTU = 4;
const IFLA_TXQLEN = 13;
const IFLA_AF_SPEC = 26;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
const RTM_TYPE_AT = 7;

const LOCAL_ROUTE_WITHIN_NS = NS_PER_S;
const LOCAL_ROUTE_POLL_NS = 50_000;

interface Step {
  readonly what: string;
  readonly message: NetlinkMessage;
}

/** @throws HostError when the kernel refuses a step */
export function configureLinks(network: Network, tunIndex: number): void {
  allowAsymmetricRoutes();
  if (network.speedMbps !== undefined) setSpeed('tun0', network.speedMbps);
  const netlink = new NetlinkSocket(NETLINK_ROUTE);
  try {
    const steps = linkSteps(network, tunIndex);
    const results = netlink.request(steps.map(({ message }) => message));
    for (const [index, { what }] of steps.entries()) {
      const result = results[index] ?? 0;
      // The route exists when the remote network is the one that the local address is in.
      if (result < 0 && result !== -EEXIST) throw new HostError('system-call', `${what}: ${errnoName(result)}`);
    }
    if (network.ipVersion === 6) awaitLocalRoute(netlink, network);
  } finally {
    netlink.close();
  }
}

/** Raises the loopback device of the network that the calling thread is in. */
export function raiseLoopback(): void {
  const netlink = new NetlinkSocket(NETLINK_ROUTE);
  netlink.request([link(LOOPBACK_INDEX, IFF_UP, [])]);
  netlink.close();
}

/** A remote address outside of the route's prefix must reach the kernel under test as well. */
function allowAsymmetricRoutes(): void {
  writeFileSync('/proc/sys/net/ipv4/conf/all/rp_filter', '0');
  writeFileSync('/proc/sys/net/ipv4/conf/tun0/rp_filter', '0');
}

function linkSteps(network: Network, tunIndex: number): readonly Step[] {
  const device = [attribute(IFLA_MTU, uint32(network.mtu)), attribute(IFLA_TXQLEN, uint32(QUEUE_PACKETS))];
  if (existsSync('/proc/sys/net/ipv6')) device.push(noLinkLocalAddress());
  const { localAddress, localPrefixLength, remoteAddress, remotePrefixLength, gateway } = network;
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  return [
    { what: 'raising lo', message: link(LOOPBACK_INDEX, IFF_UP, []) },
    { what: `setting mtu ${network.mtu} of tun0`, message: link(tunIndex, 0, device) },
    { what: 'raising tun0', message: link(tunIndex, IFF_UP, []) },
    { what: `address ${localAddress}/${localPrefixLength} on tun0`, message: address(network, tunIndex) },
    { what: `route to ${remoteAddress}/${remotePrefixLength}${via}`, message: route(network, tunIndex) },
  ];
}

/** Without a link-local address the kernel solicits no routers. */
function noLinkLocalAddress(): Uint8Array {
  const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE));
  return attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode));
}

function link(index: number, flagsUp: number, attributes: readonly Uint8Array[]): NetlinkMessage {
  const header = new Uint8Array(16);
  const view = viewOf(header);
  view.setUint8(0, AF_UNSPEC);
  view.setInt32(4, index, true);
  view.setUint32(8, flagsUp, true);
  view.setUint32(12, flagsUp, true);
  return { type: RTM_NEWLINK, flags: 0, body: concatBytes([header, ...attributes]) };
}

function address(network: Network, index: number): NetlinkMessage {
  const bytes = addressBytes(network.localAddress, network.ipVersion);
  const header = Uint8Array.of(familyOf(network), network.localPrefixLength, 0, RT_SCOPE_UNIVERSE);
  // Duplicate address detection would keep an IPv6 address from being used for a while.
  const flags = network.ipVersion === 6 ? [attribute(IFA_FLAGS, uint32(IFA_F_NODAD))] : [];
  const attributes = [attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes), ...flags];
  return {
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: concatBytes([header, uint32(index), ...attributes]),
  };
}

/**
 * To the device itself, or through a gateway behind it, as `ip route add ... via ...` makes it. For IPv4 the kernel takes
 * the local address itself as a gateway too, which then means the same as none; for IPv6 it refuses that.
 */
function route(network: Network, index: number): NetlinkMessage {
  const { ipVersion, gateway } = network;
  const prefix = maskHostBits(addressBytes(network.remoteAddress, ipVersion), network.remotePrefixLength);
  const scope = ipVersion === 4 && gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const header = Uint8Array.of(
    ...[familyOf(network), network.remotePrefixLength, 0, 0],
    ...[RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST],
  );
  const attributes = [attribute(RTA_DST, prefix), attribute(RTA_OIF, uint32(index))];
  if (gateway !== undefined) attributes.push(attribute(RTA_GATEWAY, addressBytes(gateway, ipVersion)));
  return {
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: concatBytes([header, uint32(0), ...attributes]),
  };
}

/** The kernel refuses a prefix with bits behind its length. */
export function maskHostBits(bytes: Uint8Array, prefixLength: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(prefixLength - index * 8, 0), 8)) & 0xff);
}

/** A kernel thread enters the route that makes an IPv6 address local; packets that come before it are lost. */
function awaitLocalRoute(netlink: NetlinkSocket, network: Network): void {
  const destination = addressBytes(network.localAddress, network.ipVersion);
  const header = Uint8Array.of(AF_INET6, destination.length * 8, 0, 0, 0, 0, 0, 0);
  const question: NetlinkMessage = {
    type: RTM_GETROUTE,
    flags: 0,
    body: concatBytes([header, uint32(0), attribute(RTA_DST, destination)]),
  };
  const pause = newTimespec();
  for (let waitedNs = 0; waitedNs < LOCAL_ROUTE_WITHIN_NS; waitedNs += LOCAL_ROUTE_POLL_NS) {
    const answer = netlink.ask(question);
    if (typeof answer !== 'number' && answer.body[RTM_TYPE_AT] === RTN_LOCAL) return;
    pause[2] = LOCAL_ROUTE_POLL_NS;
    libc.ppoll(null, 0, pause, null);
  }
  throw new HostError('system-call', `${network.localAddress} did not become a local address`);
}

function familyOf(network: Network): number {
  return network.ipVersion === 4 ? AF_INET : AF_INET6;
}
