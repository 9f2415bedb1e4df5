import { describe, expect, it } from 'vitest';
import { type Anchors, lateAllowanceNs, matchTime, type Window, windowOf } from '../../src/match/window';
import type { When } from '../../src/spec/model';
import type { Tolerance } from '../../src/timeline/timeline';
import { after, afterLast, at, MS, PROMPT, S, within } from '../support/builders';

/** The previous step was at 10 s, the last segment of the connection at 7 s. */
const ANCHORS: Anchors = { previousNs: 10 * S, connectionNs: 7 * S, scriptedNs: 9 * S };
const FLAT: Tolerance = { earlyNs: 3 * MS, lateNs: 4 * MS, percent: 0, distance: 'actual' };

function fits(atNs: number, when: When, tolerance: Tolerance): boolean {
  return matchTime(atNs, when, windowOf(when, ANCHORS, tolerance), ANCHORS) === undefined;
}

it('what follows a step on another host may come as early as that may have been done', () => {
  const anchors = { ...ANCHORS, blurNs: 20 * MS };
  const earliest = (when: When) => windowOf(when, anchors, FLAT).earliestNs;
  expect(earliest(after(S))).toBe(11 * S - 23 * MS);
  expect(windowOf(after(S), anchors, FLAT).latestNs).toBe(11 * S + 4 * MS);
  // These are not counted from that step.
  expect([earliest(at(12 * S)), earliest(afterLast(S))]).toEqual([12 * S - 3 * MS, 8 * S - 3 * MS]);
});

describe('the first and the last nanosecond that fit', () => {
  it.each<[name: string, when: When, tolerance: Tolerance, first: number, last: number]>([
    ['at 12s', at(12 * S), FLAT, 12 * S - 3 * MS, 12 * S + 4 * MS],
    ['at 12s~13s', at(12 * S, 13 * S), FLAT, 12 * S - 3 * MS, 13 * S + 4 * MS],
    ['+1s', after(S), FLAT, 11 * S - 3 * MS, 11 * S + 4 * MS],
    ['+1s~+3s', after(S, 3 * S), FLAT, 11 * S - 3 * MS, 13 * S + 4 * MS],
    ['last+1s', afterLast(S), FLAT, 8 * S - 3 * MS, 8 * S + 4 * MS],
    ['within 2s: no tolerance on either side', within(2 * S), FLAT, 0, 12 * S],
    ['at once: any time before', PROMPT, FLAT, 0, 10 * S + 4 * MS],
    // 12.5 % of the 8 s since the previous step, on both sides: packetdrill's rule (docs/decisions/0005-times.md).
    ['+8s, 12.5 %', after(8 * S), { ...FLAT, percent: 12.5 }, 17 * S, 19 * S],
    ['+1s~+8s, 12.5 %: of the end', after(S, 8 * S), { ...FLAT, percent: 12.5 }, 11 * S - 125 * MS, 19 * S],
    [
      'at 18s, 12.5 %: since the previous step, not since the start',
      at(18 * S),
      { ...FLAT, percent: 12.5 },
      17 * S,
      19 * S,
    ],
    ['last+8s, 12.5 %: since the last segment', afterLast(8 * S), { ...FLAT, percent: 12.5 }, 14 * S, 16 * S],
    [
      '+16ms, 12.5 %: the larger one counts',
      after(16 * MS),
      { ...FLAT, percent: 12.5 },
      10 * S + 13 * MS,
      10 * S + 20 * MS,
    ],
    [
      'at 2s, in the past: the absolute part remains',
      at(2 * S),
      { ...FLAT, percent: 12.5 },
      2 * S - 3 * MS,
      2 * S + 4 * MS,
    ],
    [
      "12.5 % of a script's own distance",
      after(7 * S),
      { ...FLAT, percent: 12.5, distance: 'scripted' },
      16 * S,
      18 * S,
    ],
    [
      "12.5 % of a script's own distance, to the start of the range",
      after(7 * S, 20 * S),
      { ...FLAT, percent: 12.5, distance: 'scripted' },
      16 * S,
      31 * S,
    ],
    ['no tolerance at all', after(S), { earlyNs: 0, lateNs: 0, percent: 0, distance: 'actual' }, 11 * S, 11 * S],
  ])('%s', (_, when, tolerance, first, last) => {
    expect(fits(first, when, tolerance)).toBe(true);
    expect(fits(last, when, tolerance)).toBe(true);
    expect(fits(last + 1, when, tolerance)).toBe(false);
    if (first > 0) expect(fits(first - 1, when, tolerance)).toBe(false);
  });
});

describe('the allowance for lateness', () => {
  it.each([
    [0, 4 * MS],
    [-5 * S, 4 * MS],
    [32 * MS, 4 * MS],
    [32 * MS + 8, 4 * MS + 1],
    [S, 125 * MS],
  ])('of something due %d ns after the previous step is %d ns', (distanceNs, allowedNs) => {
    expect(lateAllowanceNs(distanceNs, { earlyNs: 0, lateNs: 4 * MS, percent: 12.5, distance: 'actual' })).toBe(
      allowedNs,
    );
  });
});

describe('a time that does not fit is told as the spec counts it', () => {
  const show = (atNs: number, when: When): unknown => {
    const window: Window = windowOf(when, ANCHORS, FLAT);
    return matchTime(atNs, when, window, ANCHORS);
  };

  it('from the start of the run', () => {
    expect(show(13 * S, at(12 * S))).toMatchObject({
      field: 'time',
      expected: '12s (tolerance +4ms)',
      observed: '13s',
    });
    expect(show(11 * S, at(12 * S))).toMatchObject({
      field: 'time',
      expected: '12s (tolerance -3ms)',
      observed: '11s',
    });
  });

  it('from the previous step', () => {
    expect(show(14 * S, after(S, 2 * S))).toMatchObject({
      field: 'time',
      expected: '+1s~+2s (tolerance +4ms)',
      observed: '+4s',
    });
    expect(show(9 * S, after(S))).toMatchObject({ field: 'time', expected: '+1s (tolerance -3ms)', observed: '-1s' });
    expect(show(10 * S + 5 * MS, PROMPT)).toMatchObject({
      field: 'time',
      expected: '+0 (tolerance +4ms)',
      observed: '+5ms',
    });
  });

  it('from the last segment of the connection', () => {
    expect(show(10 * S, afterLast(S))).toMatchObject({
      field: 'time',
      expected: '+1s (tolerance +4ms)',
      observed: '+3s',
    });
  });
});
