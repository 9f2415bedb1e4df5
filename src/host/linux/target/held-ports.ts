/**
 * The ports of this host that a run's segments come from, held so that this host's kernel is silent about them.
 *
 * A listening socket on each port takes what the target sends there, and drops it (`tcp_filter` in `tcp_v4_rcv` and
 * `tcp_v6_rcv`, before any answer): neither a RST nor anything else leaves. Packet sockets see it all the same. Nothing of
 * this host is changed, nobody else can get one of the ports meanwhile, and it ends with the process, however that ends.
 */
import { NS_PER_MS } from '../../../base/nanoseconds';
import type { HarnessPort } from '../../../timeline/timeline';
import type { IpVersion } from '../../../wire/wire';
import { HostError } from '../../host';
import { attachFilter, DROP_ALL } from '../bpf';
import { AF_INET, AF_INET6, EADDRINUSE, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_STREAM, SYSTEM_CALLS } from '../constants';
import { errnoName } from '../errno';
import { libc, pause, succeed } from '../libc';
import { encodeSocketAddress } from '../socket-address';

/** After a killed run, its ports are reserved while what it left on the target is ended (`abandoned.ts`). */
const FREED_WITHIN_MS = 3_000;
const POLL_MS = 20;

export class HeldPorts {
  readonly #sockets: number[] = [];
  readonly #deadlineMs = performance.now() + FREED_WITHIN_MS;

  /**
   * @param address of this host, in the network of the calling thread
   * @throws HostError `port-taken` when somebody has one of them; then none is held
   */
  constructor(version: IpVersion, address: string, ports: readonly HarnessPort[]) {
    try {
      for (const port of ports) this.#hold(version, address, port);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const fd of this.#sockets.splice(0)) libc.close(fd);
  }

  #hold(version: IpVersion, address: string, { protocol, port }: HarnessPort): void {
    const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
    const fd = succeed('socket()', libc.socket(version === 4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0));
    this.#sockets.push(fd);
    attachFilter(fd, DROP_ALL);
    refuse(protocol, address, port, this.#bind(fd, nameOf(version, address, port)));
    if (protocol === 'tcp') refuse(protocol, address, port, libc.syscall(SYSTEM_CALLS.listen, fd, 1, 0, 0, 0, 0));
  }

  #bind(fd: number, name: Uint8Array): number {
    for (;;) {
      const result = libc.bind(fd, name, name.length);
      if (result !== -EADDRINUSE || performance.now() >= this.#deadlineMs) return result;
      pause(POLL_MS * NS_PER_MS);
    }
  }
}

/**
 * Keeps everybody else from a TCP port for as long as this process lives; this host's kernel goes on answering with RSTs.
 * @returns whether it was free
 */
export function reservePort(version: IpVersion, address: string, port: number): boolean {
  const fd = libc.socket(version === 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const name = nameOf(version, address, port);
  if (fd >= 0 && libc.bind(fd, name, name.length) >= 0) return true;
  libc.close(fd);
  return false;
}

function nameOf(version: IpVersion, address: string, port: number): Uint8Array {
  return encodeSocketAddress({ family: version === 4 ? 'ipv4' : 'ipv6', address, port });
}

function refuse(protocol: string, address: string, port: number, result: number): void {
  if (result >= 0) return;
  const hint =
    result === -EADDRINUSE
      ? 'somebody uses it: give the connection another `remote_port`, or try again when that has ended'
      : undefined;
  throw new HostError('port-taken', `${protocol} port ${port} of ${address}: ${errnoName(result)}`, hint);
}
