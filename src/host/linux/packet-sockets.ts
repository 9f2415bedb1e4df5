/** What sockets of AF_PACKET have in common: packet(7). */
import { HostError } from '../host';
import { AF_PACKET, EPERM, ETH_P_ALL, PACKET_STATISTICS, SOCK_CLOEXEC, SOCK_DGRAM, SOL_PACKET } from './constants';
import { errnoName } from './errno';
import { libc, succeed } from './libc';

/** struct sockaddr_ll. */
const ADDRESS_BYTES = 20;
const PROTOCOL_AT = 2;
const INTERFACE_AT = 4;
/** struct tpacket_stats: packets and, among them, drops. */
const STATISTICS_BYTES = 8;

/** A socket that receives nothing before it is bound. @throws HostError `no-packet-socket` */
export function openPacketSocket(): number {
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const hint = fd === -EPERM ? 'it needs CAP_NET_RAW' : 'the kernel needs CONFIG_PACKET: as root, `modprobe af_packet`';
  throw new HostError('no-packet-socket', `socket(AF_PACKET): ${errnoName(fd)}`, hint);
}

/** It receives from an interface, or from all: 0. @throws HostError */
export function bindPacketSocket(fd: number, interfaceIndex: number): void {
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(PROTOCOL_AT, ETH_P_ALL, false);
  address.setInt32(INTERFACE_AT, interfaceIndex, true);
  succeed('bind(packet socket)', libc.bind(fd, address, ADDRESS_BYTES));
}

/** How many packets the socket's filter has let through since the last question, and how many had no room in it. */
export function takeStatistics(fd: number): { readonly packets: number; readonly dropped: number } {
  const statistics = new Uint32Array(STATISTICS_BYTES / 4);
  libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics, Uint32Array.of(STATISTICS_BYTES));
  const [packets = 0, dropped = 0] = statistics;
  return { packets, dropped };
}
