/** Which connection a frame belongs to, and what has come on each that no step has taken yet. */
import { present } from '../base/assert';
import type { Ns } from '../base/nanoseconds';
import type { Connection } from '../timeline/timeline';
import { decodePacket } from '../wire/packet';
import { quotedPacket } from '../wire/quoted';
import { type IcmpMessage, type Packet, TCP_FLAG } from '../wire/wire';
import { SequenceSpace } from './sequence-space';

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
}

/** A packet as it crossed the link, for showing: `in` is towards the kernel under test. */
export interface CrossedPacket {
  readonly atNs: Ns;
  readonly direction: 'in' | 'out';
  readonly connection: string | undefined;
  readonly script: Packet;
}

interface ConnectionState {
  connection: Connection;
  readonly space: SequenceSpace;
  readonly inbox: SeenPacket[];
  /** When its last segment was injected, or taken by a step. */
  lastEventNs: Ns;
}

export class ConnectionBook {
  /** Frames of no connection, except multicast: the kernel's own IPv6 housekeeping. */
  readonly strays: SeenPacket[] = [];
  /** Everything that crossed the link, in script numbers. */
  readonly crossed: CrossedPacket[] = [];
  readonly #states: readonly ConnectionState[];
  readonly #byTuple = new Map<string, ConnectionState>();

  constructor(connections: readonly Connection[]) {
    this.#states = connections.map((connection) => ({
      connection,
      space: new SequenceSpace(),
      inbox: [],
      lastEventNs: 0,
    }));
    for (const state of this.#states) this.#index(state);
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

  /** A segment was injected, or a step's time on this connection has come. */
  touch(index: number, atNs: Ns): void {
    this.#state(index).lastEventNs = atNs;
  }

  /** A step takes a segment. */
  take(packet: SeenPacket): void {
    const inbox = packet.connection === undefined ? this.strays : this.#state(packet.connection).inbox;
    inbox.splice(inbox.indexOf(packet), 1);
    if (packet.connection !== undefined) this.touch(packet.connection, packet.atNs);
  }

  /** A frame of the kernel came. */
  arrived(bytes: Uint8Array, atNs: Ns): void {
    const live = decodePacket(bytes);
    if (isMulticast(live)) return;
    const state = this.#owner(live);
    const script = state === undefined ? live : this.#scriptView(live, state);
    this.crossed.push({ atNs, direction: 'out', connection: state?.connection.name, script });
    if (state === undefined) {
      this.strays.push({ atNs, live, script });
      return;
    }
    state.inbox.push({ atNs, live, script, connection: state.connection.index, space: state.space });
  }

  /** The harness injected this on the connection; what it does to the sequence space has been noted before. */
  injected(index: number, bytes: Uint8Array, atNs: Ns): void {
    const { connection, space } = this.#state(index);
    const live = decodePacket(bytes);
    const isTcp = live.kind !== 'opaque' && live.payload.kind === 'tcp';
    const script = isTcp ? { ...live, payload: space.injectedToScript(live.payload) } : live;
    this.crossed.push({ atNs, direction: 'in', connection: connection.name, script });
    this.touch(index, atNs);
  }

  #scriptView(live: Packet, { space }: ConnectionState): Packet {
    if (live.kind === 'opaque' || live.payload.kind !== 'tcp') return live;
    space.observed(live.payload);
    const payload = space.toScript(live.payload);
    return { ...live, payload };
  }

  #owner(live: Packet): ConnectionState | undefined {
    if (live.kind === 'opaque') return undefined;
    const { payload } = live;
    if (payload.kind === 'icmp') return this.#ownerOfQuote(payload);
    if (payload.kind === 'opaque') return undefined;
    const key = tupleKey(payload.sourcePort, live.header.target, payload.targetPort);
    const known = this.#byTuple.get(key);
    if (known !== undefined || payload.kind !== 'tcp') return known;
    const isFirstSyn = (payload.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK)) === TCP_FLAG.SYN;
    return isFirstSyn ? this.#learn(payload.sourcePort, live.header.target, payload.targetPort) : undefined;
  }

  /** An ICMP error quotes what the harness injected: its source is the remote side. */
  #ownerOfQuote(message: IcmpMessage): ConnectionState | undefined {
    const quoted = quotedPacket(message);
    return quoted === undefined
      ? undefined
      : this.#byTuple.get(tupleKey(quoted.targetPort, quoted.source, quoted.sourcePort));
  }

  #learn(localPort: number, remoteAddress: string, remotePort: number): ConnectionState | undefined {
    const candidates = this.#states.filter(
      ({ connection }) =>
        connection.role === 'active' &&
        connection.remoteAddress === remoteAddress &&
        connection.remotePort === remotePort,
    );
    // One that has not connected yet; else one that connects again, from another port.
    const state = candidates.find(({ connection }) => connection.localPort === undefined) ?? candidates.at(-1);
    if (state === undefined) return undefined;
    state.connection = { ...state.connection, localPort };
    this.#index(state);
    return state;
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

function isMulticast(packet: Packet): boolean {
  if (packet.kind === 'ipv6') return /^ff[0-9a-f]{2}:/.test(packet.header.target);
  return packet.kind === 'ipv4' && Number(packet.header.target.split('.')[0]) >= 224;
}
