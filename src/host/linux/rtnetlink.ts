/** The messages by which interfaces, addresses, routes and neighbours are set up (rtnetlink(7)), and their sending. */
import { NS_PER_S } from '../../base/nanoseconds';
import type { IpVersion } from '../../wire/wire';
import { concatBytes, viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { AF_INET, AF_INET6, AF_UNSPEC, EEXIST } from './constants';
import { errnoName } from './errno';
import { pause } from './libc';
import {
  attribute,
  findAttribute,
  type NetlinkMessage,
  type NetlinkSocket,
  NLM_F_CREATE,
  NLM_F_EXCL,
  uint32,
} from './netlink';

export const LOOPBACK_INDEX = 1;
/** struct ifinfomsg. */
export const LINK_HEADER_BYTES = 16;

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTM_NEWNEIGH = 28;

export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_TXQLEN = 13;
const IFLA_OPERSTATE = 16;
const IF_OPER_UP = 6;
const IFLA_LINKINFO = 18;
const IFLA_AF_SPEC = 26;
export const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
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

const NDA_DST = 1;
const NDA_LLADDR = 2;
const NUD_PERMANENT = 0x80;

const CREATE = NLM_F_CREATE | NLM_F_EXCL;

const POLLED_FOR_NS = NS_PER_S;
const POLL_NS = 50_000;

/** One thing to set up, and how an error names it. */
export interface LinkStep {
  readonly what: string;
  readonly message: NetlinkMessage;
}

/**
 * Asks again and again, for at most a second, until the answer is the right one.
 * @returns whether it came to be
 */
export function pollUntil(
  netlink: NetlinkSocket,
  question: NetlinkMessage,
  isRight: (answer: NetlinkMessage) => boolean,
): boolean {
  for (let waitedNs = 0; waitedNs < POLLED_FOR_NS; waitedNs += POLL_NS) {
    const answer = netlink.ask(question);
    if (typeof answer !== 'number' && isRight(answer)) return true;
    pause(POLL_NS);
  }
  return false;
}

/** @throws HostError when the kernel refuses a step that is not done already */
export function carryOut(netlink: NetlinkSocket, steps: readonly LinkStep[]): void {
  const results = netlink.request(steps.map(({ message }) => message));
  for (const [index, { what }] of steps.entries()) {
    const result = results[index] ?? 0;
    if (result < 0 && result !== -EEXIST) throw new HostError('system-call', `${what}: ${errnoName(result)}`);
  }
}

/** An address with the length of a prefix. */
export interface Prefix {
  readonly version: IpVersion;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Changes an interface: raises flags, sets attributes. */
export function changeLink(index: number, flagsUp: number, attributes: readonly Uint8Array[] = []): NetlinkMessage {
  return { type: RTM_NEWLINK, flags: 0, body: concatBytes([linkHeader(index, flagsUp), ...attributes]) };
}

/** Makes a pair of virtual Ethernet cards. @param ends attributes of each */
export function newVethPair(ends: readonly [readonly Uint8Array[], readonly Uint8Array[]]): NetlinkMessage {
  const [own, peer] = ends;
  const peerData = attribute(VETH_INFO_PEER, concatBytes([linkHeader(0, 0), ...peer]));
  const kind = attribute(IFLA_INFO_KIND, new TextEncoder().encode('veth'));
  const info = attribute(IFLA_LINKINFO, concatBytes([kind, attribute(IFLA_INFO_DATA, peerData)]));
  return { type: RTM_NEWLINK, flags: CREATE, body: concatBytes([linkHeader(0, 0), ...own, info]) };
}

/** Asks for an interface. */
export function getLink(index: number): NetlinkMessage {
  return { type: RTM_GETLINK, flags: 0, body: linkHeader(index, 0) };
}

/** Whether the interface of an answer to `getLink` sends: it may be up and not do so yet. */
export function isOperational({ body }: NetlinkMessage): boolean {
  return findAttribute(body, LINK_HEADER_BYTES, IFLA_OPERSTATE)?.[0] === IF_OPER_UP;
}

/** Without a link-local address the kernel solicits no routers. */
export function noLinkLocalAddress(): Uint8Array {
  const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE));
  return attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode));
}

export function newAddress(index: number, { version, bytes, length }: Prefix): NetlinkMessage {
  const header = Uint8Array.of(familyOf(version), length, 0, RT_SCOPE_UNIVERSE);
  // Duplicate address detection would keep an IPv6 address from being used for a while.
  const flags = version === 6 ? [attribute(IFA_FLAGS, uint32(IFA_F_NODAD))] : [];
  const attributes = [attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes), ...flags];
  return { type: RTM_NEWADDR, flags: CREATE, body: concatBytes([header, uint32(index), ...attributes]) };
}

/** A route to the device itself, or through a gateway behind it. */
export function newRoute(index: number, prefix: Prefix, gateway?: Uint8Array): NetlinkMessage {
  const { version, length } = prefix;
  const scope = version === 4 && gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const header = Uint8Array.of(
    ...[familyOf(version), length, 0, 0],
    ...[RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST],
  );
  const destination = attribute(RTA_DST, maskHostBits(prefix.bytes, length));
  const attributes = [destination, attribute(RTA_OIF, uint32(index))];
  if (gateway !== undefined) attributes.push(attribute(RTA_GATEWAY, gateway));
  return { type: RTM_NEWROUTE, flags: CREATE, body: concatBytes([header, uint32(0), ...attributes]) };
}

/** Asks by which route an address is reached. */
export function getRoute(version: IpVersion, address: Uint8Array): NetlinkMessage {
  const header = Uint8Array.of(familyOf(version), address.length * 8, 0, 0, 0, 0, 0, 0);
  return { type: RTM_GETROUTE, flags: 0, body: concatBytes([header, uint32(0), attribute(RTA_DST, address)]) };
}

/** The hardware address of a neighbour, for good: it is never asked for. */
export function newNeighbour(
  index: number,
  version: IpVersion,
  address: Uint8Array,
  hardware: Uint8Array,
): NetlinkMessage {
  const header = new Uint8Array(12);
  const view = viewOf(header);
  view.setUint8(0, familyOf(version));
  view.setInt32(4, index, true);
  view.setUint16(8, NUD_PERMANENT, true);
  const attributes = [attribute(NDA_DST, address), attribute(NDA_LLADDR, hardware)];
  return { type: RTM_NEWNEIGH, flags: CREATE, body: concatBytes([header, ...attributes]) };
}

/** The kernel refuses a prefix with bits behind its length. */
export function maskHostBits(bytes: Uint8Array, prefixLength: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(prefixLength - index * 8, 0), 8)) & 0xff);
}

/** struct ifinfomsg; what is raised may not be lowered by it. */
function linkHeader(index: number, flagsUp: number): Uint8Array {
  const header = new Uint8Array(LINK_HEADER_BYTES);
  const view = viewOf(header);
  view.setUint8(0, AF_UNSPEC);
  view.setInt32(4, index, true);
  view.setUint32(8, flagsUp, true);
  view.setUint32(12, flagsUp, true);
  return header;
}

function familyOf(version: IpVersion): number {
  return version === 4 ? AF_INET : AF_INET6;
}
