/**
 * Which socket and which connection each event of a script is about, as packetdrill decides it: there is one socket
 * under test. Calls make it, an inbound segment to a listener replaces it by a child, and all packets are its own
 * (packetdrill: run_packet.c find_or_create_socket_for_script_packet, run_system_call.c).
 *
 * It is all worked out from the script before anything runs. Deliberately absent: live descriptors and ports.
 */
import { TCP_FLAG } from '../../wire/wire';
import { namesGivenBy, namesUsedBy, reachesOut } from '../arguments';
import type { Call, ConnectionDeclaration, PacketNotation } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { listNames } from '../suggest';
import type { EventBook } from './lower-events';

type Protocol = 'tcp' | 'udp' | 'icmp';

/** packetdrill's states of a socket, as far as they decide anything. */
type State =
  | 'new'
  | 'listening'
  | 'packet-received'
  | 'syn-ack-sent'
  | 'syn-ack-acknowledged'
  | 'connecting'
  | 'syn-sent'
  | 'syn-acknowledged';

interface TestSocket {
  readonly protocol: Protocol;
  /** By which calls know it; absent for a child before accept(). */
  descriptor?: string;
  state: State;
  /** Its connection; absent as long as there is none. */
  connection?: string;
}

/** A descriptor that is no socket has none. */
interface Descriptor {
  readonly socket?: TestSocket;
}

/** What `...` stands for. */
export interface Ports {
  readonly bindPort: number;
  readonly connectPort: number;
}

/** The connection of a script's first packets is `default`, later ones are `2`, `3`, ... */
const FIRST_CONNECTION = 'default';

export class SocketTracker implements EventBook {
  readonly #complaints: Complaints;
  readonly #ports: Ports;
  readonly #declarations: ConnectionDeclaration[] = [];
  /** By number, the newest last: accept() may give one that is open already, which hides the older one. */
  readonly #open = new Map<string, Descriptor[]>();
  readonly #closed = new Set<string>();
  /** Used without being open, which was reported. */
  readonly #missed = new Set<string>();
  /** Children that no accept() has taken yet, the oldest first. */
  readonly #children: TestSocket[] = [];
  /** Blocking accept()s that wait for a child. */
  readonly #waiting: string[] = [];
  #current: TestSocket | undefined;
  /** An event could not be read: what depends on it is not to be judged. */
  #inDoubt = false;

  constructor(ports: Ports, complaints: Complaints) {
    this.#ports = ports;
    this.#complaints = complaints;
  }

  /** Every connection, in the order in which they begin. */
  get connections(): readonly ConnectionDeclaration[] {
    return this.#declarations;
  }

  /** An event was faulty in another way, which was reported. */
  doubt(): void {
    this.#inDoubt = true;
  }

  /** The connection of a packet; reports a packet that no socket can send or receive. */
  packet(packet: PacketNotation, direction: 'inject' | 'expect', span: Span): string | undefined {
    const isTcp = packet.kind === 'tcp';
    const isBegin = this.#current === undefined || this.#current.state === 'listening';
    if (isTcp && direction === 'inject' && isBegin) this.#addChild(span);
    const socket = this.#current;
    // A port of its own is taken for a test of strangers: packetdrill lets it be anyone's.
    const hasPorts = packet.kind !== 'icmp' && (packet.sourcePort !== undefined || packet.targetPort !== undefined);
    if (socket === undefined || !(hasPorts || belongs(packet, socket))) return this.#strayPacket(packet, socket, span);
    if (isTcp) advance(socket, packet.flags, direction);
    return this.#connectionOf(socket, span);
  }

  /** @param blocks the call returns later than it starts */
  call(call: Call, blocks: boolean): { readonly call: Call; readonly connection?: string } {
    for (const { name, span } of namesUsedBy(call)) this.#use(name, span);
    if (call.result.kind !== 'socket')
      for (const { name, span } of namesGivenBy(call)) this.#give(name, undefined, span);
    const [first] = call.args;
    const socket = first?.kind === 'socket' ? this.#open.get(first.name)?.at(-1)?.socket : undefined;
    // connect(AF_UNSPEC) is still about the connection that it ends.
    const before = socket?.connection;
    if (first?.kind === 'socket') this.#effect(call, first.name, socket);
    const made = call.result.kind === 'socket' ? this.#make(call, call.result, blocks) : undefined;
    const connection = (made ?? socket)?.connection ?? before;
    return { call, ...(connection === undefined ? {} : { connection }) };
  }

  /** The descriptor that a code block asks about; absent for a child that no accept() has taken. */
  codeSocket(): string | undefined {
    const name = this.#current?.descriptor;
    const owner = name === undefined ? undefined : this.#open.get(name)?.at(-1);
    return owner === undefined || owner.socket === this.#current ? name : undefined;
  }

  /** Descriptors are numbers here. */
  wordInCall(): undefined {
    return undefined;
  }

  #addChild(span: Span): void {
    const child: TestSocket = { protocol: 'tcp', state: 'packet-received' };
    this.#current = child;
    this.#begin(child, { role: 'passive', localPort: this.#ports.bindPort }, span);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#children.push(child);
    else this.#attach(waiting, child);
  }

  #begin(
    socket: TestSocket,
    parts: Pick<ConnectionDeclaration, 'role' | 'localPort' | 'remotePort'>,
    span: Span,
  ): void {
    const count = this.#declarations.length;
    const name = count === 0 ? FIRST_CONNECTION : String(count + 1);
    socket.connection = name;
    this.#declarations.push({ name, protocol: socket.protocol, ...parts, span });
  }

  /** A socket that has done nothing yet has its packets too; without a connection their ports are the configured ones. */
  #connectionOf(socket: TestSocket, span: Span): string | undefined {
    const { bindPort, connectPort } = this.#ports;
    if (socket.connection === undefined) {
      const passive = { role: 'passive', localPort: bindPort, remotePort: connectPort } as const;
      const isActive = socket.protocol === 'tcp' && socket.state !== 'listening';
      this.#begin(socket, isActive ? { role: 'active', remotePort: connectPort } : passive, span);
    }
    return socket.connection;
  }

  #strayPacket(packet: PacketNotation, socket: TestSocket | undefined, span: Span): undefined {
    if (this.#inDoubt) return undefined;
    const what = packet.kind === 'icmp' ? 'ICMP' : packet.kind.toUpperCase();
    const hint =
      socket === undefined
        ? 'packets belong to the newest socket: a call to socket(), or an inbound TCP packet, comes first'
        : `packets belong to the newest socket, and that one is for ${socket.protocol.toUpperCase()}`;
    this.#complaints.report(errorAt(span, 'unknown-connection', `no socket can have this ${what} packet`, hint));
    return undefined;
  }

  #use(name: string, span: Span): void {
    if (this.#open.has(name) || this.#missed.has(name) || this.#inDoubt) return;
    const hint = this.#closed.has(name)
      ? `a close(${name}) stands above; packetdrill refuses a closed descriptor too`
      : this.#open.size === 0
        ? 'no descriptor is open here'
        : `open here: ${listNames([...this.#open.keys()], 'and')}`;
    this.#complaints.report(errorAt(span, 'unknown-socket', `descriptor ${name} is not open`, hint));
    // Once is enough.
    this.#missed.add(name);
  }

  /** What a call does to the socket that it is given. */
  #effect(call: Call, name: string, socket: TestSocket | undefined): void {
    const succeeds = call.result.kind === 'socket' || call.result.value >= 0;
    if (call.name === 'listen' && succeeds && socket !== undefined) socket.state = 'listening';
    if (call.name === 'close' && succeeds) {
      const hidden = this.#open.get(name) ?? [];
      hidden.pop();
      if (hidden.length === 0) this.#open.delete(name);
      this.#closed.add(name);
    }
    if (socket !== undefined && reachesOut(call)) this.#connect(call, socket);
  }

  #connect(call: Call, socket: TestSocket): void {
    if (call.args.some((argument) => argument.kind === 'symbols' && argument.names.includes('AF_UNSPEC'))) {
      socket.state = 'new';
      return;
    }
    if (socket.state !== 'new') return;
    socket.state = 'connecting';
    // A connection that its packets have begun already stays the one.
    if (socket.connection === undefined || socket.protocol === 'tcp') {
      this.#begin(socket, { role: 'active', remotePort: this.#ports.connectPort }, call.span);
    }
  }

  #make(
    call: Call,
    { name, span }: { readonly name: string; readonly span: Span },
    blocks: boolean,
  ): TestSocket | undefined {
    if (call.name === 'accept') return this.#accept(name, span, blocks);
    if (call.name !== 'socket') {
      this.#give(name, undefined, span);
      return undefined;
    }
    const socket: TestSocket = { protocol: protocolOf(call), state: 'new' };
    this.#give(name, socket, span);
    this.#current = socket;
    return socket;
  }

  /** packetdrill takes the newest child whose SYN/ACK the script has seen. */
  #accept(name: string, span: Span, blocks: boolean): TestSocket | undefined {
    const index = this.#children.findLastIndex(
      ({ state }) => state === 'syn-ack-sent' || state === 'syn-ack-acknowledged',
    );
    const [child] = index === -1 ? [] : this.#children.splice(index, 1);
    this.#give(name, child);
    if (child !== undefined) return child;
    if (blocks) this.#waiting.push(name);
    else if (!this.#inDoubt)
      this.#complaints.report(
        errorAt(
          span,
          'unknown-connection',
          'there is no connection that this accept() could return',
          'before it come the SYN (`< S ...`) and the answer (`> S. ...`) of one; a call that waits is written `+0...0.1 accept(...)`',
        ),
      );
    return undefined;
  }

  /** A blocking accept() has returned this child. */
  #attach(name: string, child: TestSocket): void {
    this.#open.get(name)?.pop();
    this.#give(name, child);
  }

  /** A descriptor gets its number. @param span absent: of accept(), which may give one that is open */
  #give(name: string, socket: TestSocket | undefined, span?: Span): void {
    if (span !== undefined && this.#open.has(name) && !this.#inDoubt)
      this.#complaints.report(
        errorAt(
          span,
          'duplicate-name',
          `descriptor ${name} is open already`,
          'close it first, or choose another number',
        ),
      );
    const descriptor: Descriptor = socket === undefined ? {} : { socket };
    const others = this.#open.get(name);
    if (others === undefined) this.#open.set(name, [descriptor]);
    else others.push(descriptor);
    this.#closed.delete(name);
    if (socket !== undefined) socket.descriptor = name;
  }
}

/** Whether a packet can be one of the socket's. */
function belongs(packet: PacketNotation, { protocol }: TestSocket): boolean {
  return packet.kind === protocol || packet.kind === 'icmp';
}

function advance(socket: TestSocket, flags: number, direction: 'inject' | 'expect'): void {
  const [isSyn, isAck] = [(flags & TCP_FLAG.SYN) !== 0, (flags & TCP_FLAG.ACK) !== 0];
  if (direction === 'expect') {
    if (isSyn && isAck && socket.state === 'packet-received') socket.state = 'syn-ack-sent';
    if (isSyn && !isAck && socket.state === 'connecting') socket.state = 'syn-sent';
  } else {
    if (isAck && socket.state === 'syn-ack-sent') socket.state = 'syn-ack-acknowledged';
    if (isSyn && isAck && socket.state === 'syn-sent') socket.state = 'syn-acknowledged';
  }
}

function protocolOf({ args }: Call): Protocol {
  const names = args.flatMap((argument) => (argument.kind === 'symbols' ? argument.names : []));
  if (names.includes('IPPROTO_ICMP') || names.includes('IPPROTO_ICMPV6')) return 'icmp';
  if (names.includes('IPPROTO_UDP') || names.includes('SOCK_DGRAM')) return 'udp';
  return 'tcp';
}
