import { describe, expect, it } from 'vitest';
import { encodeVector } from '../../../src/host/linux/message-header';

describe('an array of struct iovec', () => {
  it('has address and length of each', () => {
    expect([
      ...encodeVector([
        [0x7fff_1234_5678, 5],
        [0, 9],
      ]),
    ]).toEqual([0x7fff_1234_5678n, 5n, 0n, 9n]);
    // An address is needed even of none.
    expect(encodeVector([])).toHaveLength(2);
  });
});
