/** What must hold of everything that parsing and compiling a spec gives, whatever the text was. */
import { serialize } from 'node:v8';
import type { Diagnostic } from '../../src/spec/diagnostic';
import type { Spec } from '../../src/spec/model';
import { parseSpec } from '../../src/spec/parse';
import { renderDiagnostic } from '../../src/spec/render';
import type { SourceFile } from '../../src/spec/source';
import type { ParsedSpec, ParseSettings } from '../../src/spec/spec';
import { expectedDurationNs, longestDurationNs } from '../../src/suite/bounds';
import { compile } from '../../src/timeline/compile';
import type { Timeline } from '../../src/timeline/timeline';
import { type CraftContext, craftPacket } from '../../src/wire/craft';
import { decodePacket } from '../../src/wire/packet';
import type { PacketPattern } from '../../src/wire/pattern';
import { printPacket, printPattern } from '../../src/wire/print';
import { hold } from './target';

/** Diagnostics of one text that are rendered; all of them are looked at. */
const RENDERED = 20;
/** However long what it quotes is. A list of all that there is may be longer. */
const LONGEST_MESSAGE = 1_000;
/** What a message has no words for, unless the text has them. */
const STRANGE = /\bundefined\b|\bNaN\b|\[object/;
/** However long the line of a step is in the text. */
const LONGEST_LINE = 500;
/** Steps of one timeline whose packets are made. */
const CRAFTED = 200;

/**
 * Parses and compiles.
 * @param often `twice`: the same must come of it again
 * @returns the codes that were reported, for the pool
 */
export function checkSpec(file: SourceFile, settings: ParseSettings, often: 'once' | 'twice' = 'twice'): string {
  const parsed = parseSpec(file, settings);
  checkDiagnostics(parsed.diagnostics, file);
  const isBad = parsed.diagnostics.some(({ severity }) => severity === 'error');
  hold((parsed.specs.length === 0) === isBad, 'a text has specs, or errors');
  if (often === 'twice') checkAgain(parsed, file, settings);
  for (const spec of parsed.specs) checkSteps(spec, file);
  const compiled = parsed.specs.map((spec) => compile(spec));
  for (const { diagnostics, timelines } of compiled) {
    checkDiagnostics(diagnostics, file);
    for (const timeline of timelines) checkTimeline(timeline, file);
  }
  const found = [...parsed.diagnostics, ...compiled.flatMap(({ diagnostics }) => diagnostics)];
  return `${isBad ? 'bad' : 'good'} ${[...new Set(found.map(({ code, severity }) => `${severity} ${code}`))].sort().join(', ')}`;
}

/** The same text gives the same again. Only told by the diagnostics and labels: the rest would cost more than parsing. */
function checkAgain(first: ParsedSpec, file: SourceFile, settings: ParseSettings): void {
  const second = parseSpec(file, settings);
  hold(outlineOf(first) === outlineOf(second), 'parsing a text twice gives the same');
}

function outlineOf({ specs, diagnostics, settable }: ParsedSpec): string {
  return JSON.stringify({
    specs: specs.map(({ ip, steps }) => [ip, steps.map(({ label }) => label)]),
    diagnostics,
    settable,
  });
}

function checkDiagnostics(diagnostics: readonly Diagnostic[], file: SourceFile): void {
  diagnostics.forEach((diagnostic, index) => {
    const { span, message, hint, code } = diagnostic;
    hold(Number.isInteger(span.start) && Number.isInteger(span.end), `the span of ${code} is a pair of offsets`);
    hold(span.start >= 0 && span.start <= span.end, `the span of ${code} begins before it ends`);
    hold(span.end <= file.text.length, `the span of ${code} lies in the text`);
    hold(message.trim() !== '' && hint?.trim() !== '', `the message of ${code} says something`);
    hold(
      message.length <= LONGEST_MESSAGE && (hint?.length ?? 0) <= LONGEST_MESSAGE,
      `the message of ${code} is short`,
    );
    // A word of the text may be cut off in front.
    hold(!STRANGE.test(message) || /undefined|NaN|object/.test(file.text), `the message of ${code} is for people`);
    if (index < RENDERED) checkRendered(diagnostic, file);
  });
}

function checkRendered(diagnostic: Diagnostic, file: SourceFile): void {
  const rendered = renderDiagnostic(diagnostic, file);
  hold(/--> .*:\d+:\d+\n/.test(rendered), `${diagnostic.code} is shown with a line and a column`);
  hold(/^ *\| *\^/m.test(rendered), `${diagnostic.code} is shown with a caret`);
}

function checkSteps(spec: Spec, file: SourceFile): void {
  for (const { span, label } of spec.steps) {
    hold(span.start >= 0 && span.start <= span.end && span.end <= file.text.length, 'a step lies in the text');
    hold(label !== '' && !label.includes('\n'), 'a step is named in one line');
  }
}

function checkTimeline(timeline: Timeline, file: SourceFile): void {
  const [expectedNs, longestNs] = [expectedDurationNs(timeline), longestDurationNs(timeline)];
  hold(expectedNs >= 0 && expectedNs <= longestNs && Number.isFinite(longestNs), 'a run has an end');
  const lines = file.text.split('\n').length;
  for (const { place, connection } of timeline.steps) {
    hold(place.text.length <= LONGEST_LINE, 'the line of a step is short');
    hold(place.line >= 1 && place.line <= lines && place.column >= 1, 'a step of a timeline has a place');
    hold(
      connection === undefined || timeline.connections[connection] !== undefined,
      'the connection of a step is there',
    );
  }
  // As in a saved trace, and on the way to an executor.
  JSON.stringify(timeline, refuseStrangeNumbers);
  serialize(timeline);
  // What cannot be made is skipped: nothing of it ever comes to a packet.
  if (timeline.requires.unsupported.length > 0) return;
  for (const { action } of timeline.steps.slice(0, CRAFTED)) {
    if (action.kind === 'inject') checkCrafted(action.packet, timeline);
    if (action.kind === 'expect')
      hold(printPattern(action.packet, timeline.network.ipVersion) !== '', 'a pattern is shown');
  }
}

/** JSON would make `null` of them, and a saved trace another verdict. */
function refuseStrangeNumbers(_key: string, value: unknown): unknown {
  hold(typeof value !== 'number' || Number.isFinite(value), 'the numbers of a timeline can be written');
  return value;
}

function checkCrafted(pattern: PacketPattern, { network, connections }: Timeline): void {
  const context: CraftContext = {
    version: network.ipVersion,
    sourceAddress: network.remoteAddress,
    targetAddress: network.localAddress,
    sourcePort: connections[0]?.remotePort ?? 1,
    targetPort: connections[0]?.localPort ?? 2,
    seq: 1,
    ack: 1,
  };
  const packet = decodePacket(craftPacket(pattern, context));
  hold(printPacket(packet) !== '', 'a crafted packet is shown');
}
