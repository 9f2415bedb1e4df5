/**
 * Traces as text: JSON lines, a header first, then one observation a line, then how it ended.
 *
 * Bytes are `{"$hex": "..."}`. Reading back gives the same trace, or the list of what is wrong with the text; a trace
 * that was cut off says so, and what is whole of it is kept.
 */
import { fromHex, toHex } from '../base/hex';
import type { Timeline } from '../timeline/timeline';
import type { Environment, Observation, Trace, TraceEnd } from './trace';

/** Raised with every change that an older reader would misread. */
const TRACE_VERSION = 2;

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

function lineOf(value: unknown): string {
  return `${JSON.stringify(value, writeBytes)}\n`;
}

export type ReadTrace =
  | { readonly kind: 'trace'; readonly trace: Trace; readonly problems: readonly string[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/** Reads what `writeTrace` wrote. */
export function readTrace(text: string): ReadTrace {
  const lines = text.split('\n');
  const header = parseLine(lines[0] ?? '');
  if (!isHeader(header)) return { kind: 'unreadable', problems: ['line 1: this is not a packetspec trace'] };
  if (header.version !== TRACE_VERSION) {
    const problem = `line 1: the trace has format version ${header.version}; this packetspec reads version ${TRACE_VERSION}`;
    return { kind: 'unreadable', problems: [problem] };
  }
  return readBody(header, lines);
}

function readBody(header: Header, lines: readonly string[]): ReadTrace {
  const observations: Observation[] = [];
  const problems: string[] = [];
  let end: TraceEnd | undefined;
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === '') return;
    const value = parseLine(line);
    if (isEnd(value)) end = value.end;
    else if (isObservation(value)) observations.push(value);
    else problems.push(`line ${index + 1}: not an observation`);
  });
  if (end === undefined) problems.push('the trace is cut off: its last line is missing');
  const { timeline, environment } = header;
  const cutOff: TraceEnd = { kind: 'host-error', atNs: 0, error: { code: 'cut-off', message: 'the trace is cut off' } };
  return { kind: 'trace', trace: { timeline, environment, observations, end: end ?? cutOff }, problems };
}

function parseLine(line: string): unknown {
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

function isHeader(value: unknown): value is Header {
  return isRecord(value) && value['format'] === FORMAT && isRecord(value['timeline']) && isRecord(value['environment']);
}

type FieldKind = 'number' | 'text' | 'bytes' | 'flag' | 'record';

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
  commanded: { ...ACTION, endedNs: 'number', outcome: 'record' },
  interpreted: { atNs: 'number', outcome: 'record' },
  cleaned: { atNs: 'number', outcome: 'record' },
  tuned: { ...ACTION, endedNs: 'number' },
  marked: { step: 'number', atNs: 'number', counters: 'record' },
  tick: { atNs: 'number' },
};

function isObservation(value: unknown): value is Observation {
  if (!isRecord(value) || typeof value['kind'] !== 'string' || !Object.hasOwn(FIELDS, value['kind'])) return false;
  const fields = FIELDS[value['kind'] as Observation['kind']];
  return Object.entries(fields).every(([name, kind]) => isOfKind(value[name], kind));
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
  }
}

function isEnd(value: unknown): value is { readonly end: TraceEnd } {
  return isRecord(value) && isRecord(value['end']);
}
