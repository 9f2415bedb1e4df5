/**
 * A pair of virtual Ethernet cards (veth) between two networks: the kernel under test has one end, the harness the
 * other.
 *
 * The harness's kernel sends, but answers nothing, without a rule of a firewall: what the kernel under test sends is
 * addressed to its own card (IFF_NOARP gives every neighbour the device's own hardware address), so at the harness's end
 * it is a frame for somebody else, which a kernel drops before it looks at IP (PACKET_OTHERHOST in `ip_rcv_core` and
 * `ip6_rcv_core`). The same flag keeps ARP, neighbour discovery and multicast reports off the link.
 */
import type { Network } from '../../timeline/timeline';
import { addressBytes } from '../../wire/address';
import { HostError } from '../host';
import { EOPNOTSUPP, IFF_NOARP, IFF_UP } from './constants';
import { errnoName } from './errno';
import { libc, zeroTerminated } from './libc';
import { DEVICE, endOfLink } from './link';
import { attribute, NETLINK_ROUTE, NetlinkSocket, uint32 } from './netlink';
import {
  carryOut,
  changeLink,
  getLink,
  IFLA_ADDRESS,
  IFLA_IFNAME,
  IFLA_NET_NS_FD,
  isOperational,
  type LinkStep,
  LOOPBACK_INDEX,
  newNeighbour,
  newRoute,
  newVethPair,
  pollUntil,
} from './rtnetlink';

/** The harness's end. */
const HARNESS_DEVICE = 'harness0';
/** Administered locally; the same in every run, and so in every trace. */
const HARDWARE_ADDRESS = Uint8Array.of(0x02, 0, 0, 0, 0, 0x01);
const HARNESS_HARDWARE_ADDRESS = Uint8Array.of(0x02, 0, 0, 0, 0, 0x02);

export class VethPair {
  readonly #netlink = new NetlinkSocket(NETLINK_ROUTE);
  readonly #harnessIndex: number;

  /**
   * Makes the pair, with the harness's end in the network of the calling thread: it is up, has no address, and a route
   * to the kernel under test alone. The other end is still down.
   *
   * @param testedFd the network of the kernel under test
   * @throws HostError `no-raw-socket` when this kernel has no veth
   */
  constructor(network: Network, testedFd: number) {
    try {
      makePair(this.#netlink, testedFd);
      this.#harnessIndex = libc.ifNameToIndex(HARNESS_DEVICE);
      carryOut(this.#netlink, harnessSteps(network, this.#harnessIndex));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Call this when the other end is up. The harness's end was up first, and hears of its neighbour from a kernel thread
   * (net/core/link_watch.c): until then it drops what it is to send.
   * @throws HostError `system-call`
   */
  awaitCarrier(): void {
    if (pollUntil(this.#netlink, getLink(this.#harnessIndex), isOperational)) return;
    throw new HostError('system-call', `${HARNESS_DEVICE} did not get a carrier`);
  }

  /** Lets go of what the set-up needed. The pair lives as long as both networks. */
  close(): void {
    this.#netlink.close();
  }
}

function makePair(netlink: NetlinkSocket, testedFd: number): void {
  const named = (name: string) => attribute(IFLA_IFNAME, zeroTerminated(name));
  const own = [named(HARNESS_DEVICE), attribute(IFLA_ADDRESS, HARNESS_HARDWARE_ADDRESS)];
  const tested = [
    named(DEVICE),
    attribute(IFLA_ADDRESS, HARDWARE_ADDRESS),
    attribute(IFLA_NET_NS_FD, uint32(testedFd)),
  ];
  const [result = 0] = netlink.request([newVethPair([own, tested])]);
  if (result >= 0) return;
  const hint =
    result === -EOPNOTSUPP
      ? 'the kernel has no veth driver loaded: as root, `modprobe veth`; or use the other link: `link: tun`'
      : 'use the other link: `link: tun`';
  throw new HostError('no-raw-socket', `making a veth pair: ${errnoName(result)}`, hint);
}

function harnessSteps({ ipVersion: version, localAddress, mtu }: Network, index: number): readonly LinkStep[] {
  const bytes = addressBytes(localAddress, version);
  return [
    // IPv6 sends nothing from a host without any address: that of lo will do, though no packet bears it.
    { what: "raising the harness's lo", message: changeLink(LOOPBACK_INDEX, IFF_UP) },
    { what: `setting mtu ${mtu} of ${HARNESS_DEVICE}`, message: changeLink(index, 0, endOfLink(mtu)) },
    { what: `raising ${HARNESS_DEVICE}`, message: changeLink(index, IFF_UP | IFF_NOARP) },
    { what: `route to ${localAddress}`, message: newRoute(index, { version, bytes, length: bytes.length * 8 }) },
    { what: `neighbour ${localAddress}`, message: newNeighbour(index, version, bytes, HARDWARE_ADDRESS) },
  ];
}
