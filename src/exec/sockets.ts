/** The harness's sockets by name, and the addresses that `...` stands for. */
import type { SocketAddress } from '../host/host';
import type { CallArgument } from '../spec/model';
import type { Connection, Timeline } from '../timeline/timeline';

/** A value, or why there is none. */
export type Resolved<T> = { readonly value: T } | { readonly problem: string };

const AF_INET = 2;
const AF_INET6 = 10;

export class SocketTable {
  readonly #timeline: Timeline;
  readonly #descriptors = new Map<string, number>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A call made this socket. */
  bindName(name: string, fd: number): void {
    this.#descriptors.set(name, fd);
  }

  descriptor(name: string): Resolved<number> {
    const fd = this.#descriptors.get(name);
    return fd === undefined
      ? { problem: `there is no socket \`${name}\`: the call that makes it has not succeeded` }
      : { value: fd };
  }

  descriptorOf(argument: CallArgument | undefined): Resolved<number> {
    if (argument?.kind === 'socket') return this.descriptor(argument.name);
    if (argument?.kind === 'integer') return { value: argument.value };
    return { problem: 'a socket is wanted as the first argument' };
  }

  /** AF_INET6 also for IPv4-mapped addresses. */
  domain(): number {
    return this.#timeline.variant.ip === 'ipv4' ? AF_INET : AF_INET6;
  }

  /** What bind() gets: the address of the private network's device. */
  localAddress(): SocketAddress {
    return this.#address(this.#timeline.network.localAddress, this.#timeline.localPort);
  }

  /** What connect() gets: the other side of the step's connection. */
  remoteAddress(connection: Connection | undefined): Resolved<SocketAddress> {
    if (connection === undefined) return { problem: 'the step has no connection whose address could be used' };
    return { value: this.#address(connection.remoteAddress, connection.remotePort) };
  }

  #address(address: string, port: number): SocketAddress {
    switch (this.#timeline.variant.ip) {
      case 'ipv4':
        return { family: 'ipv4', address, port };
      case 'ipv6':
        return { family: 'ipv6', address, port };
      case 'ipv4-mapped':
        return { family: 'ipv6', address: `::ffff:${address}`, port };
    }
  }
}
