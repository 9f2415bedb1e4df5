/** The raw link: the harness sends with a raw socket, from a network of its own, over a pair of Ethernet cards. */
import type { Network } from '../../timeline/timeline';
import type { HarnessLink } from './harness-link';
import { libc } from './libc';
import { DEVICE } from './link';
import { inFurtherNetwork } from './namespace';
import { switchOffloadsOff } from './offloads';
import { RawSender } from './raw-sender';
import { joinByVeth } from './veth';

export class RawLink implements HarnessLink {
  readonly arrivesAt: number;
  readonly leavesBy: number;
  readonly #sender: RawSender;

  /** @throws HostError */
  constructor(network: Network) {
    // The harness's network lives as long as the socket that was made in it.
    this.#sender = inFurtherNetwork((testedFd) => {
      joinByVeth(network, testedFd);
      return new RawSender(network.ipVersion, network.localAddress);
    });
    this.arrivesAt = libc.ifNameToIndex(DEVICE);
    this.leavesBy = this.arrivesAt;
    try {
      // With them, it does what `superSegments` is about by itself.
      if (!network.superSegments) switchOffloadsOff(DEVICE);
    } catch (error) {
      this.#sender.close();
      throw error;
    }
  }

  write(packet: Uint8Array): number {
    return this.#sender.send(packet);
  }

  /** The harness's kernel has dropped it already. */
  discardOne(): void {}

  close(): void {
    this.#sender.close();
  }
}
