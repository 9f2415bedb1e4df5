import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/base/nanoseconds';

describe('reading a duration', () => {
  it.each([
    ['1.5s', 1_500_000_000],
    ['200ms', 200_000_000],
    ['40us', 40_000],
    ['7ns', 7],
    ['2min', 120_000_000_000],
    ['2h', 7_200_000_000_000],
    ['0', 0],
    // As in packetdrill: a bare number is in seconds.
    ['.1', 100_000_000],
    ['0.000001', 1_000],
    ['3', 3_000_000_000],
    [' 10 ms ', 10_000_000],
    ['0.4ns', 0],
    ['0.6ns', 1],
  ])('%j is %d ns', (text, expectedNs) => {
    expect(parseDuration(text)).toBe(expectedNs);
  });

  it.each(['', 's', '-1s', '1 fortnight', '1e3s', '1.s', '1s 2ms', '1,5s', '+1s', 'Infinity', '1S'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('beyond what a number counts exactly is none', () => {
    expect(parseDuration('9007199s')).toBe(9_007_199_000_000_000);
    expect(parseDuration('9007200s')).toBeUndefined();
  });
});

describe('writing a duration', () => {
  it.each([
    [0, '0'],
    [999, '999ns'],
    [1_000, '1us'],
    [812_000, '812us'],
    [812_340, '812.3us'],
    [4_000_000, '4ms'],
    [4_000_600, '4.001ms'],
    [1_008_000_000, '1.008s'],
    [63_000_000_000, '63s'],
    [-1_500_000, '-1.5ms'],
  ])('%d ns is %s', (durationNs, expected) => {
    expect(formatDuration(durationNs)).toBe(expected);
  });

  it('reads back as what it was, to the precision that is shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_200_000_000_000 }), (durationNs) => {
        const again = parseDuration(formatDuration(durationNs));
        expect(again).toBeDefined();
        expect(Math.abs((again ?? 0) - durationNs)).toBeLessThanOrEqual(Math.max(50, durationNs / 1_000));
      }),
    );
  });

  it('never shows a thousand of a unit where the next one would do', () => {
    expect(formatDuration(999_960)).toBe('1ms');
    expect(formatDuration(999_999_600)).toBe('1s');
  });
});
