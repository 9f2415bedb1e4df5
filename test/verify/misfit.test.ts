import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTrace, writeTrace } from '../../src/trace/jsonl';
import { resultLines } from '../../src/report/console';
import type { Trace } from '../../src/trace/trace';
import { judge } from '../../src/verify/judge';
import { misfitOf } from '../../src/verify/misfit';
import { traces } from '../support/arbitrary-traces';
import { came, expects, inject, MS, seg, sent, step, timelineOf, traceOf } from '../support/builders';

const SYN = seg('S', { seq: 0 });
const TIMELINE = timelineOf([inject(SYN), expects(seg('S.')), step({ kind: 'mark', name: 'm' })]);
const MARKED = { kind: 'marked', step: 2, atNs: 2 * MS, counters: {} } as const;
const WHOLE = traceOf(TIMELINE, [sent(0, 0, SYN), came(MS, seg('S.', { seq: 7, ack: 1 })), MARKED]);

describe('a trace that can be walked', () => {
  it('has no misfit', () => {
    fc.assert(fc.property(traces, (trace) => misfitOf(trace) === undefined));
  });
});

describe('a trace that was edited', () => {
  const [first, second, third] = WHOLE.observations;

  it.each([
    ['a line is missing', [second, third], 1],
    ['lines have changed their places', [third, first, second], 0],
    ['a line stands there twice', [first, first, second, third], 1],
  ])('has a misfit where %s', (_, observations, place) => {
    const edited = { ...WHOLE, observations: observations.filter((one) => one !== undefined) };
    expect(misfitOf(edited)).toEqual({ observation: place, reason: expect.stringContaining('step') as string });
  });

  it('has one in its timeline where a step names no connection, or a connection has no number of its own (bug: the report of a step that was not reached threw)', () => {
    const steps = TIMELINE.steps.map((one) => (one.index === 1 ? { ...one, connection: -1 } : one));
    const connections = TIMELINE.connections.map((one) => ({ ...one, index: -1 }));
    const said = [{ steps }, { connections }].map((part) => misfitOf({ ...WHOLE, timeline: { ...TIMELINE, ...part } }));
    expect(said.map((misfit) => misfit?.observation)).toEqual([undefined, undefined]);
    expect(said.map((misfit) => misfit?.reason)).toEqual([
      expect.stringContaining('step 1'),
      expect.stringContaining('connection 0'),
    ]);
  });

  it('has one inside of an observation', () => {
    const odd = { ...MARKED, kind: 'sampled', plannedNs: 0, startedNs: 0, sample: { sockets: 7 } } as const;
    const timeline = timelineOf([inject(SYN), step({ kind: 'sample', sample: { kind: 'sockets', fields: [] } })]);
    const misfit = misfitOf(traceOf(timeline, [sent(0, 0, SYN), odd as unknown as typeof MARKED]));
    expect(misfit?.observation).toBe(1);
  });
});

/** Whatever is done to the text of a trace, something can be said of it, and what is left can be judged. */
describe('a trace that was cut or changed anywhere', () => {
  const edits = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('drop' as const), line: fc.nat(60) }),
    fc.record({ kind: fc.constant('swap' as const), line: fc.nat(60), other: fc.nat(60) }),
    fc.record({
      kind: fc.constant('value' as const),
      at: fc.nat(400),
      to: fc.constantFrom('null', '-1', '"x"', '[]', '{}', '1e99', 'true', '7'),
    }),
  );

  it('is judged as far as it is whole, and never a defect of packetspec', () => {
    fc.assert(
      fc.property(traces, fc.array(edits, { minLength: 1, maxLength: 3 }), (trace, changes) => {
        const text = changes.reduce((soFar, change) => edited(soFar, change), writeTrace(trace));
        const read = readTrace(text);
        if (read.kind === 'unreadable') {
          expect(read.problems[0]).toMatch(/^line 1: /);
          return;
        }
        const misfit = misfitOf(read.trace);
        if (misfit !== undefined && misfit.observation === undefined) return;
        const part = { ...read.trace, observations: read.trace.observations.slice(0, misfit?.observation) };
        expect(() => told(part)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

/** All that `replay` does with it. */
function told(trace: Trace): readonly string[] {
  const verdict = judge(trace);
  const run = { index: 0, timeline: trace.timeline };
  const style = { paint: (_style: string, text: string) => text, columns: 80, whole: true };
  return resultLines({ run, verdict, attempts: 1, durationMs: verdict.durationNs / 1e6, trace }, style);
}

type Edit =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop'; readonly line: number }
  | { readonly kind: 'swap'; readonly line: number; readonly other: number }
  | { readonly kind: 'value'; readonly at: number; readonly to: string };

function edited(text: string, edit: Edit): string {
  const lines = text.split('\n');
  switch (edit.kind) {
    case 'cut':
      return text.slice(0, Math.floor(edit.at * text.length));
    case 'drop':
      return lines.filter((_, index) => index !== edit.line % lines.length).join('\n');
    case 'swap': {
      const [one, two] = [edit.line % lines.length, edit.other % lines.length];
      return lines.map((line, index) => (index === one ? lines[two] : index === two ? lines[one] : line)).join('\n');
    }
    case 'value': {
      const values = [...text.matchAll(/:("[^"]*"|-?\d+(?:\.\d+)?|true|false|null)(?=[,}])/g)];
      const match = values[edit.at % Math.max(1, values.length)];
      if (match === undefined) return text;
      return `${text.slice(0, match.index)}:${edit.to}${text.slice(match.index + match[0].length)}`;
    }
  }
}
