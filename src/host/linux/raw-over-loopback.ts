/**
 * The raw link in one network: the harness sends with a raw socket over `lo`, and what the kernel answers leaves by a
 * TUN device, where it ends. There is no kernel on the other side that could answer.
 */
import type { Network } from '../../timeline/timeline';
import type { HarnessLink } from './harness-link';
import type { PacketBatch } from './packet-batch';
import { RawSender } from './raw-sender';
import { LOOPBACK_INDEX } from './rtnetlink';
import { Tun } from './tun';

export class RawOverLoopback implements HarnessLink {
  readonly deliversLater = true;
  readonly side = 'tested';
  readonly arrivesAt = LOOPBACK_INDEX;
  readonly leavesBy: number;
  readonly #tun: Tun;
  readonly #sender: RawSender;

  /** @throws HostError */
  constructor(network: Network) {
    this.#tun = new Tun(network);
    this.leavesBy = this.#tun.leavesBy;
    try {
      this.#sender = new RawSender(network.ipVersion, network.localAddress);
    } catch (error) {
      this.#tun.close();
      throw error;
    }
  }

  /** Both devices are ready as soon as they are up. */
  awaitReady(): void {}

  write(packet: Uint8Array): number {
    return this.#sender.send(packet);
  }

  openBatch(): PacketBatch {
    const [to, from] = [this.#sender.openBatch(), this.#tun.openBatch()];
    return { write: (packets) => to.write(packets), discardAll: () => from.discardAll(), close: () => from.close() };
  }

  discardOne(): void {
    this.#tun.discardOne();
  }

  close(): void {
    this.#sender.close();
    this.#tun.close();
  }
}
