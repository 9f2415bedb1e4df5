/**
 * The TUN device: what is written to it arrives in the kernel under test as received from the wire, IP header included.
 *
 * Ordinarily it has neither offloads nor a virtio header, so every segment leaves on its own and with whole checksums.
 * With `superSegments` it has those that an Ethernet card has: what the kernel sends at once is one packet, and the
 * checksums of TCP and UDP are those of the pseudo header only.
 */
import type { Network } from '../../timeline/timeline';
import { viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import {
  EACCES,
  EMSGSIZE,
  ENODEV,
  ENOENT,
  EPERM,
  IFF_NO_PI,
  IFF_TUN,
  IFF_VNET_HDR,
  IPPROTO_TCP,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  TUN_F_CSUM,
  TUN_F_TSO4,
  TUN_F_TSO6,
  TUN_F_TSO_ECN,
  TUNSETIFF,
  TUNSETOFFLOAD,
  TUNSETPERSIST,
} from './constants';
import { errnoName } from './errno';
import type { HarnessLink } from './harness-link';
import { libc } from './libc';
import { DEVICE } from './link';
import { DeviceBatch, OneByOne, type PacketBatch } from './packet-batch';

export const TUN_DEVICE = '/dev/net/tun';
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_AT = 16;

/** struct virtio_net_hdr: flags, gso_type, then hdr_len, gso_size, csum_start and csum_offset in two bytes each. */
const VNET_HEADER_BYTES = 10;
const VNET_GSO_TYPE_AT = 1;
const VNET_GSO_SIZE_AT = 4;
const VIRTIO_NET_HDR_GSO_NONE = 0;
const VIRTIO_NET_HDR_GSO_TCPV4 = 1;
const VIRTIO_NET_HDR_GSO_TCPV6 = 4;
/** IPv6, without a jumbo payload. */
const LARGEST_PACKET = 65_575;
const IPV4_PROTOCOL_AT = 9;
const IPV6_NEXT_HEADER_AT = 6;

export class Tun implements HarnessLink {
  readonly deliversLater = false;
  readonly side = 'tested';
  readonly arrivesAt: number;
  readonly leavesBy: number;
  readonly #fd: number;
  readonly #gsoSize: number;
  /** A virtio header, and room for the packet; undefined without `superSegments`. */
  readonly #framed: Uint8Array | undefined;
  /** At least one byte of the packet must be read, or the device counts it as dropped. */
  readonly #scratch = new Uint8Array(VNET_HEADER_BYTES + 8);

  /**
   * Makes the device in the present network.
   * @throws HostError `no-tun` or `no-permission`
   */
  constructor({ superSegments, gsoSize = 0 }: Pick<Network, 'superSegments' | 'gsoSize'>) {
    this.#fd = openDevice();
    this.#gsoSize = gsoSize;
    // The size of segments is told in the virtio header.
    const isFramed = superSegments || gsoSize > 0;
    this.#framed = isFramed ? new Uint8Array(VNET_HEADER_BYTES + LARGEST_PACKET) : undefined;
    try {
      this.#attach(IFF_TUN | IFF_NO_PI | (isFramed ? IFF_VNET_HDR : 0));
      if (superSegments) this.#offload();
    } catch (error) {
      libc.close(this.#fd);
      throw error;
    }
    this.arrivesAt = libc.ifNameToIndex(DEVICE);
    this.leavesBy = this.arrivesAt;
  }

  /** It is ready as soon as it is up. */
  awaitReady(): void {}

  /** @returns zero or more, or minus the errno */
  write(packet: Uint8Array): number {
    if (this.#framed === undefined) return libc.write(this.#fd, packet, packet.length);
    if (packet.length > LARGEST_PACKET) return -EMSGSIZE;
    const gsoType = this.#gsoSize === 0 ? VIRTIO_NET_HDR_GSO_NONE : gsoTypeOf(packet);
    const gsoSize = gsoType === VIRTIO_NET_HDR_GSO_NONE ? 0 : this.#gsoSize;
    this.#framed[VNET_GSO_TYPE_AT] = gsoType;
    viewOf(this.#framed).setUint16(VNET_GSO_SIZE_AT, gsoSize, true);
    this.#framed.set(packet, VNET_HEADER_BYTES);
    return libc.write(this.#fd, this.#framed, VNET_HEADER_BYTES + packet.length);
  }

  openBatch(): PacketBatch {
    // A virtio header stands before each packet, in memory of its own.
    const many = this.#framed === undefined ? DeviceBatch.open(this.#fd) : undefined;
    return (
      many ??
      new OneByOne(
        (packet) => this.write(packet),
        () => this.#discard(),
      )
    );
  }

  /** Takes one packet of the kernel's from the queue of the device, which drops packets when it is full. */
  discardOne(): void {
    this.#discard();
  }

  /**
   * Lets go of the device. It stays until its network vanishes, which the kernel then does in the background: taking
   * it away here would block for an RCU grace period.
   */
  close(): void {
    libc.ioctlValue(this.#fd, TUNSETPERSIST, 1);
    libc.close(this.#fd);
  }

  #discard(): number {
    return libc.read(this.#fd, this.#scratch, this.#scratch.length);
  }

  #attach(flags: number): void {
    const request = new Uint8Array(IFREQ_BYTES);
    new TextEncoder().encodeInto(DEVICE, request);
    viewOf(request).setUint16(IFREQ_FLAGS_AT, flags, true);
    const result = libc.ioctl(this.#fd, TUNSETIFF, request);
    if (result >= 0) return;
    const code = result === -EPERM ? 'no-permission' : 'no-tun';
    throw new HostError(code, `ioctl(TUNSETIFF): ${errnoName(result)}`, 'making a TUN device needs CAP_NET_ADMIN');
  }

  #offload(): void {
    const offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    const result = libc.ioctlValue(this.#fd, TUNSETOFFLOAD, offloads);
    if (result < 0) throw new HostError('no-tun', `ioctl(TUNSETOFFLOAD): ${errnoName(result)}`);
  }
}

/** Only TCP can be segmented. A packet that is not longer than a segment is none to the kernel, whatever is claimed. */
function gsoTypeOf(packet: Uint8Array): number {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet[IPV4_PROTOCOL_AT] === IPPROTO_TCP) return VIRTIO_NET_HDR_GSO_TCPV4;
  if (version === 6 && packet[IPV6_NEXT_HEADER_AT] === IPPROTO_TCP) return VIRTIO_NET_HDR_GSO_TCPV6;
  return VIRTIO_NET_HDR_GSO_NONE;
}

function openDevice(): number {
  const fd = libc.open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0) return fd;
  const { code, hint } = explainOpenFailure(fd);
  throw new HostError(code, `open(${TUN_DEVICE}): ${errnoName(fd)}`, hint);
}

/** Why the device cannot be opened, and what to do about it. @param result minus the errno */
export function explainOpenFailure(result: number): {
  readonly code: 'no-tun' | 'no-permission';
  readonly hint: string;
} {
  if (result === -ENOENT || result === -ENODEV) {
    return {
      code: 'no-tun',
      hint: `the kernel has no TUN driver loaded: as root, \`modprobe tun\`; a container needs \`--device ${TUN_DEVICE}\``,
    };
  }
  if (result === -EACCES || result === -EPERM) {
    return { code: 'no-permission', hint: `run as root, or as root once: chmod 0666 ${TUN_DEVICE}` };
  }
  return { code: 'no-tun', hint: `${TUN_DEVICE} cannot be used` };
}
