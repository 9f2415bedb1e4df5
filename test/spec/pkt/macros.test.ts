import { describe, expect, it } from 'vitest';
import { Macros } from '../../../src/spec/pkt/macros';

describe('what a definition stands for', () => {
  it.each([
    ['SOL_IP', 'word', 'SOL_IP'],
    ['3021b9d889017eeb', 'word', '3021b9d889017eeb'],
    ['010', 'integer', '8'],
    ['0x10', 'integer', '16'],
    [' -5', 'integer', '-5'],
    ['5 ', 'word', '5 '],
    ['"a b"', 'string', '"a b"'],
    ['`run me`', 'shell', '`run me`'],
  ])('%j is a %s', (value, kind, text) => {
    expect(new Macros(new Map([['X', value]])).of('X')).toEqual({ kind, text });
  });

  it('keywords stay themselves', () => {
    expect(new Macros(new Map([['ack', '5']])).of('ack')).toBeUndefined();
  });
});
