/** Which connection a frame belongs to, and what has come on each that no step has taken yet. */
import { present } from '../base/assert';
import type { Ns } from '../base/nanoseconds';
import type { Connection } from '../timeline/timeline';
import type { EventFlow } from '../trace/kernel-event';
import { decodePacket } from '../wire/packet';
import { innermost, withTransport } from '../wire/layers';
import { quotedPacket } from '../wire/quoted';
import { tcpOf } from '../wire/segment';
import { type IcmpMessage, type Packet, TCP_FLAG, type TcpSegment, type UdpDatagram } from '../wire/wire';
import type { FloodPeers } from './flood';
import { FlowLabels } from './flow-labels';
import { type EchoRule, SequenceSpace } from './sequence-space';

/** A frame of the kernel under test, decoded once. */
export interface SeenPacket {
  readonly atNs: Ns;
  /** As on the wire. */
  readonly live: Packet;
  /** In the script numbers that held when it came. */
  readonly script: Packet;
  /** Index into the timeline's connections; absent for one that belongs to none. */
  readonly connection?: number;
  /** Of that connection. */
  readonly space?: SequenceSpace;
  readonly flowLabels?: FlowLabels;
  /** Its place among everything that crossed the link. */
  readonly crossed: number;
}

/** A packet as it crossed the link, for showing: `in` is towards the kernel under test. */
export interface CrossedPacket {
  /** The kernel's own stamp; of an injected packet that it did not stamp, when the harness began to send it. */
  readonly atNs: Ns;
  readonly direction: 'in' | 'out';
  readonly connection: string | undefined;
  /** As on the wire. */
  readonly bytes: Uint8Array;
  readonly live: Packet;
  readonly script: Packet;
  /** The step that injected it, or took it; absent for one of the kernel's that no step took. */
  readonly step?: number;
  /** What became of an injected packet, where it is known that it was lost. */
  readonly loss?: Loss;
}

/** How an injected packet was lost. */
export type Loss =
  /** The kernel freed it as dropped. */
  | { readonly kind: 'dropped'; readonly atNs: Ns; readonly reason?: string; readonly function?: string }
  /** A SYN that a listener did not take: no drop to the kernel, but counted. */
  | { readonly kind: 'refused'; readonly atNs: Ns; readonly function: string; readonly counters: readonly string[] };

/** Whether it is one of the kernel's that no step took. */
export function isStray({ direction, step }: CrossedPacket): boolean {
  return direction === 'out' && step === undefined;
}

/** What is learned of a packet after it has crossed: by whom it was taken, when exactly it was sent. */
type Crossed = { -readonly [Key in keyof CrossedPacket]: CrossedPacket[Key] };

interface ConnectionState {
  connection: Connection;
  readonly space: SequenceSpace;
  readonly flowLabels: FlowLabels;
  /** When the kernel was told to open it: the order of those calls; 0 before. */
  begun: number;
  readonly inbox: SeenPacket[];
  /** The last segments of either side, as they were on the wire. */
  lastInjected: TcpSegment | undefined;
  lastSeen: TcpSegment | undefined;
  /** When its last segment was injected, or taken by a step. */
  lastEventNs: Ns;
}

export class ConnectionBook {
  /** Frames of no connection, except multicast: the kernel's own IPv6 housekeeping. */
  readonly strays: SeenPacket[] = [];
  readonly #crossed: Crossed[] = [];
  readonly #states: readonly ConnectionState[];
  readonly #byTuple = new Map<string, ConnectionState>();
  readonly #flood: FloodPeers | undefined;
  #begun = 0;
  #lastInjected: Crossed | undefined;
  /** By when the harness began to send it. */
  readonly #injectedAt = new Map<Ns, Crossed>();

  /** @param flood peers of which nothing is told */
  constructor(connections: readonly Connection[], echoes: EchoRule = 'lenient', flood?: FloodPeers) {
    this.#flood = flood;
    this.#states = connections.map((connection) => ({
      connection,
      space: new SequenceSpace(echoes),
      flowLabels: new FlowLabels(),
      begun: 0,
      lastInjected: undefined,
      lastSeen: undefined,
      inbox: [],
      lastEventNs: 0,
    }));
    for (const state of this.#states) this.#index(state);
  }

  /** Everything that crossed the link, in script numbers. */
  get crossed(): readonly CrossedPacket[] {
    return this.#crossed;
  }

  /** The connection as known by now: the kernel's port of an active one is learned from its SYN. */
  connection(index: number): Connection {
    return this.#state(index).connection;
  }

  space(index: number): SequenceSpace {
    return this.#state(index).space;
  }

  /** Segments of the kernel on this connection that no step has taken, oldest first. */
  inbox(index: number): readonly SeenPacket[] {
    return this.#state(index).inbox;
  }

  /** Everything that no step has taken, oldest first. */
  untaken(): readonly SeenPacket[] {
    return [...this.#states.flatMap((state) => state.inbox), ...this.strays].sort(
      (left, right) => left.atNs - right.atNs,
    );
  }

  lastEventNs(index: number): Ns {
    return this.#state(index).lastEventNs;
  }

  /** The last segment that the harness injected, and the last of the kernel, in live numbers. */
  lastSegments(index: number): { readonly injected: TcpSegment | undefined; readonly seen: TcpSegment | undefined } {
    const { lastInjected, lastSeen } = this.#state(index);
    return { injected: lastInjected, seen: lastSeen };
  }

  /** A call was made that may open this connection: of those that have no port yet, the last one gets the next SYN. */
  begin(index: number): void {
    this.#state(index).begun = ++this.#begun;
  }

  /** A segment was injected, or a step's time on this connection has come. */
  touch(index: number, atNs: Ns): void {
    this.#state(index).lastEventNs = atNs;
  }

  /** A step takes a segment. @param step its index in the timeline */
  take(packet: SeenPacket, step: number): void {
    const inbox = packet.connection === undefined ? this.strays : this.#state(packet.connection).inbox;
    inbox.splice(inbox.indexOf(packet), 1);
    present(this.#crossed[packet.crossed], 'a packet that has crossed').step = step;
    if (packet.connection !== undefined) this.touch(packet.connection, packet.atNs);
  }

  /** A frame of the kernel came. */
  arrived(bytes: Uint8Array, atNs: Ns): void {
    const live = decodePacket(bytes);
    if (isMulticast(live)) return;
    const state = this.#owner(live);
    if (state === undefined && this.#isOfFlood(live)) return;
    const script = state === undefined ? live : this.#scriptView(live, state);
    const crossed = this.#crossed.length;
    this.#crossed.push({ atNs, direction: 'out', connection: state?.connection.name, bytes, live, script });
    if (state === undefined) {
      this.strays.push({ atNs, live, script, crossed });
      return;
    }
    state.lastSeen = tcpOf(live) ?? state.lastSeen;
    const { space, flowLabels } = state;
    state.inbox.push({ atNs, live, script, connection: state.connection.index, space, flowLabels, crossed });
  }

  /** The harness injected this on the connection; what it does to the sequence space has been noted before. */
  injected(index: number, bytes: Uint8Array, atNs: Ns, step: number): void {
    const state = this.#state(index);
    const { connection, space } = state;
    const live = decodePacket(bytes);
    const segment = tcpOf(live);
    const script = segment === undefined ? live : withTransport(live, space.injectedToScript(segment));
    this.#lastInjected = { atNs, direction: 'in', connection: connection.name, bytes, live, script, step };
    this.#crossed.push(this.#lastInjected);
    this.#injectedAt.set(atNs, this.#lastInjected);
    state.lastInjected = segment ?? state.lastInjected;
    this.touch(index, atNs);
  }

  /** The kernel's own stamp of what was injected last. */
  stamped(atNs: Ns): void {
    if (this.#lastInjected !== undefined) this.#lastInjected.atNs = atNs;
  }

  /** What the harness began to inject at this time. */
  injectedAt(startedNs: Ns): CrossedPacket | undefined {
    return this.#injectedAt.get(startedNs);
  }

  /** The kernel tells that a packet was lost. */
  lose(startedNs: Ns, loss: Loss): void {
    const packet = this.#injectedAt.get(startedNs);
    if (packet !== undefined) packet.loss = loss;
  }

  /** The connection that a socket of the kernel's belongs to. Before it has a port, the last one that was opened. */
  ownerOf({ localPort, remoteAddress, remotePort }: EventFlow): number | undefined {
    const known = this.#byTuple.get(tupleKey(localPort, remoteAddress, remotePort));
    if (known !== undefined || localPort !== 0) return known?.connection.index;
    return this.#lastBegun(
      ({ connection }) =>
        connection.role === 'active' &&
        connection.remoteAddress === remoteAddress &&
        connection.remotePort === remotePort,
    )?.connection.index;
  }

  #isOfFlood(live: Packet): boolean {
    const target = innermost(live)?.header.target;
    return target !== undefined && this.#flood?.hasAddress(target) === true;
  }

  #scriptView(live: Packet, { space }: ConnectionState): Packet {
    const segment = tcpOf(live);
    if (segment === undefined) return live;
    space.observed(segment);
    return withTransport(live, space.toScript(segment));
  }

  #owner(live: Packet): ConnectionState | undefined {
    const inner = innermost(live);
    if (inner === undefined) return undefined;
    const { payload, header } = inner;
    if (payload.kind === 'icmp') return this.#ownerOfQuote(payload) ?? this.#ownerOfEcho(header.target);
    if (payload.kind === 'opaque') return undefined;
    const key = tupleKey(payload.sourcePort, header.target, payload.targetPort);
    const known = this.#byTuple.get(key);
    if (known !== undefined || !opens(payload)) return known;
    return this.#learn(payload.kind, payload.sourcePort, header.target, payload.targetPort);
  }

  /** An ICMP error quotes what the harness injected: its source is the remote side. */
  #ownerOfQuote(message: IcmpMessage): ConnectionState | undefined {
    const quoted = quotedPacket(message);
    return quoted === undefined
      ? undefined
      : this.#byTuple.get(tupleKey(quoted.targetPort, quoted.source, quoted.sourcePort));
  }

  /** What an ICMP socket sends has no ports. */
  #ownerOfEcho(remoteAddress: string): ConnectionState | undefined {
    return this.#lastBegun(
      ({ connection }) => connection.protocol === 'icmp' && connection.remoteAddress === remoteAddress,
    );
  }

  #learn(
    protocol: Connection['protocol'],
    localPort: number,
    remoteAddress: string,
    remotePort: number,
  ): ConnectionState | undefined {
    const fits = ({ connection }: ConnectionState): boolean =>
      connection.role === 'active' &&
      connection.protocol === protocol &&
      connection.remoteAddress === remoteAddress &&
      connection.remotePort === remotePort;
    // One that has not connected yet; else one that connects again, from another port.
    const state =
      this.#lastBegun((one) => fits(one) && one.connection.localPort === undefined) ?? this.#states.findLast(fits);
    if (state === undefined) return undefined;
    state.connection = { ...state.connection, localPort };
    this.#index(state);
    return state;
  }

  /** Of those that fit: the one that the kernel was told of last, or the first when it was told of none. */
  #lastBegun(fits: (state: ConnectionState) => boolean): ConnectionState | undefined {
    return this.#states
      .filter(fits)
      .reduce<ConnectionState | undefined>(
        (best, state) => (best === undefined || state.begun > best.begun ? state : best),
        undefined,
      );
  }

  #index(state: ConnectionState): void {
    const { localPort, remoteAddress, remotePort } = state.connection;
    if (localPort !== undefined) this.#byTuple.set(tupleKey(localPort, remoteAddress, remotePort), state);
  }

  #state(index: number): ConnectionState {
    return present(this.#states[index], `connection ${index}`);
  }
}

function tupleKey(localPort: number, remoteAddress: string, remotePort: number): string {
  return `${localPort} ${remoteAddress} ${remotePort}`;
}

/** The first packet of a connection: any datagram, or a SYN without ACK. */
function opens(payload: TcpSegment | UdpDatagram): boolean {
  return payload.kind === 'udp' || (payload.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK)) === TCP_FLAG.SYN;
}

function isMulticast(packet: Packet): boolean {
  if (packet.kind === 'ipv6') return /^ff[0-9a-f]{2}:/.test(packet.header.target);
  return packet.kind === 'ipv4' && Number(packet.header.target.split('.')[0]) >= 224;
}
