/** The harness's sockets by name, and the addresses that `...` stands for. */
import type { SocketAddress } from '../host/host';
import { integerOf } from '../spec/arguments';
import type { Call, CallArgument } from '../spec/model';
import type { Connection, Timeline } from '../timeline/timeline';
import type { CallOutcome } from '../trace/trace';
import { namesBoundBy } from './calls/names';

/** A value, or why there is none. */
export type Resolved<T> = { readonly value: T } | { readonly problem: string };

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
/** Of a socket's type without its flags (include/linux/net.h SOCK_TYPE_MASK). */
const TYPE_MASK = 0xf;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
/** Types of echo requests (RFC 792, RFC 4443 section 4.1). */
const ECHO = 8;
const ECHO_V6 = 128;

export class SocketTable {
  readonly #timeline: Timeline;
  /** By name, the newest last: accept() may give a script's number that is open, which hides the older one. */
  readonly #descriptors = new Map<string, number[]>();
  readonly #open = new Set<number>();
  readonly #echoRequests = new Map<string, number>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A call has come back: takes down the names that it gave, if any. */
  learn(call: Call, outcome: CallOutcome): void {
    for (const { name, fd } of namesBoundBy(call, outcome)) {
      this.bindName(name, fd);
      const echo = call.name === 'socket' ? this.#echoRequestFor(call.args) : undefined;
      if (echo !== undefined) this.#echoRequests.set(name, echo);
      else this.#echoRequests.delete(name);
    }
  }

  /** A descriptor has this name from now on. */
  bindName(name: string, fd: number): void {
    const older = (this.#descriptors.get(name) ?? []).filter((one) => this.#open.has(one) && one !== fd);
    this.#descriptors.set(name, [...older, fd]);
    this.#open.add(fd);
  }

  /** Every descriptor that calls have opened and not closed. */
  get open(): readonly number[] {
    return [...this.#open];
  }

  /**
   * The script closed this descriptor. Its name is again that of the one it hid; else it stays: a later call with it
   * gets the kernel's EBADF.
   */
  closed(fd: number): void {
    this.#open.delete(fd);
    for (const known of this.#descriptors.values()) if (known.length > 1 && known.at(-1) === fd) known.pop();
  }

  descriptor(name: string): Resolved<number> {
    const fd = this.#descriptors.get(name)?.at(-1);
    return fd === undefined
      ? { problem: `there is no socket \`${name}\`: the call that makes it has not succeeded` }
      : { value: fd };
  }

  descriptorOf(argument: CallArgument | undefined): Resolved<number> {
    if (argument?.kind === 'socket') return this.descriptor(argument.name);
    if (argument?.kind === 'integer') return { value: argument.value };
    return { problem: 'a socket is wanted as the first argument' };
  }

  /** The ICMP type that a ping socket sends; `undefined` for every other descriptor. */
  echoRequestOf(argument: CallArgument | undefined): number | undefined {
    return argument?.kind === 'socket' ? this.#echoRequests.get(argument.name) : undefined;
  }

  /** The folder of the spec, against which relative paths are meant. */
  folder(): string {
    return this.#timeline.folder;
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

  #echoRequestFor([domain, type, protocol]: Call['args']): number | undefined {
    if (((integerOf(type) ?? 0) & TYPE_MASK) !== SOCK_DGRAM) return undefined;
    const family = integerOf(domain) ?? this.domain();
    if (family === AF_INET && integerOf(protocol) === IPPROTO_ICMP) return ECHO;
    return family === AF_INET6 && integerOf(protocol) === IPPROTO_ICMPV6 ? ECHO_V6 : undefined;
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
