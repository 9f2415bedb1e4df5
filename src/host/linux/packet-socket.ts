/**
 * The packet socket on the link: every frame in both directions, with the kernel's own time stamp.
 * Deliberately absent: sending.
 */
import type { Ns } from '../../base/nanoseconds';
import { viewOf } from '../../wire/bytes';
import type { LinkFrame } from '../host';
import { HostError } from '../host';
import type { RunClock } from './clock';
import {
  AF_PACKET,
  EAGAIN,
  EINTR,
  EPERM,
  ETH_P_ALL,
  PACKET_OUTGOING,
  PACKET_STATISTICS,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_PACKET,
  SOL_SOCKET,
} from './constants';
import { errnoName } from './errno';
import type { Tap } from './harness-link';
import { closeInBackground, libc, succeed } from './libc';
import { keepStampsOn } from './packet-stamps';
import { StampedReceiver } from './stamped-receiver';

const RECEIVE_BUFFER_BYTES = 32 * 1024 * 1024;
/** The largest IPv6 packet without a jumbo payload; super-segments are no longer. */
const LARGEST_FRAME = 65_575;
const ADDRESS_BYTES = 20;
const INTERFACE_AT = 4;
const PACKET_TYPE_AT = 10;
/** bind() to this one receives from all. */
const ANY_INTERFACE = 0;

export class PacketSocket {
  readonly fd: number;
  readonly #clock: RunClock;
  readonly #tap: Tap;
  readonly #receiver: StampedReceiver;
  readonly #statistics = new Uint32Array(2);
  #lastEmptyNs: Ns;

  /** @throws HostError `no-packet-socket` */
  constructor(clock: RunClock, { arrivesAt, leavesBy }: Tap) {
    this.#clock = clock;
    this.#tap = { arrivesAt, leavesBy };
    keepStampsOn();
    this.fd = openPacketSocket();
    this.#receiver = new StampedReceiver(this.fd, LARGEST_FRAME);
    this.#configure(arrivesAt === leavesBy ? arrivesAt : ANY_INTERFACE);
    this.#lastEmptyNs = clock.now();
  }

  /** Time zero has moved. */
  restart(): void {
    this.#lastEmptyNs = Number.NEGATIVE_INFINITY;
  }

  /**
   * All frames that have come since the last time, oldest first.
   * @throws HostError `frames-lost`
   */
  receive(): readonly LinkFrame[] {
    const frames: LinkFrame[] = [];
    for (;;) {
      const askedNs = this.#clock.now();
      const length = this.#receiver.receive();
      if (length === -EINTR) continue;
      if (length === -EAGAIN) {
        this.#lastEmptyNs = askedNs;
        break;
      }
      succeed('recvmsg(packet socket)', length);
      if (frames.length === 0) this.#clock.refreshOffset();
      const direction = this.#directionOf(this.#receiver.address);
      if (direction !== undefined) frames.push(this.#takeFrame(direction, length, this.#clock.now()));
    }
    if (frames.length > 0) this.#refuseLoss();
    return frames;
  }

  /** The kernel waits for an RCU grace period, which must not hold up the next run. */
  close(): void {
    closeInBackground(this.fd);
  }

  #configure(interfaceIndex: number): void {
    const size = Int32Array.of(RECEIVE_BUFFER_BYTES);
    const forced = libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
    // An ordinary user gets as much as net.core.rmem_max allows.
    if (forced < 0) libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
    address.setUint16(0, AF_PACKET, true);
    address.setUint16(2, ETH_P_ALL, false);
    address.setInt32(4, interfaceIndex, true);
    succeed('bind(packet socket)', libc.bind(this.fd, address, ADDRESS_BYTES));
  }

  /** Undefined for a frame that is not the link's: one that leaves where the harness's arrive, or the other way. */
  #directionOf(address: Uint8Array): LinkFrame['direction'] | undefined {
    const isOut = address[PACKET_TYPE_AT] === PACKET_OUTGOING;
    const { arrivesAt, leavesBy } = this.#tap;
    if (viewOf(address).getInt32(INTERFACE_AT, true) !== (isOut ? leavesBy : arrivesAt)) return undefined;
    return isOut ? 'out' : 'in';
  }

  #takeFrame(direction: LinkFrame['direction'], length: number, nowNs: Ns): LinkFrame {
    const { bytes, stampSeconds, stampNs } = this.#receiver;
    return {
      direction,
      atNs: this.#clock.fromRealtime(stampSeconds, stampNs, this.#lastEmptyNs, nowNs),
      bytes: bytes.slice(0, length),
    };
  }

  #refuseLoss(): void {
    const length = Uint32Array.of(this.#statistics.byteLength);
    libc.getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, this.#statistics, length);
    const dropped = this.#statistics[1] ?? 0;
    if (dropped === 0) return;
    throw new HostError(
      'frames-lost',
      `${dropped} frames did not fit into the capture buffer`,
      'more frames were waiting than fit: as root the buffer is larger, and so it is with a larger net.core.rmem_max',
    );
  }
}

function openPacketSocket(): number {
  // Protocol 0: nothing is received before bind() names the interface.
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const hint = fd === -EPERM ? 'it needs CAP_NET_RAW' : 'the kernel needs CONFIG_PACKET: as root, `modprobe af_packet`';
  throw new HostError('no-packet-socket', `socket(AF_PACKET): ${errnoName(fd)}`, hint);
}
