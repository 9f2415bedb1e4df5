import { describe, expect, it } from 'vitest';
import { maskHostBits } from '../../../src/host/linux/rtnetlink';

describe('a prefix', () => {
  it.each([
    [[192, 0, 2, 1], 24, [192, 0, 2, 0]],
    [[192, 0, 2, 255], 25, [192, 0, 2, 128]],
    [[255, 255, 255, 255], 0, [0, 0, 0, 0]],
    [[1, 2, 3, 4], 32, [1, 2, 3, 4]],
  ])('of %j/%i is %j', (bytes, length, masked) => {
    expect([...maskHostBits(Uint8Array.from(bytes), length)]).toEqual(masked);
  });
});
