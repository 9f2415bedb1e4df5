import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePktTree } from '../../../src/spec/pkt/parse-tree';
import { printPkt } from '../../../src/spec/pkt/tree';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';
import { HANDSHAKE, parseScript } from './support';

const SEED = `// A script.\n--mss=1000\n\`./defaults.sh\n\`\n${HANDSHAKE}* > P. 1:3(2) ack 1 /* x */ <nop,nop,TS val 1 ecr 2>\n+0 %{ assert 1 }%\n+1~+2 > F. 3:3(0) ack 1\n\`cleanup\`\n`;
const piece = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom('`', '"', '%{', '}%', '/*', '*/', '//', '\n', '\r', '\0', '+0 ', '#', '(', '}'),
);
const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), piece);
const mutated = fc.array(edit, { maxLength: 5 }).map((edits) =>
  edits.reduce((text, [where, length, insert]) => {
    const at = Math.floor(where * text.length);
    return text.slice(0, at) + insert + text.slice(at + length);
  }, SEED),
);

function expectLossless(text: string): void {
  const list = new DiagnosticList();
  expect(printPkt(parsePktTree(snippetAt(text, 0), list))).toBe(text);
  for (const { span } of list.sorted()) {
    expect(span.start).toBeLessThanOrEqual(span.end);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
}

describe('a tree gives its text back', () => {
  it('whatever the text is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectLossless), { numRuns: 500 });
  });

  it('also of a script with mistakes', () => {
    fc.assert(fc.property(mutated, expectLossless), { numRuns: 500 });
  });
});

it('a script with mistakes is either read or reported, and nothing is thrown', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const { specs, diagnostics } = parseScript(text);
      expect(specs.length === 0).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      for (const { span } of diagnostics) expect(span.end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});
