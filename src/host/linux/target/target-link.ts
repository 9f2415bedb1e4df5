/**
 * The link to a host elsewhere: a raw socket sends over the real network, a packet socket on the real device sees both
 * directions, and sockets hold the run's ports so that this host's kernel answers nothing (`held-ports.ts`). All of it
 * is sockets, so nothing can be left behind. Why it is so and not otherwise: docs/decisions/0017-remote-targets.md.
 */
import { present } from '../../../base/assert';
import type { Network } from '../../../timeline/timeline';
import { craftPacket } from '../../../wire/craft';
import { decodePacket } from '../../../wire/packet';
import type { PacketPattern } from '../../../wire/pattern';
import { tcpOf } from '../../../wire/segment';
import { TCP_FLAG } from '../../../wire/wire';
import { HostError, type LinkFrame } from '../../host';
import { EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENOBUFS, ENODEV, EPERM } from '../constants';
import { refuseMerging, requireUp } from '../device-state';
import { errnoName } from '../errno';
import type { Tap } from '../harness-link';
import { libc } from '../libc';
import { NETLINK_ROUTE, NetlinkSocket } from '../netlink';
import { RawSender } from '../raw-sender';
import { HeldPorts } from './held-ports';
import { PROBE_ID, Traffic } from './traffic';

/** Just below the ports that connections get. */
const PROBE_PORT = 20_000;
const ECHO_REQUEST = { 4: 8, 6: 128 } as const;
const PROBE_SEQ = 1_000_000;

/** What a kernel says to a packet that has no way to its target any more. */
const BROKEN_WAY = new Set([-ENETDOWN, -ENETUNREACH, -EHOSTUNREACH, -ENODEV, -ENOBUFS]);

export class TargetLink {
  readonly tap: Tap;
  readonly #network: Network;
  readonly #device: string;
  readonly #traffic: Traffic;
  readonly #undo: (() => void)[] = [];
  readonly #netlink: NetlinkSocket;
  readonly #sender: RawSender;
  readonly #ports: HeldPorts;

  /** @throws HostError; then nothing is left */
  constructor(network: Network) {
    this.#network = network;
    const { ipVersion: version, localAddress: target, remoteAddress: source } = network;
    const { device, harnessPorts, ports } = present(network.target, 'the ends of a run against a target');
    this.#device = device;
    const index = libc.ifNameToIndex(device);
    this.#traffic = new Traffic({ version, source, target, ports, harnessPorts, probePort: PROBE_PORT });
    this.tap = { side: 'harness', arrivesAt: index, leavesBy: index, filter: this.#traffic.program() };
    this.#netlink = this.#keep(new NetlinkSocket(NETLINK_ROUTE));
    try {
      this.checkDevice();
      refuseMerging(device);
      const all = [{ protocol: 'tcp', port: PROBE_PORT } as const, ...harnessPorts];
      this.#ports = this.#keep(new HeldPorts(version, source, all));
      this.#sender = this.#keep(new RawSender(version, target));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws HostError `link-down` */
  checkDevice(): void {
    requireUp(this.#netlink, this.tap.leavesBy, 'which leads to the target');
  }

  /**
   * @returns zero or more, or minus the errno
   * @throws HostError `link-down` or `target-silent` when there is no way to the target any more, `firewall` when this
   *   host itself lets it not go there
   */
  write(packet: Uint8Array): number {
    const result = this.#sender.send(packet);
    if (result === -EPERM) throw this.#isFiltered();
    if (!BROKEN_WAY.has(result)) return result;
    this.checkDevice();
    throw this.#isNotThere(errnoName(result));
  }

  /**
   * Asks whether the target is there: by a bare ACK, which a listener answers with a RST, and an echo request; and at the
   * last attempt by a SYN. Which answers come back is `kindOf`'s to say.
   */
  probe(isLast: boolean): void {
    if (isLast) this.askForListener();
    else this.#say({ kind: 'tcp', flags: TCP_FLAG.ACK, seq: PROBE_SEQ, ack: PROBE_SEQ, length: 0, ip: { id: 1 } });
    const type = ECHO_REQUEST[this.#network.ipVersion];
    this.#say({ kind: 'icmp', type, code: 0, id: PROBE_ID, quoted: { kind: 'raw', length: 0 }, ip: { id: 1 } });
  }

  /** Asks whether somebody listens there, by a SYN; see `isListener`. */
  askForListener(): void {
    this.#say({ kind: 'tcp', flags: TCP_FLAG.SYN, seq: PROBE_SEQ, length: 0, ip: { id: 1 } });
  }

  /**
   * Whether a frame is a listener's answer to the SYN.
   * @throws HostError `server-exited` when it says that nobody listens
   */
  isListener({ bytes }: Pick<LinkFrame, 'bytes'>): boolean {
    const segment = tcpOf(decodePacket(bytes));
    // A RST to the bare ACK has no ACK flag (RFC 9293 section 3.10.7.1).
    if (segment === undefined || (segment.flags & TCP_FLAG.ACK) === 0 || segment.ack !== PROBE_SEQ + 1) return false;
    if ((segment.flags & TCP_FLAG.RST) === 0) return true;
    const { localAddress, target } = this.#network;
    throw new HostError(
      'server-exited',
      `nothing listens on port ${target?.ports[0] ?? 0} of ${localAddress}: its kernel answers a SYN with a RST`,
      'start the server there, or give its port by --port',
    );
  }

  /** Takes the SYN back. */
  endProbe(): void {
    this.#say({ kind: 'tcp', flags: TCP_FLAG.RST, seq: PROBE_SEQ + 1, length: 0, ip: { id: 1 } });
  }

  /** From now on, this host's kernel answers by itself what comes from the target: with RSTs. */
  letPortsGo(): void {
    this.#ports.close();
  }

  kindOf(frame: Pick<LinkFrame, 'direction' | 'bytes'>): ReturnType<Traffic['kindOf']> {
    return this.#traffic.kindOf(frame);
  }

  /** Why a run cannot go on that nobody answers. */
  isSilent(): HostError {
    const { localAddress } = this.#network;
    return new HostError(
      'target-silent',
      `${localAddress} answers nothing: no RST to an ACK, no SYN+ACK to a SYN, no echo reply`,
      'it is down, the address is another one, or a firewall on the way drops what belongs to no connection',
    );
  }

  close(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** `nf_hook_slow` makes EPERM of a packet that a rule drops. */
  #isFiltered(): HostError {
    return new HostError(
      'firewall',
      `a firewall of this host drops a packet to ${this.#network.localAddress}: EPERM`,
      'one of its rules for what leaves, such as `ct state invalid drop`: `nft list ruleset`',
    );
  }

  #isNotThere(errno: string): HostError {
    return new HostError(
      'target-silent',
      `no packet gets to ${this.#network.localAddress}: ${errno}`,
      `nobody on the network of ${this.#device} says that it is him: \`ip neigh show dev ${this.#device}\``,
    );
  }

  #say(pattern: PacketPattern): void {
    const { ipVersion: version, localAddress, remoteAddress, target } = this.#network;
    const ends = { sourceAddress: remoteAddress, targetAddress: localAddress };
    const ports = { sourcePort: PROBE_PORT, targetPort: target?.ports[0] ?? 0 };
    this.write(craftPacket(pattern, { version, ...ends, ...ports, seq: 0, ack: 0 }));
  }

  #keep<T extends { close(): void }>(part: T): T {
    this.#undo.push(() => part.close());
    return part;
  }
}
