import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/base/nanoseconds';
import { durationText, scriptTime, whenText } from '../../../src/spec/convert/time-text';
import type { When } from '../../../src/spec/model';
import { readWhen } from '../../../src/spec/notation/time';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';

const window = (anchor: 'start' | 'previous' | 'connection', startNs: number, endNs = startNs): When => ({
  kind: 'window',
  anchor,
  startNs,
  endNs,
});

it.each([
  [0, '0s'],
  [10_000_000, '10ms'],
  [1_008_000_000, '1.008s'],
  [1_500, '1500ns'],
  [40_000, '40us'],
  [2_500_000, '2.5ms'],
])('%d ns is %s', (durationNs, text) => {
  expect(durationText(durationNs)).toBe(text);
});

it('durations lose nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_592_000_000_000_000 }), (durationNs) => {
      expect(parseDuration(durationText(durationNs))).toBe(durationNs);
    }),
  );
});

describe('a time', () => {
  it.each([
    window('start', 1_500_000_000),
    window('previous', 0),
    window('previous', 10_000_000, 1_000_000_000),
    window('connection', 200_000_000),
  ])('is what the notation reads back: %j', (when) => {
    const text = whenText(when) ?? '';
    expect(readWhen(snippetAt(text, 0), { ranges: true }, new DiagnosticList())).toEqual(when);
  });

  it('in a script is in seconds', () => {
    expect(
      [window('start', 0), window('previous', 10_000_000, 20_000_000), { kind: 'any', limitNs: 1 } as const].map(
        scriptTime,
      ),
    ).toEqual(['0', '+0.01~+0.02', '*']);
  });
});
