/**
 * A run whose result nobody wants: it takes an executor's first steps before they count.
 *
 * Code that runs for the first time is compiled while the clock ticks; without this, the first milliseconds of an
 * executor's first run were up to 2.4 ms late.
 */
import { NS_PER_MS } from '../base/nanoseconds';
import type { Host } from '../host/host';
import type { Call, CallArgument, FieldExpectation, SampleExpectation } from '../spec/model';
import { listenerCalls } from '../timeline/listener';
import { networkOf } from '../timeline/network';
import type { Connection, Timeline, TimelineAction, TimelineStep } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import { TCP_FLAG } from '../wire/wire';
import { execute } from './execute';

const PORT = 8080;
const SPAN = { start: 0, end: 0 };
/** One is not enough for the compiler to notice. */
const CONNECTIONS = 3;

/** Runs it, whatever comes of it: what is wrong with the environment will show in the first real run. */
export async function warmUp(host: Host): Promise<void> {
  const { close } = await execute(warmUpTimeline('ipv4'), host);
  await close();
}

/** Handshakes, an accept, data, a connect, and every kind of sample. */
export function warmUpTimeline(ip: 'ipv4' | 'ipv6'): Timeline {
  const network = networkOf(ip);
  const { localAddress, remoteAddress } = network;
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => ({
    index,
    name: `c${index}`,
    role: 'passive' as const,
    protocol: 'tcp' as const,
    localAddress,
    localPort: PORT,
    remoteAddress,
    remotePort: 40_001 + index,
  }));
  const active: Connection = {
    index: CONNECTIONS,
    name: 'active',
    role: 'active',
    protocol: 'tcp',
    localAddress,
    localPort: undefined,
    remoteAddress,
    remotePort: PORT,
  };
  const actions: readonly (readonly [TimelineAction, number?])[] = [
    ...listenerCalls({ kind: 'listener', port: PORT, backlog: CONNECTIONS, options: [], span: SPAN }).map(
      (call) => [{ kind: 'call', call }] as const,
    ),
    ...connections.flatMap(({ index }) => conversation(index)),
    ...connecting(active.index),
    [sample({ kind: 'queue', fields: [field('accept'), field('syn')] })],
    [sample({ kind: 'counters', fields: [field('ListenDrops')] })],
    [sample({ kind: 'socket', fields: [field('recv_queue')] }), 0],
  ];
  return {
    file: 'warm-up',
    name: 'warm-up',
    variant: { ip, matrix: {}, label: ip },
    requires: { kernel: [], sysctls: [], commands: [], unsupported: [] },
    network,
    sysctls: [],
    folder: '.',
    connections: [...connections, active],
    localPort: PORT,
    steps: actions.map(([action, connection], index) => step(action, index, connection)),
    strays: 'report',
  };
}

function conversation(connection: number): readonly (readonly [TimelineAction, number])[] {
  const options = { list: [{ kind: 'mss' as const, value: 1460 }], open: false };
  return [
    [inject({ kind: 'tcp', flags: TCP_FLAG.SYN, seq: 0, length: 0, options }), connection],
    [expectation({ kind: 'tcp', flags: TCP_FLAG.SYN | TCP_FLAG.ACK, seq: 0, length: 0, ack: 1, options }), connection],
    [inject({ kind: 'tcp', flags: TCP_FLAG.ACK, seq: 1, length: 0, ack: 1 }), connection],
    [{ kind: 'call', call: ACCEPT }, connection],
    [inject({ kind: 'tcp', flags: TCP_FLAG.ACK | TCP_FLAG.PSH, seq: 1, length: 10, ack: 1 }), connection],
    [expectation({ kind: 'tcp', flags: TCP_FLAG.ACK, seq: 1, length: 0, ack: 11 }), connection],
  ];
}

/** A kernel draws its secrets at the first connect, which takes a guest 6 ms. */
function connecting(connection: number): readonly (readonly [TimelineAction, number?])[] {
  const options = { list: [], open: true };
  return [
    [{ kind: 'call', call: SOCKET }],
    [{ kind: 'call', call: CONNECT }, connection],
    [expectation({ kind: 'tcp', flags: TCP_FLAG.SYN, seq: 0, length: 0, options }), connection],
    [inject({ kind: 'tcp', flags: TCP_FLAG.RST | TCP_FLAG.ACK, seq: 0, length: 0, ack: 1 }), connection],
  ];
}

const ELLIPSIS = { kind: 'ellipsis', span: SPAN } as const;

const ACCEPT: Call = {
  name: 'accept',
  args: [{ kind: 'socket', name: 'server', span: SPAN }, ELLIPSIS, ELLIPSIS],
  result: { kind: 'socket', name: 'app', span: SPAN },
  span: SPAN,
};

const SOCKET: Call = {
  name: 'socket',
  args: [ELLIPSIS, symbols('SOCK_STREAM', 'SOCK_NONBLOCK'), symbols('IPPROTO_TCP')],
  result: { kind: 'socket', name: 'client', span: SPAN },
  span: SPAN,
};

const CONNECT: Call = {
  name: 'connect',
  args: [{ kind: 'socket', name: 'client', span: SPAN }, ELLIPSIS, ELLIPSIS],
  result: { kind: 'value', value: -1, errno: 'EINPROGRESS' },
  span: SPAN,
};

function symbols(...names: readonly string[]): CallArgument {
  return { kind: 'symbols', names, span: SPAN };
}

function inject(packet: PacketPattern): TimelineAction {
  return { kind: 'inject', packet };
}

function expectation(packet: PacketPattern): TimelineAction {
  return { kind: 'expect', packet, optional: false, joined: false };
}

function sample(expected: SampleExpectation): TimelineAction {
  return { kind: 'sample', sample: expected };
}

function field(name: string): FieldExpectation {
  return { name, span: SPAN, value: { kind: 'range' } };
}

function step(action: TimelineAction, index: number, connection: number | undefined): TimelineStep {
  return {
    index,
    place: { line: 0, column: 0, text: '' },
    label: action.kind,
    ...(connection === undefined ? {} : { connection }),
    when: { kind: 'prompt' },
    tolerance: { earlyNs: NS_PER_MS, lateNs: NS_PER_MS, percent: 0, distance: 'actual' },
    action,
  };
}
