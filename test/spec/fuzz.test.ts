import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCall } from '../../src/spec/notation/call';
import { parsePacket } from '../../src/spec/notation/segment';
import { readDuration, readWhen } from '../../src/spec/notation/time';
import { renderDiagnostic } from '../../src/spec/render';
import { DiagnosticList, snippetAt } from '../../src/spec/snippet';
import { parseText } from './support';

const folders = ['good', 'bad'].map((name) => join(__dirname, '../fixtures/spec', name));
const SEEDS = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'too-many-steps.yaml')
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);

/** What holds for every text whatever. */
function expectSound(text: string): void {
  const { specs, diagnostics } = parseText(text, {}, 16);
  for (const diagnostic of diagnostics) {
    const { start, end } = diagnostic.span;
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(renderDiagnostic(diagnostic, { path: 'x', text })).toContain(`[${diagnostic.code}]`);
  }
  const isBad = diagnostics.some(({ severity }) => severity === 'error');
  expect(specs.length === 0).toBe(isBad);
  for (const { steps } of specs) for (const { span } of steps) expect(span.end).toBeLessThanOrEqual(text.length);
}

/** A seed with a few pieces cut out, doubled, or replaced. */
const inserted = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('${', '}', '<', '[', '"', '\n', ': ', '- ', '*n', '&n ', '1e9', '\t'),
);
const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), inserted);
const mutated = fc.tuple(fc.constantFrom(...SEEDS), fc.array(edit, { maxLength: 4 })).map(([seed, edits]) =>
  edits.reduce((text, [where, length, insert]) => {
    const at = Math.floor(where * text.length);
    return text.slice(0, at) + insert + text.slice(at + length);
  }, seed),
);

describe('a parser never throws, and its places lie in the text', () => {
  it('on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectSound), { numRuns: 300 });
  });

  it('on specs with a few mistakes', () => {
    fc.assert(fc.property(mutated, expectSound), { numRuns: 400 });
  });

  const notation = fc.string({
    unit: fc.constantFrom(...'S.FRP-:()<>[]{}*,=~+"\\ 0195acknwiurgTSvalmsox$|\n'.split('')),
    maxLength: 40,
  });
  const PREFIX = 'ipv4 192.0.2.1 > 192.0.2.2: ';
  const parsers: readonly [string, (text: string, list: DiagnosticList) => unknown][] = [
    ['a segment', (text, list) => parsePacket(snippetAt(text, 0), 'expect', list)],
    ['a segment to send', (text, list) => parsePacket(snippetAt(text, 0), 'inject', list)],
    ['a packet of packetdrill', (text, list) => parsePacket(snippetAt(text, 0), 'expect', list, 'packetdrill')],
    ['a packet of packetdrill to send', (text, list) => parsePacket(snippetAt(text, 0), 'inject', list, 'packetdrill')],
    ['headers around a segment', (text, list) => parsePacket(snippetAt(PREFIX + text, 0), 'expect', list)],
    ['a call', (text, list) => parseCall(snippetAt(text, 0), list)],
    ['a time', (text, list) => readWhen(snippetAt(text, 0), { ranges: true }, list)],
    ['a duration', (text, list) => readDuration(snippetAt(text, 0), list)],
  ];
  it.each(parsers)('on %s: what is not understood is reported, and nothing else is', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(notation, fc.string()), (text) => {
        const list = new DiagnosticList();
        expect(parse(text, list) === undefined).toBe(list.hasErrors);
        for (const { span } of list.sorted()) expect(span.end).toBeLessThanOrEqual(text.length + PREFIX.length);
      }),
      { numRuns: 1000 },
    );
  });
});
