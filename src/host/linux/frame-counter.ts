/** Counts frames in the kernel, which keeps none of them: a packet socket with a filter and hardly any room. */
import { SO_RCVBUF, SOL_SOCKET } from './constants';
import { attachFilter } from './bpf';
import { closeInBackground, libc } from './libc';
import { bindPacketSocket, openPacketSocket, takeStatistics } from './packet-sockets';

export class FrameCounter {
  readonly #fd: number;
  #count = 0;

  /**
   * @param filter what it lets through is counted
   * @throws HostError `no-packet-socket`
   */
  constructor(interfaceIndex: number, filter: Uint8Array) {
    this.#fd = openPacketSocket();
    // The least that there is; what has no room is counted too.
    libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, Int32Array.of(0), 4);
    attachFilter(this.#fd, filter);
    bindPacketSocket(this.#fd, interfaceIndex);
  }

  /** Since it was made. */
  read(): number {
    this.#count += takeStatistics(this.#fd).packets;
    return this.#count;
  }

  close(): void {
    closeInBackground(this.#fd);
  }
}
