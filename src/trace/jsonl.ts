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
export const TRACE_VERSION = 1;

const FORMAT = 'packetspec-trace';

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly timeline: Timeline;
  readonly environment: Environment;
}

/** The trace as JSON lines, with a newline at the end. */
export function writeTrace(trace: Trace): string {
  const { timeline, environment, observations, end } = trace;
  const header: Header = { format: FORMAT, version: TRACE_VERSION, timeline, environment };
  return [header, ...observations, { end }].map((line) => `${JSON.stringify(line, writeBytes)}\n`).join('');
}

export type ReadTrace =
  | { readonly kind: 'trace'; readonly trace: Trace; readonly problems: readonly string[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/** Reads what `writeTrace` wrote. */
export function readTrace(text: string): ReadTrace {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const header = parseLine(lines[0] ?? '');
  if (!isHeader(header)) return { kind: 'unreadable', problems: ['line 1: this is not a packetspec trace'] };
  if (header.version !== TRACE_VERSION) {
    const problem = `line 1: the trace has format version ${header.version}; this packetspec reads version ${TRACE_VERSION}`;
    return { kind: 'unreadable', problems: [problem] };
  }
  return readBody(header, lines.slice(1));
}

function readBody(header: Header, lines: readonly string[]): ReadTrace {
  const observations: Observation[] = [];
  const problems: string[] = [];
  let end: TraceEnd | undefined;
  lines.forEach((line, index) => {
    const value = parseLine(line);
    if (isEnd(value)) end = value.end;
    else if (isObservation(value)) observations.push(value);
    else problems.push(`line ${index + 2}: not an observation`);
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

function writeBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $hex: toHex(value) } : value;
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

const OBSERVATION_KINDS = new Set<unknown>(
  'baseline sent unsendable frame called blocked returned sampled marked tick'.split(' ') satisfies string[],
);

function isObservation(value: unknown): value is Observation {
  return isRecord(value) && OBSERVATION_KINDS.has(value['kind']);
}

function isEnd(value: unknown): value is { readonly end: TraceEnd } {
  return isRecord(value) && isRecord(value['end']);
}
