/**
 * Values that the tests of the pure folders are made of: timelines, patterns, packets of the kernel under test.
 * Everything has a default that a test need not care about; whatever a test is about, it writes out.
 */
import { assert } from '../../src/base/assert';
import { NS_PER_MS } from '../../src/base/nanoseconds';
import type { Call, CallArgument, CallResult, FieldExpectation, SampleExpectation, When } from '../../src/spec/model';
import type {
  Connection,
  Network,
  Timeline,
  TimelineAction,
  TimelineStep,
  Tolerance,
} from '../../src/timeline/timeline';
import type { CallOutcome, Environment, Observation, SocketEntry, Trace, TraceEnd } from '../../src/trace/trace';
import { craftPacket } from '../../src/wire/craft';
import { parseFlags } from '../../src/wire/flags';
import { decodePacket } from '../../src/wire/packet';
import type { OptionPattern, SegmentPattern } from '../../src/wire/pattern';
import { tcpOf } from '../../src/wire/segment';
import type { TcpSegment } from '../../src/wire/wire';

export const MS = 1_000_000;
export const S = 1_000_000_000;

/** A place in a text that no test looks at. */
export const SPAN = { start: 0, end: 0 };

const IPV4_NETWORK: Network = {
  link: 'tun',
  ipVersion: 4,
  localAddress: '192.168.0.1',
  localPrefixLength: 16,
  remoteAddress: '192.0.2.1',
  remotePrefixLength: 24,
  mtu: 1500,
  superSegments: false,
};

export const IPV6_NETWORK: Network = {
  link: 'tun',
  ipVersion: 6,
  localAddress: 'fd3d:a0b:17d6::1',
  localPrefixLength: 48,
  remoteAddress: 'fd3d:fa7b:d17d::1',
  remotePrefixLength: 48,
  mtu: 1520,
  superSegments: false,
};

/** 4 ms both ways, and no percentage: edges can be counted by hand. */
export const TOLERANCE: Tolerance = { earlyNs: 4 * NS_PER_MS, lateNs: 4 * NS_PER_MS, percent: 0, distance: 'actual' };

export const PROMPT: When = { kind: 'prompt' };

/** `+1s` is `after(S)`; `+1s~+2s` is `after(S, 2 * S)`. */
export function after(startNs: number, endNs = startNs): When {
  return { kind: 'window', anchor: 'previous', startNs, endNs };
}

export function at(startNs: number, endNs = startNs): When {
  return { kind: 'window', anchor: 'start', startNs, endNs };
}

export function afterLast(startNs: number, endNs = startNs): When {
  return { kind: 'window', anchor: 'connection', startNs, endNs };
}

export function within(limitNs: number): When {
  return { kind: 'any', limitNs };
}

export function flagBits(letters: string): number {
  const flags = parseFlags(letters);
  assert(typeof flags === 'number', `${letters} are no flags`);
  return flags;
}

/** `seg('S.', { seq: 0, length: 0, ack: 1 })`. */
export function seg(letters: string, fields: Partial<SegmentPattern> = {}): SegmentPattern {
  return { kind: 'tcp', flags: flagBits(letters), ...fields };
}

export function opts(...list: readonly OptionPattern[]): NonNullable<SegmentPattern['options']> {
  return { list, open: false };
}

/** Connection `index` has remote port 40001 + index. */
export function connection(index = 0, fields: Partial<Connection> = {}): Connection {
  return {
    index,
    name: index === 0 ? 'default' : `c${index}`,
    role: 'passive',
    protocol: 'tcp',
    localAddress: IPV4_NETWORK.localAddress,
    localPort: 8080,
    remoteAddress: IPV4_NETWORK.remoteAddress,
    remotePort: 40_001 + index,
    ...fields,
  };
}

export interface StepFields {
  readonly when?: When;
  readonly tolerance?: Tolerance;
  /** `null`: none. */
  readonly connection?: number | null;
  readonly label?: string;
  readonly text?: string;
}

type Draft = Omit<TimelineStep, 'index' | 'place'> & { readonly text: string };

/** One step of a timeline; its line in the spec is ten more than its index. */
export function step(action: TimelineAction, fields: StepFields = {}): Draft {
  const index = fields.connection === undefined ? 0 : fields.connection;
  return {
    label: fields.label ?? action.kind,
    text: fields.text ?? `  - ${action.kind}`,
    ...(index === null ? {} : { connection: index }),
    when: fields.when ?? PROMPT,
    tolerance: fields.tolerance ?? TOLERANCE,
    action,
  };
}

export function inject(packet: SegmentPattern, fields: StepFields = {}): Draft {
  return step({ kind: 'inject', packet }, fields);
}

export function expects(packet: SegmentPattern, fields: StepFields & { readonly optional?: boolean } = {}): Draft {
  return step({ kind: 'expect', packet, optional: fields.optional ?? false, joined: false }, fields);
}

export function silence(durationNs: number, fields: StepFields = {}): Draft {
  return step({ kind: 'silence', durationNs }, { connection: null, ...fields });
}

export function wait(when: When): Draft {
  return step({ kind: 'wait' }, { when, connection: null });
}

export function samples(sample: SampleExpectation, fields: StepFields & { readonly withinNs?: number } = {}): Draft {
  const { withinNs } = fields;
  return step({ kind: 'sample', sample, ...(withinNs === undefined ? {} : { withinNs }) }, fields);
}

export function calls(made: Call, fields: StepFields & { readonly returns?: When } = {}): Draft {
  const { returns } = fields;
  return step(
    { kind: 'call', call: made, ...(returns === undefined ? {} : { returns }) },
    { connection: null, ...fields },
  );
}

/** Members of a group on connection 0, or on the connection given with each. */
export function group(
  members: readonly (SegmentPattern | readonly [SegmentPattern, number])[],
  fields: StepFields & { readonly exclusiveNs?: number } = {},
): Draft {
  const { exclusiveNs } = fields;
  return step(
    {
      kind: 'group',
      members: members.map((member, index) => {
        const [packet, connectionIndex] = 'kind' in member ? [member, 0] : member;
        return {
          place: placeOf(50 + index, '    - member'),
          label: `member ${index}`,
          connection: connectionIndex,
          packet,
        };
      }),
      exclusive: exclusiveNs !== undefined,
      ...(exclusiveNs === undefined ? {} : { durationNs: exclusiveNs }),
    },
    { connection: null, ...fields },
  );
}

function placeOf(line: number, text: string): TimelineStep['place'] {
  return { line, column: 5, text };
}

export function timelineOf(steps: readonly Draft[], fields: Partial<Timeline> = {}): Timeline {
  return {
    file: 'specs/sample.yaml',
    name: 'a sample',
    variant: { ip: 'ipv4', matrix: {}, label: 'ipv4' },
    requires: { kernel: [], sysctls: [], commands: [], unsupported: [] },
    network: IPV4_NETWORK,
    sysctls: [],
    folder: 'specs',
    connections: [connection()],
    localPort: 8080,
    strays: 'report',
    ...fields,
    steps: steps.map(({ text, ...draft }, index) => ({ ...draft, index, place: placeOf(10 + index, text) })),
  };
}

/** The bytes of a packet that the kernel under test sends on a connection, in live numbers. */
export function fromKernel(
  packet: SegmentPattern,
  { localAddress, localPort, remoteAddress, remotePort }: Connection = connection(),
): Uint8Array {
  return craftPacket(packet, {
    version: localAddress.includes(':') ? 6 : 4,
    sourceAddress: localAddress,
    targetAddress: remoteAddress,
    sourcePort: localPort ?? 55_555,
    targetPort: remotePort,
    seq: 0,
    ack: 0,
  });
}

/** The bytes of a packet that the harness injects on a connection, in live numbers. */
export function toKernel(
  packet: SegmentPattern,
  { localAddress, localPort, remoteAddress, remotePort }: Connection = connection(),
): Uint8Array {
  return craftPacket(packet, {
    version: localAddress.includes(':') ? 6 : 4,
    sourceAddress: remoteAddress,
    targetAddress: localAddress,
    sourcePort: remotePort,
    targetPort: localPort ?? 55_555,
    seq: 0,
    ack: 0,
  });
}

/** A live segment as it is decoded from the wire. */
export function liveSegment(packet: SegmentPattern): TcpSegment {
  const segment = tcpOf(decodePacket(fromKernel(packet)));
  assert(segment !== undefined, 'a crafted segment decodes to a segment');
  return segment;
}

export function sent(
  index: number,
  atNs: number,
  packet: SegmentPattern,
  fields: { plannedNs?: number; connection?: Connection; errno?: string } = {},
): Observation {
  const { plannedNs = atNs, errno = '' } = fields;
  return { kind: 'sent', step: index, plannedNs, startedNs: atNs, bytes: toKernel(packet, fields.connection), errno };
}

/** A frame of the kernel under test. */
export function came(atNs: number, packet: SegmentPattern, on?: Connection): Observation {
  return { kind: 'frame', direction: 'out', atNs, bytes: fromKernel(packet, on) };
}

/** The kernel's own stamp of something injected. */
export function stamped(atNs: number, packet: SegmentPattern, on?: Connection): Observation {
  return { kind: 'frame', direction: 'in', atNs, bytes: toKernel(packet, on) };
}

export function tick(atNs: number): Observation {
  return { kind: 'tick', atNs };
}

// --- calls --------------------------------------------------------------------------------------------------------

export function integer(value: number): CallArgument {
  return { kind: 'integer', value, span: SPAN };
}

export function symbols(...names: readonly string[]): CallArgument {
  return { kind: 'symbols', names, span: SPAN };
}

export function socketNamed(name: string): CallArgument {
  return { kind: 'socket', name, span: SPAN };
}

export function text(value: string): CallArgument {
  return { kind: 'string', bytes: new TextEncoder().encode(value), span: SPAN };
}

export function list(...items: readonly CallArgument[]): CallArgument {
  return { kind: 'list', items, span: SPAN };
}

export function struct(fields: Readonly<Record<string, CallArgument>>): CallArgument {
  return { kind: 'struct', fields: Object.entries(fields).map(([name, value]) => ({ name, value })), span: SPAN };
}

export const ELLIPSIS: CallArgument = { kind: 'ellipsis', span: SPAN };

/** `callOf('read', [...], 10)`, `callOf('accept', [...], 'app')`, `callOf('read', [...], -1, 'EAGAIN')`. */
export function callOf(name: string, args: readonly CallArgument[], result: number | string, errno?: string): Call {
  const wanted: CallResult =
    typeof result === 'string'
      ? { kind: 'socket', name: result, span: SPAN }
      : { kind: 'value', value: result, ...(errno === undefined ? {} : { errno }) };
  return { name, args, result: wanted, span: SPAN };
}

export function outcome(returned: number, errno = '', outputs: CallOutcome['outputs'] = {}): CallOutcome {
  return { returned, errno, outputs };
}

// --- samples ------------------------------------------------------------------------------------------------------

export function field(name: string, value: number | string): FieldExpectation {
  return {
    name,
    span: SPAN,
    value: typeof value === 'number' ? { kind: 'range', min: value, max: value } : { kind: 'text', text: value },
  };
}

export function socketEntry(fields: Partial<SocketEntry> = {}): SocketEntry {
  return {
    state: 'ESTABLISHED',
    family: 4,
    localAddress: IPV4_NETWORK.localAddress,
    localPort: 8080,
    remoteAddress: IPV4_NETWORK.remoteAddress,
    remotePort: 40_001,
    receiveQueue: 0,
    sendQueue: 0,
    timer: 'off',
    timerExpiresMs: 0,
    retransmits: 0,
    inode: 1,
    ...fields,
  };
}

// --- traces -------------------------------------------------------------------------------------------------------

const ENVIRONMENT: Environment = {
  kernel: '6.18.0-test',
  architecture: 'x86_64',
  scheduling: 'other',
  rootless: false,
  startedAt: '2026-01-02T03:04:05.678Z',
  setupNs: 812_000,
};

export function traceOf(timeline: Timeline, observations: readonly Observation[], end?: TraceEnd): Trace {
  return {
    timeline,
    environment: ENVIRONMENT,
    observations,
    end: end ?? { kind: 'finished', kernelWait: { totalNs: 0, lastNs: 0 }, atNs: 2 * S },
  };
}
