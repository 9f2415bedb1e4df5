/**
 * A very small kernel under test, for the fake host: a listener with an accept queue, SYN+ACK timers, data, RST for
 * what it does not know. Time is whatever the host says; everything that it will do later stands in a queue of events.
 * The rules are those of RFC 9293 and of Linux' listeners, and only as far as the tests use them.
 */
import type { CallRequest, InputBuffer, OutputBuffer } from '../../src/host/host';
import type { Network } from '../../src/timeline/timeline';
import type { CallOutcome, CallOutputs, SocketEntry } from '../../src/trace/trace';
import { concatBytes } from '../../src/wire/bytes';
import { craftPacket } from '../../src/wire/craft';
import { decodePacket } from '../../src/wire/packet';
import type { SegmentPattern } from '../../src/wire/pattern';
import { segmentEnd, tcpOf } from '../../src/wire/segment';
import { TCP_FLAG, type TcpSegment } from '../../src/wire/wire';
import { flagBits, outcome, S, socketEntry } from './builders';

const ISN = 3_456_789_000;
const SYN_ACK_RETRIES = 2;
const FIRST_LOCAL_PORT = 51_000;
const POLLIN = 0x001;
const POLLOUT = 0x004;
const POLLNVAL = 0x020;

interface Listener {
  readonly port: number;
  readonly backlog: number;
  readonly queue: Peer[];
}

interface Peer {
  readonly key: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  state: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'CLOSE_WAIT';
  receiveNext: number;
  sendNext: number;
  readonly unread: number[];
}

type Descriptor = { bound?: number; listener?: Listener; peer?: Peer };

interface KernelEvent {
  readonly atNs: number;
  readonly happen: () => void;
}

export class FakeKernel {
  readonly counters: Record<string, number> = {
    'TcpExt.ListenDrops': 10,
    'TcpExt.ListenOverflows': 10,
    'Tcp.OutRsts': 0,
  };
  nowNs = 0;
  private readonly network: Network;
  private readonly transmit: (bytes: Uint8Array, atNs: number) => void;
  private readonly events: KernelEvent[] = [];
  private readonly descriptors = new Map<number, Descriptor>();
  private readonly peers = new Map<string, Peer>();

  constructor(network: Network, transmit: (bytes: Uint8Array, atNs: number) => void) {
    this.network = network;
    this.transmit = transmit;
  }

  get nextEventNs(): number {
    return Math.min(Infinity, ...this.events.map(({ atNs }) => atNs));
  }

  /** Time passes; what was to happen until then happens. */
  advance(untilNs: number): void {
    for (;;) {
      const next = this.nextEventNs;
      if (next > untilNs) break;
      const index = this.events.findIndex(({ atNs }) => atNs === next);
      const [event] = this.events.splice(index, 1);
      this.nowNs = Math.max(this.nowNs, next);
      event?.happen();
    }
    this.nowNs = Math.max(this.nowNs, untilNs);
  }

  receive(bytes: Uint8Array): void {
    const packet = decodePacket(bytes);
    const segment = tcpOf(packet);
    if (packet.kind === 'opaque' || segment === undefined) return;
    // Before the write returns, as the kernel does it: whoever looks at the queues next sees the effect.
    this.react(segment, packet.header.source);
  }

  /** The outcome, or `undefined` while the call sleeps. */
  tryCall(request: CallRequest): CallOutcome | undefined {
    return 'fd' in request ? this.callOn(request) : this.callOnNone(request);
  }

  private callOnNone(request: Exclude<CallRequest, { readonly fd: number }>): CallOutcome {
    switch (request.name) {
      case 'socket':
      case 'open':
        return outcome(this.open({}));
      case 'epoll_create':
        return request.size > 0 ? outcome(this.open({})) : outcome(-1, 'EINVAL');
      case 'pipe':
        return outcome(0, '', { descriptors: [this.open({}), this.open({})] });
      case 'poll': {
        const revents = request.entries.map(({ fd, events }) => this.readiness(fd) & (events | POLLNVAL));
        return outcome(revents.filter((found) => found !== 0).length, '', { revents });
      }
      case 'epoll_wait':
        return this.descriptors.has(request.epoll) ? outcome(0, '', { events: [] }) : outcome(-1, 'EBADF');
      case 'sendfile':
      case 'splice': {
        const areOpen = this.descriptors.has(request.input) && this.descriptors.has(request.output);
        return areOpen ? outcome(0) : outcome(-1, 'EBADF');
      }
      case 'cap_set':
        return outcome(0);
    }
  }

  private callOn(request: Extract<CallRequest, { readonly fd: number }>): CallOutcome | undefined {
    const descriptor = this.descriptors.get(request.fd);
    if (descriptor === undefined) return outcome(-1, 'EBADF');
    switch (request.name) {
      case 'bind':
        descriptor.bound = request.address.family === 'unspec' ? 0 : request.address.port;
        return outcome(0);
      case 'listen':
        descriptor.listener = { port: descriptor.bound ?? 0, backlog: request.backlog, queue: [] };
        return outcome(0);
      case 'accept':
        return this.accept(descriptor);
      case 'connect':
        return this.connect(descriptor, request.address);
      case 'read':
      case 'recv':
        return this.read(descriptor, [request.buffer]);
      case 'readv':
        return this.read(descriptor, request.buffers);
      case 'recvmsg':
        return this.read(descriptor, request.buffers, { messageFlags: 0, control: [] });
      case 'write':
      case 'send':
      case 'sendto':
        return this.write(descriptor, [request.buffer]);
      case 'writev':
      case 'sendmsg':
        return this.write(descriptor, request.buffers);
      case 'shutdown':
        return descriptor.peer === undefined ? outcome(-1, 'ENOTCONN') : outcome(0);
      case 'close':
        this.descriptors.delete(request.fd);
        return outcome(0);
      default:
        return outcome(0);
    }
  }

  sockets(): readonly SocketEntry[] {
    const listeners = [...this.descriptors.values()].flatMap(({ listener }) =>
      listener === undefined ? [] : [listener],
    );
    return [
      ...listeners.map(({ port, backlog, queue }) =>
        socketEntry({
          state: 'LISTEN',
          localPort: port,
          remoteAddress: '0.0.0.0',
          remotePort: 0,
          receiveQueue: queue.length,
          sendQueue: backlog,
        }),
      ),
      ...[...this.peers.values()].map(({ state, localPort, remoteAddress, remotePort, unread }) =>
        socketEntry({ state, localPort, remoteAddress, remotePort, receiveQueue: unread.length }),
      ),
    ];
  }

  private accept({ listener }: Descriptor): CallOutcome | undefined {
    if (listener === undefined) return outcome(-1, 'EINVAL');
    const peer = listener.queue.shift();
    return peer === undefined
      ? undefined
      : outcome(this.open({ peer }), '', { peer: `${peer.remoteAddress}:${peer.remotePort}` });
  }

  private connect(
    descriptor: Descriptor,
    address: Extract<CallRequest, { name: 'connect' }>['address'],
  ): CallOutcome | undefined {
    if (address.family === 'unspec') return outcome(0);
    if (descriptor.peer === undefined) {
      const peer = this.peer(FIRST_LOCAL_PORT + this.peers.size, address.address, address.port, 'SYN_SENT');
      descriptor.peer = peer;
      this.send(peer, 'S', { seq: ISN });
      peer.sendNext = ISN + 1;
    }
    return descriptor.peer.state === 'SYN_SENT' ? undefined : outcome(0);
  }

  private read(
    { peer }: Descriptor,
    buffers: readonly InputBuffer[],
    outputs: CallOutputs = {},
  ): CallOutcome | undefined {
    if (peer === undefined) return outcome(-1, 'ENOTCONN');
    if (peer.unread.length === 0)
      return peer.state === 'CLOSE_WAIT' ? outcome(0, '', { ...outputs, bytes: new Uint8Array(0) }) : undefined;
    if (buffers[0]?.isNull === true) return outcome(-1, 'EFAULT');
    const room = buffers.reduce((sum, { size }) => sum + size, 0);
    const bytes = Uint8Array.from(peer.unread.splice(0, room));
    return outcome(bytes.length, '', { ...outputs, bytes });
  }

  private write({ peer }: Descriptor, buffers: readonly OutputBuffer[]): CallOutcome {
    if (peer === undefined) return outcome(-1, 'EPIPE');
    if (buffers[0]?.kind === 'null') return outcome(-1, 'EFAULT');
    const payload = concatBytes(buffers.flatMap((buffer) => (buffer.kind === 'bytes' ? [buffer.bytes] : [])));
    this.send(peer, 'P.', { seq: peer.sendNext, ack: peer.receiveNext, payload });
    peer.sendNext += payload.length;
    return outcome(payload.length);
  }

  /** poll's answer for a descriptor, as far as it depends on data and connections that wait. */
  private readiness(fd: number): number {
    const descriptor = this.descriptors.get(fd);
    if (descriptor === undefined) return POLLNVAL;
    const { listener, peer } = descriptor;
    const isReadable = (listener?.queue.length ?? 0) > 0 || (peer?.unread.length ?? 0) > 0;
    return (isReadable ? POLLIN : 0) | (peer?.state === 'ESTABLISHED' ? POLLOUT : 0);
  }

  private react(segment: TcpSegment, remoteAddress: string): void {
    const has = (flag: number): boolean => (segment.flags & flag) !== 0;
    const key = `${segment.targetPort} ${remoteAddress} ${segment.sourcePort}`;
    const peer = this.peers.get(key);
    const listener = [...this.descriptors.values()].find((one) => one.listener?.port === segment.targetPort)?.listener;
    if (has(TCP_FLAG.RST)) this.peers.delete(key);
    else if (peer !== undefined) this.onSegment(peer, segment, listener);
    else if (listener !== undefined && has(TCP_FLAG.SYN)) this.onSyn(segment, remoteAddress, listener);
    else this.reset(segment, remoteAddress);
  }

  private onSyn(segment: TcpSegment, remoteAddress: string, listener: Listener): void {
    if (listener.queue.length > listener.backlog) {
      this.count('TcpExt.ListenOverflows');
      this.count('TcpExt.ListenDrops');
      return;
    }
    const peer = this.peer(segment.targetPort, remoteAddress, segment.sourcePort, 'SYN_RECV');
    peer.receiveNext = segmentEnd(segment);
    peer.sendNext = ISN + 1;
    this.synAck(peer, 0, S);
  }

  /** At 0, 1 and 3 s; forgotten at 7 s. */
  private synAck(peer: Peer, repeated: number, timeoutNs: number): void {
    this.send(peer, 'S.', {
      seq: ISN,
      ack: peer.receiveNext,
      options: { list: [{ kind: 'mss', value: 1460 }], open: false },
    });
    this.later(timeoutNs, () => {
      if (peer.state !== 'SYN_RECV') return;
      if (repeated < SYN_ACK_RETRIES) this.synAck(peer, repeated + 1, 2 * timeoutNs);
      else this.peers.delete(peer.key);
    });
  }

  private onSegment(peer: Peer, segment: TcpSegment, listener: Listener | undefined): void {
    if (peer.state === 'SYN_SENT') {
      peer.receiveNext = segmentEnd(segment);
      peer.state = 'ESTABLISHED';
      this.send(peer, '.', { seq: peer.sendNext, ack: peer.receiveNext });
      return;
    }
    if (peer.state === 'SYN_RECV') {
      if (listener !== undefined && listener.queue.length > listener.backlog) {
        this.count('TcpExt.ListenOverflows');
        this.count('TcpExt.ListenDrops');
        return;
      }
      peer.state = 'ESTABLISHED';
      listener?.queue.push(peer);
    }
    if (segment.seq !== peer.receiveNext || segmentEnd(segment) === segment.seq) return;
    peer.unread.push(...segment.payload);
    peer.receiveNext = segmentEnd(segment);
    if ((segment.flags & TCP_FLAG.FIN) !== 0) peer.state = 'CLOSE_WAIT';
    this.send(peer, '.', { seq: peer.sendNext, ack: peer.receiveNext });
  }

  /** RFC 9293 section 3.10.7.1. */
  private reset(segment: TcpSegment, remoteAddress: string): void {
    this.count('Tcp.OutRsts');
    const to = { localPort: segment.targetPort, remoteAddress, remotePort: segment.sourcePort };
    if ((segment.flags & TCP_FLAG.ACK) !== 0) this.send(to, 'R', { seq: segment.ack });
    else this.send(to, 'R.', { seq: 0, ack: segmentEnd(segment) });
  }

  private send(
    peer: Pick<Peer, 'localPort' | 'remoteAddress' | 'remotePort'>,
    flags: string,
    fields: Partial<SegmentPattern>,
  ): void {
    const bytes = craftPacket(
      { kind: 'tcp', flags: flagBits(flags), ...fields },
      {
        version: this.network.ipVersion,
        sourceAddress: this.network.localAddress,
        targetAddress: peer.remoteAddress,
        sourcePort: peer.localPort,
        targetPort: peer.remotePort,
        seq: 0,
        ack: 0,
      },
    );
    this.transmit(bytes, this.nowNs);
  }

  private peer(localPort: number, remoteAddress: string, remotePort: number, state: Peer['state']): Peer {
    const key = `${localPort} ${remoteAddress} ${remotePort}`;
    const peer: Peer = { key, localPort, remoteAddress, remotePort, state, receiveNext: 0, sendNext: 0, unread: [] };
    this.peers.set(key, peer);
    return peer;
  }

  private open(descriptor: Descriptor): number {
    const fd = 100 + this.descriptors.size;
    this.descriptors.set(fd, descriptor);
    return fd;
  }

  private count(name: string): void {
    this.counters[name] = (this.counters[name] ?? 0) + 1;
  }

  private later(delayNs: number, happen: () => void): void {
    this.events.push({ atNs: this.nowNs + delayNs, happen });
  }
}
