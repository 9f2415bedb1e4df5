/**
 * The packet socket on the TUN device: every frame in both directions, with the kernel's own time stamp.
 * Deliberately absent: sending.
 */
import type { Ns } from '../../base/nanoseconds';
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
import { closeInBackground, libc, succeed } from './libc';
import { keepStampsOn } from './packet-stamps';
import { StampedReceiver } from './stamped-receiver';

const RECEIVE_BUFFER_BYTES = 32 * 1024 * 1024;
/** The largest IPv6 packet without a jumbo payload; super-segments are no longer. */
const LARGEST_FRAME = 65_575;
const ADDRESS_BYTES = 20;
const PACKET_TYPE_AT = 10;

export class PacketSocket {
  readonly fd: number;
  readonly #clock: RunClock;
  readonly #receiver: StampedReceiver;
  readonly #statistics = new Uint32Array(2);
  #lastEmptyNs: Ns;

  /** @throws HostError `no-packet-socket` */
  constructor(clock: RunClock, interfaceIndex: number) {
    this.#clock = clock;
    keepStampsOn();
    this.fd = openPacketSocket();
    this.#receiver = new StampedReceiver(this.fd, LARGEST_FRAME);
    this.#configure(interfaceIndex);
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
      frames.push(this.#takeFrame(length, this.#clock.now()));
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

  #takeFrame(length: number, nowNs: Ns): LinkFrame {
    const { address, bytes, stampSeconds, stampNs } = this.#receiver;
    return {
      direction: address[PACKET_TYPE_AT] === PACKET_OUTGOING ? 'out' : 'in',
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
