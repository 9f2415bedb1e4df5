/**
 * What crossed the link in a run, as a capture that Wireshark and its like open: pcapng (draft-ietf-opsawg-pcapng), one
 * section, one interface, little endian, nanoseconds. Each packet says in a comment what the spec says of it.
 *
 * What is no packet - a segment that did not come, a queue that was looked at - stands in the comments of the section.
 */
import { NS_PER_S } from '../base/nanoseconds';
import { printable } from '../base/printable';
import { printLoss } from '../match/kernel-events';
import { labelOf } from '../suite/label';
import type { RunResult } from '../suite/suite';
import type { Network } from '../timeline/timeline';
import type { Trace } from '../trace/trace';
import { printPacket } from '../wire/print';
import { type Evidence, evidenceOf, whyFailed } from './evidence';
import { hasFailed } from './fold';

const BLOCK = { SECTION: 0x0a0d0d0a, INTERFACE: 1, PACKET: 6 } as const;
const BYTE_ORDER = 0x1a2b3c4d;
/** Packets that begin with an IP header. */
const LINKTYPE_RAW = 101;

/** Options of all blocks, and of each kind: their numbers mean something else in each. */
const COMMENT = 1;
const SECTION_OPTION = { HARDWARE: 2, SYSTEM: 3, APPLICATION: 4 } as const;
const INTERFACE_OPTION = { NAME: 2, DESCRIPTION: 3, TIME_RESOLUTION: 9, SYSTEM: 12 } as const;
const PACKET_OPTION = { FLAGS: 2 } as const;

/** Decimal digits behind the second. */
const NANOSECONDS = 9;
/** As seen by the kernel under test, whose interface it is. */
const DIRECTION = { in: 1, out: 2 } as const;
/** The length of an option is a 16-bit number. */
const MAX_OPTION_BYTES = 0xffff;
/** Of what is no packet. */
const MAX_SECTION_COMMENTS = 100;

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/**
 * The capture in pieces; `undefined` for a run that has no trace.
 * @param application who wrote it
 */
export function pcapngOf(result: RunResult, application: string): Iterable<Uint8Array> | undefined {
  const { trace } = result;
  return trace === undefined ? undefined : blocks(result, trace, application);
}

function* blocks(result: RunResult, trace: Trace, application: string): Generator<Uint8Array> {
  const evidence = evidenceOf(result);
  const told = toldOf(evidence);
  const notes = evidence.filter((row) => !told.rows.has(row));
  yield sectionBlock(result, trace, { evidence: notes, application });
  yield interfaceBlock(trace);
  const startNs = startOf(trace);
  for (const row of evidence) if (row.kind === 'segment') yield packetBlock(row, startNs, told.texts.get(row) ?? []);
}

type SegmentRow = Extract<Evidence, { kind: 'segment' }>;

/** What the kernel told stands with the last packet of its connection before it; else with the section. */
function toldOf(evidence: readonly Evidence[]): {
  readonly texts: ReadonlyMap<SegmentRow, readonly string[]>;
  readonly rows: ReadonlySet<Evidence>;
} {
  const last = new Map<string | undefined, SegmentRow>();
  const texts = new Map<SegmentRow, string[]>();
  const rows = new Set<Evidence>();
  for (const row of evidence) {
    if (row.kind === 'segment') last.set(row.packet.connection, row);
    if (row.kind !== 'kernel' || row.connection === undefined) continue;
    const packet = last.get(row.connection);
    if (packet === undefined) continue;
    const text = `at ${(row.atNs / NS_PER_S).toFixed(9)} s: ${row.text}`;
    texts.set(packet, [...(texts.get(packet) ?? []), text]);
    rows.add(row);
  }
  return { texts, rows };
}

function sectionBlock(
  result: RunResult,
  { environment }: Trace,
  { evidence, application }: { readonly evidence: readonly Evidence[]; readonly application: string },
): Uint8Array {
  const { run, verdict } = result;
  const { file, name } = run.timeline;
  const title = `${file} [${labelOf(run)}] ${name}: ${verdict.status}${verdict.reason === undefined ? '' : `: ${verdict.reason}`}`;
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER, true);
  view.setUint16(4, 1, true);
  view.setUint16(6, 0, true);
  // How long the section is: not said.
  view.setBigInt64(8, -1n, true);
  return block(BLOCK.SECTION, body, [
    textOption(COMMENT, title),
    ...noteTexts(evidence).map((text) => textOption(COMMENT, text)),
    textOption(SECTION_OPTION.HARDWARE, environment.architecture),
    textOption(SECTION_OPTION.SYSTEM, `Linux ${environment.kernel}`),
    textOption(SECTION_OPTION.APPLICATION, application),
  ]);
}

function noteTexts(evidence: readonly Evidence[]): readonly string[] {
  const notes = evidence.filter((row) => row.kind !== 'segment');
  // Failures first to be kept, everything in the order of time.
  const shown = notes.length <= MAX_SECTION_COMMENTS ? notes : notes.filter(hasFailed).slice(0, MAX_SECTION_COMMENTS);
  const texts = shown.map((row) => {
    const text = row.kind !== 'missed' ? row.text : `expected ${row.check.expected ?? ''}: ${whyFailed(row.check)}`;
    return `at ${(row.atNs / NS_PER_S).toFixed(9)} s${row.line === undefined ? '' : `, line ${row.line}`}: ${text}${hasFailed(row) ? ' (failed)' : ''}`;
  });
  const left = notes.length - shown.length;
  return left === 0 ? texts : [...texts, `${left} more are in the trace`];
}

function interfaceBlock({ timeline, environment }: Trace): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setUint16(0, LINKTYPE_RAW, true);
  // Traces of packetspec 0.1 do not say what the link was: it was a TUN.
  const { localAddress, remoteAddress, link = 'tun' }: Partial<Network> = timeline.network;
  const sides = `kernel under test ${localAddress ?? ''}, harness ${remoteAddress ?? ''}`;
  return block(BLOCK.INTERFACE, body, [
    textOption(INTERFACE_OPTION.NAME, link),
    textOption(INTERFACE_OPTION.DESCRIPTION, sides),
    { code: INTERFACE_OPTION.TIME_RESOLUTION, value: Uint8Array.of(NANOSECONDS) },
    textOption(INTERFACE_OPTION.SYSTEM, `Linux ${environment.kernel}`),
  ]);
}

function packetBlock(row: SegmentRow, startNs: bigint, told: readonly string[]): Uint8Array {
  const { bytes, direction } = row.packet;
  const stamp = startNs + BigInt(row.atNs);
  const body = new Uint8Array(20 + padded(bytes.length));
  const view = new DataView(body.buffer);
  view.setUint32(4, Number(stamp >> 32n), true);
  view.setUint32(8, Number(stamp & 0xffffffffn), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, bytes.length, true);
  body.set(bytes, 20);
  const flags = new Uint8Array(4);
  new DataView(flags.buffer).setUint32(0, DIRECTION[direction], true);
  return block(BLOCK.PACKET, body, [
    textOption(COMMENT, packetComment(row)),
    ...told.map((text) => textOption(COMMENT, text)),
    { code: PACKET_OPTION.FLAGS, value: flags },
  ]);
}

/** `line 11: expect S. 0:0(0) ack 1: passed (default: S. 0:0(0) ack 1 win 65160)` */
function packetComment(row: SegmentRow): string {
  const { packet, line, label, repetition, stray, check } = row;
  const place = line === undefined ? 'stray: no step took it' : `line ${line}: ${label ?? ''}`;
  const outcome = outcomeOf(row);
  const broken = stray && check !== undefined ? ` (broke ${check.title})` : '';
  const repeated = repetition === 0 ? '' : `, retransmission ${repetition}`;
  const lost = packet.loss === undefined ? '' : `, ${printLoss(packet.loss)}`;
  return `${place}${broken}${outcome}${repeated}${lost} (${packet.connection ?? 'no connection'}: ${printPacket(packet.script)})`;
}

function outcomeOf({ check, stray, packet }: SegmentRow): string {
  if (stray) return '';
  if (check === undefined) return packet.direction === 'in' ? ': injected' : ': a part of it';
  return check.passed ? ': passed' : `: failed: ${whyFailed(check)}`;
}

/** When time zero was, in nanoseconds since 1970. */
function startOf({ observations, environment }: Trace): bigint {
  const baseline = observations.find((one) => one.kind === 'baseline');
  if (baseline === undefined) return BigInt(Math.round(Date.parse(environment.startedAt))) * 1_000_000n;
  const { seconds, nanoseconds } = baseline.realtimeAtZero;
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

function textOption(code: number, text: string): Option {
  return { code, value: utf8(text) };
}

/** As much of the text as an option holds, cut between two characters. */
function utf8(text: string): Uint8Array {
  const target = new Uint8Array(Math.min(MAX_OPTION_BYTES, text.length * 3));
  return target.subarray(0, new TextEncoder().encodeInto(printable(text), target).written);
}

/** Type, length, body, options and their end, length again. */
function block(type: number, body: Uint8Array, options: readonly Option[]): Uint8Array {
  const optionBytes = options.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);
  const length = 12 + body.length + optionBytes;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}

/** Everything begins at a multiple of four bytes. */
function padded(length: number): number {
  return (length + 3) & ~3;
}
