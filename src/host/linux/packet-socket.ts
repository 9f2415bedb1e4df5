/**
 * The packet socket on the link: every frame in both directions, with the kernel's own time stamp.
 * Deliberately absent: sending.
 */
import type { Ns } from '../../base/nanoseconds';
import type { LinkFrame } from '../host';
import { HostError } from '../host';
import { attachFilter, detachFilter } from './bpf';
import type { RunClock } from './clock';
import {
  EAGAIN,
  EINTR,
  ENETDOWN,
  PACKET_HOST,
  PACKET_OUTGOING,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOL_SOCKET,
} from './constants';
import type { Tap } from './harness-link';
import { closeInBackground, libc, succeed } from './libc';
import { bindPacketSocket, openPacketSocket, takeStatistics } from './packet-sockets';
import { keepStampsOn } from './packet-stamps';
import { StampedReceiver } from './stamped-receiver';

const RECEIVE_BUFFER_BYTES = 32 * 1024 * 1024;
/** The largest IPv6 packet without a jumbo payload; super-segments are no longer. */
const LARGEST_FRAME = 65_575;
const INTERFACE_AT = 4;
const PACKET_TYPE_AT = 10;
/** bind() to this one receives from all. */
const ANY_INTERFACE = 0;

/** What leaves this host goes in, and what is for this host came out; the rest is somebody else's. */
const DIRECTION_HERE: Readonly<Record<number, LinkFrame['direction']>> = {
  [PACKET_OUTGOING]: 'in',
  [PACKET_HOST]: 'out',
};

export class PacketSocket {
  readonly fd: number;
  readonly #clock: RunClock;
  readonly #tap: Tap;
  readonly #receiver: StampedReceiver;
  #lastEmptyNs: Ns;

  /** @throws HostError `no-packet-socket` */
  constructor(clock: RunClock, { side, arrivesAt, leavesBy, filter }: Tap) {
    this.#clock = clock;
    this.#tap = { side, arrivesAt, leavesBy };
    keepStampsOn();
    this.fd = openPacketSocket();
    this.#receiver = new StampedReceiver(this.fd, LARGEST_FRAME);
    this.#enlarge();
    if (filter !== undefined) attachFilter(this.fd, filter);
    bindPacketSocket(this.fd, arrivesAt === leavesBy ? arrivesAt : ANY_INTERFACE);
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
    // A time from before the receiver is asked.
    let askedNs = this.#clock.now();
    for (;;) {
      const length = this.#receiver.receive();
      if (length === -EINTR) continue;
      if (length === -EAGAIN) break;
      if (length === -ENETDOWN) throw new HostError('link-down', 'the device of the link has gone down');
      succeed('recvmsg(packet socket)', length);
      if (frames.length === 0) this.#clock.refreshOffset();
      askedNs = this.#clock.now();
      const direction = this.#directionOf(this.#receiver.address);
      if (direction !== undefined) frames.push(this.#takeFrame(direction, length, askedNs));
    }
    this.#lastEmptyNs = askedNs;
    if (frames.length > 0) this.#refuseLoss();
    return frames;
  }

  /** Gets only what the filter lets through while the action lasts. @throws HostError */
  filtered<T>(filter: Uint8Array, action: () => T): T {
    attachFilter(this.fd, filter);
    try {
      return action();
    } finally {
      detachFilter(this.fd);
    }
  }

  /** The kernel waits for an RCU grace period, which must not hold up the next run. */
  close(): void {
    closeInBackground(this.fd);
  }

  #enlarge(): void {
    const size = Int32Array.of(RECEIVE_BUFFER_BYTES);
    const forced = libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
    // An ordinary user gets as much as net.core.rmem_max allows.
    if (forced < 0) libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size, 4);
  }

  /** Undefined for a frame that is not the link's: one that leaves where the harness's arrive, or the other way. */
  #directionOf(address: DataView): LinkFrame['direction'] | undefined {
    const packetType = address.getUint8(PACKET_TYPE_AT);
    const { side, arrivesAt, leavesBy } = this.#tap;
    if (side === 'harness') return DIRECTION_HERE[packetType];
    const isOut = packetType === PACKET_OUTGOING;
    if (address.getInt32(INTERFACE_AT, true) !== (isOut ? leavesBy : arrivesAt)) return undefined;
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
    const { dropped } = takeStatistics(this.fd);
    if (dropped === 0) return;
    throw new HostError(
      'frames-lost',
      `${dropped} frames did not fit into the capture buffer`,
      'more frames were waiting than fit: as root the buffer is larger, and so it is with a larger net.core.rmem_max',
    );
  }
}
