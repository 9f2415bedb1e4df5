/** The raw link: the harness sends with a raw socket, from a network of its own, over a pair of Ethernet cards. */
import type { Network } from '../../timeline/timeline';
import type { HarnessLink } from './harness-link';
import { libc } from './libc';
import { DEVICE } from './link';
import { inFurtherNetwork } from './namespace';
import { switchOffloadsOff } from './offloads';
import type { PacketBatch } from './packet-batch';
import { RawSender } from './raw-sender';
import { VethPair } from './veth';

export class RawLink implements HarnessLink {
  readonly deliversLater = true;
  readonly side = 'tested';
  readonly arrivesAt: number;
  readonly leavesBy: number;
  readonly #pair: VethPair;
  readonly #sender: RawSender;

  /** @throws HostError */
  constructor(network: Network) {
    // The harness's network lives as long as the socket that was made in it.
    const { pair, sender } = inFurtherNetwork((testedFd) => openHarnessEnd(network, testedFd));
    this.#pair = pair;
    this.#sender = sender;
    this.arrivesAt = libc.ifNameToIndex(DEVICE);
    this.leavesBy = this.arrivesAt;
    try {
      // With them, it does by itself what `superSegments` is about.
      if (!network.superSegments) switchOffloadsOff(DEVICE);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  awaitReady(): void {
    this.#pair.awaitCarrier();
  }

  write(packet: Uint8Array): number {
    return this.#sender.send(packet);
  }

  openBatch(): PacketBatch {
    return this.#sender.openBatch();
  }

  /** The harness's kernel has dropped it already. */
  discardOne(): void {}

  close(): void {
    this.#pair.close();
    this.#sender.close();
  }
}

function openHarnessEnd(network: Network, testedFd: number): { readonly pair: VethPair; readonly sender: RawSender } {
  const pair = new VethPair(network, testedFd);
  try {
    return { pair, sender: new RawSender(network.ipVersion, network.localAddress) };
  } catch (error) {
    pair.close();
    throw error;
  }
}
