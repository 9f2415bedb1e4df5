import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedScale, roomOf } from '../../../src/report/html/scale';
import { MS, S } from '../../support/builders';

describe('the room of a gap', () => {
  it.each([
    [0, 0],
    [1_000, 1],
    [1_024_000, 11],
    [1_048_576_000, 21],
  ])('grows with its logarithm: %d ns', (gapNs, room) => {
    expect(roomOf(gapNs)).toBeCloseTo(room, 10);
  });
});

describe('a folded axis', () => {
  it('goes from 0 to 1, and stays inside', () => {
    const { at } = foldedScale([5, 10 * S]);
    expect([at(0), at(5), at(10 * S), at(20 * S)]).toEqual([0, 0, 1, 1]);
  });

  it('keeps moments in their order, and apart from each other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100 * S), { minLength: 2, maxLength: 50 }), (moments) => {
        const { at } = foldedScale(moments);
        const places = moments.toSorted((left, right) => left - right).map(at);
        expect(places.every((place, index) => index === 0 || place > (places[index - 1] ?? 1))).toBe(true);
      }),
    );
  });

  it('puts what lies between two moments between their places', () => {
    const { at } = foldedScale([0, 2 * S, 3 * S]);
    expect(at(S)).toBeCloseTo(at(2 * S) / 2, 10);
  });

  it('gives a microsecond beside a minute room enough to be seen', () => {
    const { at } = foldedScale([0, 1_000, 60 * S]);
    expect(at(1_000)).toBeGreaterThan(0.03);
  });

  it('knows its pauses', () => {
    expect(foldedScale([0, 100 * MS, 200 * MS + 1]).pauses).toEqual([{ startNs: 100 * MS, endNs: 200 * MS + 1 }]);
  });

  it.each([[[]], [[7]], [[7, 7]]])('copes with too few moments: %j', (moments) => {
    expect(foldedScale(moments).at(7)).toBe(0);
  });
});
