import { describe, expect, it } from 'vitest';
import { addressOf, type Place, placeOf } from '../../../../src/report/html/browser/address';

describe('the address of the page', () => {
  it.each<Place>([{ kind: 'overview' }, { kind: 'item', index: 0 }, { kind: 'item', index: 12, part: 'line-7' }])(
    'leads back to its place: %j',
    (place) => {
      expect(placeOf(addressOf(place))).toEqual(place);
    },
  );

  it.each(['', '#', '#run-', '#run-x', '#elsewhere', '#run-1/a"b'])(
    'that is none of ours is the overview: %j',
    (address) => {
      expect(placeOf(address)).toEqual({ kind: 'overview' });
    },
  );
});
