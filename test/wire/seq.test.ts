import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seqAdd, seqDistance } from '../../src/wire/seq';
import { u32 } from './arbitraries';

describe('seqAdd', () => {
  it('wraps from 2^32 - 1 to 0 (RFC 9293 section 3.4)', () => {
    expect(seqAdd(4_294_967_295, 1)).toBe(0);
    expect(seqAdd(4_294_967_295, 1461)).toBe(1460);
    expect(seqAdd(0, -1)).toBe(4_294_967_295);
  });

  it('adds up: two steps are one long step', () => {
    fc.assert(
      fc.property(u32, u32, u32, (seq, first, second) => {
        expect(seqAdd(seqAdd(seq, first), second)).toBe(seqAdd(seq, first + second));
      }),
    );
  });
});

describe('seqDistance', () => {
  it.each([
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, -1],
    [4_294_967_295, 0, 1],
    [4_294_967_290, 4, 10],
    [4, 4_294_967_290, -10],
    [0, 2_147_483_647, 2_147_483_647],
    [0, 2_147_483_648, -2_147_483_648],
    [2_147_483_648, 0, -2_147_483_648],
  ])('from %i to %i is %i', (from, to, distance) => {
    expect(seqDistance(from, to)).toBe(distance);
  });

  it('is undone by seqAdd', () => {
    fc.assert(
      fc.property(u32, u32, (from, to) => {
        expect(seqAdd(from, seqDistance(from, to))).toBe(to);
      }),
    );
  });

  it('changes sign with the direction, except between opposite numbers', () => {
    fc.assert(
      fc.property(u32, u32, (from, to) => {
        fc.pre(seqDistance(from, to) !== -2_147_483_648);
        expect(seqDistance(to, from)).toBe(0 - seqDistance(from, to));
      }),
    );
  });

  it('stays the same when both numbers move', () => {
    fc.assert(
      fc.property(u32, u32, u32, (from, to, move) => {
        expect(seqDistance(seqAdd(from, move), seqAdd(to, move))).toBe(seqDistance(from, to));
      }),
    );
  });
});
