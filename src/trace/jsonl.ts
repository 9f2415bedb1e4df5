/**
 * Traces as text: JSON lines, a header first, then one observation a line, then how it ended.
 *
 * Bytes are `{"$hex": "..."}`. Reading back gives the same trace, or the list of what is wrong with the text; a trace
 * that was cut off says so, and what is whole of it is kept.
 */
import { fromHex, toHex } from '../base/hex';
import type { When } from '../spec/model';
import type { Timeline, TimelineAction } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import type { KernelEvent } from './kernel-event';
import type { Environment, Observation, Trace, TraceEnd } from './trace';

/** Raised with every change that an older reader would misread. Since 3 there are looks at queues, since 4 kernel events. */
const TRACE_VERSION = 4;
/** Everything in these is as it is now. */
const OLDER_VERSIONS: readonly unknown[] = [2, 3];

const FORMAT = 'packetspec-trace';

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly timeline: Timeline;
  readonly environment: Environment;
}

/** The trace as one text of JSON lines, with a newline at the end. */
export function writeTrace(trace: Trace): string {
  return [...traceLines(trace)].join('');
}

/** The lines one by one, each with its newline: those of a long run are more than one text should hold. */
export function* traceLines(trace: Trace): Generator<string> {
  const { timeline, environment, observations, end } = trace;
  const header: Header = { format: FORMAT, version: TRACE_VERSION, timeline, environment };
  yield lineOf(header);
  for (const observation of observations) yield lineOf(observation);
  yield lineOf({ end });
}

/** Any value as one line of JSON with its newline; bytes in it stay bytes. */
export function lineOf(value: unknown): string {
  return `${JSON.stringify(value, writeBytes)}\n`;
}

export type ReadTrace =
  | {
      readonly kind: 'trace';
      /** What is whole of it. */
      readonly trace: Trace;
      /** For each observation the line on which it stands. */
      readonly lines: readonly number[];
      readonly problems: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/** Reads what `writeTrace` wrote. */
export function readTrace(text: string): ReadTrace {
  const lines = text.split('\n');
  const header = parseLine(lines[0] ?? '');
  const problem = isTraceHeader(header)
    ? (versionProblem(header['version']) ?? headerProblem(header))
    : text.trim() === ''
      ? 'the file is empty'
      : 'this is not a packetspec trace: `run --trace DIR` writes them';
  if (problem !== undefined) return { kind: 'unreadable', problems: [`line 1: ${problem}`] };
  return readBody(header as Header, lines);
}

function isTraceHeader(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && value['format'] === FORMAT;
}

function versionProblem(version: unknown): string | undefined {
  if (version === TRACE_VERSION || OLDER_VERSIONS.includes(version)) return undefined;
  if (typeof version !== 'number') return 'the trace has no format version; was it edited?';
  const age = version > TRACE_VERSION ? 'a newer' : 'an older';
  return `the trace has format version ${version}, that of ${age} packetspec; this packetspec reads version ${TRACE_VERSION}: replay it with the one that wrote it`;
}

function readBody(header: Header, lines: readonly string[]): ReadTrace {
  const { timeline, environment } = header;
  const observations: Observation[] = [];
  const numbers: number[] = [];
  const problems: string[] = [];
  let end: TraceEnd | undefined;
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === '') return;
    const number = index + 1;
    if (end !== undefined) {
      problems.push(`line ${number}: stands behind the end of the trace`);
      return;
    }
    const value = parseLine(line);
    if (isEnd(value)) end = value.end;
    else if (isObservation(value) && stepProblem(value, timeline) === undefined) {
      observations.push(value);
      numbers.push(number);
    } else problems.push(`line ${number}: ${lineProblem(value, timeline, index === lines.length - 1)}`);
  });
  if (end === undefined)
    problems.push(
      'the trace is cut off: its last line, which says how the run ended, is missing; what is whole is shown',
    );
  const cutOff: TraceEnd = { kind: 'host-error', atNs: 0, error: { code: 'cut-off', message: 'the trace is cut off' } };
  return {
    kind: 'trace',
    trace: { timeline, environment, observations, end: end ?? cutOff },
    lines: numbers,
    problems,
  };
}

/** What is wrong with a line. @param isLast behind a whole one there is a line break */
function lineProblem(value: unknown, timeline: Timeline, isLast: boolean): string {
  if (value === undefined) return isLast ? 'is cut off' : 'is no JSON';
  if (!isRecord(value) || typeof value['kind'] !== 'string') return 'not an observation';
  const { kind } = value;
  if (!Object.hasOwn(FIELDS, kind)) return `not an observation: nothing is called \`${kind}\``;
  const wrong = Object.entries(FIELDS[kind as Observation['kind']]).find(
    ([name, type]) => !isOfKind(value[name], type),
  );
  if (wrong === undefined) return stepProblem(value as unknown as Observation, timeline) ?? 'not an observation';
  const [name, type] = wrong;
  return `not an observation: \`${name}\` of \`${kind}\` ${value[name] === undefined ? 'is missing' : `is no ${KIND_WORDS[type]}`}`;
}

function stepProblem(observation: Observation, { steps }: Timeline): string | undefined {
  if (!('step' in observation) || steps[observation.step] !== undefined) return undefined;
  return `not an observation of this run: there is no step ${observation.step}`;
}

/** The value of such a line; `undefined` for what is none. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line, readBytes) as unknown;
  } catch {
    return undefined;
  }
}

/** Looks at the value itself, because a Buffer has turned itself into something else before it gets here. */
function writeBytes(this: unknown, key: string, value: unknown): unknown {
  const original = isRecord(this) ? this[key] : value;
  return original instanceof Uint8Array ? { $hex: toHex(original) } : value;
}

function readBytes(_key: string, value: unknown): unknown {
  if (!isRecord(value) || typeof value['$hex'] !== 'string') return value;
  return fromHex(value['$hex']) ?? value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What is wrong with the header; `undefined` when judge and reports can rely on it. */
function headerProblem(header: Readonly<Record<string, unknown>>): string | undefined {
  const wrong = HEADER.find(([path, kind]) => valuesAt(header, path).some((value) => !isOfKind(value, kind)));
  if (wrong !== undefined) {
    const [path, kind] = wrong;
    return `the header has no ${KIND_WORDS[kind]} \`${path.join('.')}\`; was it edited?`;
  }
  const { steps } = (header as unknown as Header).timeline;
  const misplaced = steps.findIndex(({ index }, position) => index !== position);
  if (misplaced !== -1) return `step ${misplaced} of the header is not where it belongs; was it edited?`;
  const unknown = steps.findIndex(({ when, action }) => !Object.hasOwn(WHENS, when.kind) || !isKnownAction(action));
  return unknown === -1 ? undefined : `step ${unknown} of the header is of an unknown kind; was it edited?`;
}

function isKnownAction(action: TimelineAction): boolean {
  if (!Object.hasOwn(ACTIONS, action.kind)) return false;
  return !('packet' in action) || (isRecord(action.packet) && Object.hasOwn(PACKETS, action.packet.kind));
}

/** All values at a path; `*` stands for every member of a list. */
function valuesAt(value: unknown, [first, ...rest]: readonly string[]): readonly unknown[] {
  if (first === undefined) return [value];
  if (first === '*')
    return Array.isArray(value) ? value.flatMap((member: unknown) => valuesAt(member, rest)) : [undefined];
  return valuesAt(isRecord(value) ? value[first] : undefined, rest);
}

/** The kinds of each union that the walk tells apart. */
const WHENS: Readonly<Record<When['kind'], true>> = { prompt: true, window: true, any: true };
const PACKETS: Readonly<Record<PacketPattern['kind'], true>> = { tcp: true, udp: true, icmp: true };
const ACTIONS: Readonly<Record<TimelineAction['kind'], true>> = {
  inject: true,
  expect: true,
  group: true,
  silence: true,
  flood: true,
  sysctl: true,
  call: true,
  sample: true,
  events: true,
  mark: true,
  wait: true,
  command: true,
  code: true,
};

type FieldKind = 'number' | 'text' | 'bytes' | 'flag' | 'record' | 'list';

const KIND_WORDS: Readonly<Record<FieldKind, string>> = {
  number: 'number',
  text: 'text',
  bytes: 'bytes',
  flag: 'true or false',
  record: 'object',
  list: 'list',
};

/** What a header must have; more is in it. */
const HEADER: readonly (readonly [path: readonly string[], kind: FieldKind])[] = (
  [
    ['environment.kernel', 'text'],
    ['environment.architecture', 'text'],
    ['environment.startedAt', 'text'],
    ['environment.setupNs', 'number'],
    ['timeline.file', 'text'],
    ['timeline.name', 'text'],
    ['timeline.folder', 'text'],
    ['timeline.localPort', 'number'],
    ['timeline.variant.label', 'text'],
    ['timeline.network.localAddress', 'text'],
    ['timeline.network.remoteAddress', 'text'],
    ['timeline.sysctls', 'list'],
    ['timeline.sysctls.*.name', 'text'],
    ['timeline.sysctls.*.value', 'text'],
    ['timeline.connections', 'list'],
    ['timeline.connections.*.index', 'number'],
    ['timeline.connections.*.name', 'text'],
    ['timeline.connections.*.remoteAddress', 'text'],
    ['timeline.connections.*.remotePort', 'number'],
    ['timeline.steps', 'list'],
    ['timeline.steps.*.index', 'number'],
    ['timeline.steps.*.label', 'text'],
    ['timeline.steps.*.place.line', 'number'],
    ['timeline.steps.*.place.text', 'text'],
    ['timeline.steps.*.when.kind', 'text'],
    ['timeline.steps.*.tolerance', 'record'],
    ['timeline.steps.*.action.kind', 'text'],
  ] as const
).map(([path, kind]) => [path.split('.'), kind]);

const ACTION = { step: 'number', plannedNs: 'number', startedNs: 'number' } as const;

/** What an observation of each kind must have; the judge relies on it. */
const FIELDS: Readonly<Record<Observation['kind'], Readonly<Record<string, FieldKind>>>> = {
  baseline: { counters: 'record', realtimeAtZero: 'record' },
  sent: { ...ACTION, bytes: 'bytes', errno: 'text' },
  flooded: { ...ACTION, endedNs: 'number', sent: 'number', errno: 'text', answered: 'number' },
  unsendable: { step: 'number', atNs: 'number', reason: 'text' },
  frame: { direction: 'text', atNs: 'number', bytes: 'bytes' },
  called: { ...ACTION, endedNs: 'number', outcome: 'record', interrupted: 'flag' },
  blocked: ACTION,
  returned: { step: 'number', endedNs: 'number', outcome: 'record', cancelled: 'flag' },
  sampled: { ...ACTION, atNs: 'number', sample: 'record' },
  watched: { atNs: 'number', listeners: 'list' },
  commanded: { ...ACTION, endedNs: 'number', outcome: 'record' },
  interpreted: { atNs: 'number', outcome: 'record' },
  cleaned: { atNs: 'number', outcome: 'record' },
  tuned: { ...ACTION, endedNs: 'number' },
  marked: { step: 'number', atNs: 'number', counters: 'record' },
  event: { event: 'record' },
  counted: { atNs: 'number', counters: 'record' },
  tick: { atNs: 'number' },
};

const OF_A_SOCKET = { atNs: 'number', socket: 'number', flow: 'record' } as const;

/** The same of kernel events. */
const EVENT_FIELDS: Readonly<Record<KernelEvent['kind'], Readonly<Record<string, FieldKind>>>> = {
  drop: { atNs: 'number' },
  consumed: { atNs: 'number', injectedNs: 'number' },
  state: { ...OF_A_SOCKET, from: 'text', to: 'text' },
  reset: { atNs: 'number', by: 'text', flow: 'record' },
  retransmit: { ...OF_A_SOCKET, what: 'text' },
  'bad-checksum': { atNs: 'number', flow: 'record' },
  congestion: { ...OF_A_SOCKET, state: 'text' },
};

function isObservation(value: unknown): value is Observation {
  if (!hasFields(value, FIELDS)) return false;
  return value['kind'] !== 'event' || hasFields(value['event'], EVENT_FIELDS);
}

function hasFields(
  value: unknown,
  table: Readonly<Record<string, Readonly<Record<string, FieldKind>>>>,
): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value) || typeof value['kind'] !== 'string' || !Object.hasOwn(table, value['kind'])) return false;
  return Object.entries(table[value['kind']] ?? {}).every(([name, kind]) => isOfKind(value[name], kind));
}

function isOfKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number';
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'record':
      return isRecord(value);
    case 'list':
      return Array.isArray(value);
  }
}

function isEnd(value: unknown): value is { readonly end: TraceEnd } {
  const end = isRecord(value) ? value['end'] : undefined;
  if (!isRecord(end)) return false;
  switch (end['kind']) {
    case 'finished':
      return (
        isOfKind(end['atNs'], 'number') &&
        isRecord(end['kernelWait']) &&
        typeof end['kernelWait']['lastNs'] === 'number'
      );
    case 'skipped':
      return isOfKind(end['reason'], 'text');
    case 'host-error':
      return isOfKind(end['atNs'], 'number') && isRecord(end['error']) && typeof end['error']['message'] === 'string';
    default:
      return false;
  }
}
