import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlags, printFlags } from '../../src/wire/flags';

describe('printFlags', () => {
  it.each([
    [0x000, '-'],
    [0x002, 'S'],
    [0x012, 'S.'],
    [0x010, '.'],
    [0x018, 'P.'],
    [0x011, 'F.'],
    [0x014, 'R.'],
    [0x038, 'PU.'],
    [0x0c2, 'SEW'],
    [0x1c2, 'SEWA'],
    [0x1d2, 'SEWA.'],
    [0x1ff, 'FSRPUEWA.'],
    [0xe00, '-+r7'],
    [0x212, 'S.+r1'],
  ])('%i is %s', (flags, text) => {
    expect(printFlags(flags)).toBe(text);
  });
});

describe('parseFlags', () => {
  it.each([
    ['-', 0x000],
    ['.', 0x010],
    ['S.', 0x012],
    ['.S', 0x012],
    ['FP.', 0x019],
    ['SEWA', 0x1c2],
    // The ACE field: AE is its high bit, then CWR, then ECE (RFC 9768 section 3.1.1).
    ['.0', 0x010],
    ['.1', 0x050],
    ['.2', 0x090],
    ['.4', 0x110],
    ['P.5', 0x158],
    ['P5', 0x148],
    ['S.7', 0x1d2],
  ])('%s is %i', (text, flags) => {
    expect(parseFlags(text)).toBe(flags);
  });

  it.each([
    ['', 'no flags'],
    ['X', 'no TCP flag is called X; there are F S R P U E W A . and 0 to 7'],
    ['s.', 'did you mean S?'],
    ['S8', 'no TCP flag is called 8'],
    ['S-', 'no TCP flag is called -'],
    ['E.5', 'E and the ACE digit 5 name the same bits'],
    ['.5A', 'A and the ACE digit 5'],
    ['.15', 'two ACE digits: 1 and 5'],
    ['.00', 'two ACE digits'],
  ])('%j is refused', (text, error) => {
    expect(parseFlags(text)).toEqual({ error: expect.stringContaining(error) });
  });

  it('reads what printFlags writes, for all named flags', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x1ff }), (flags) => {
        expect(parseFlags(printFlags(flags))).toBe(flags);
      }),
    );
  });

  it('answers for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const flags = parseFlags(text);
        expect(typeof flags === 'number' ? flags >= 0 : flags.error.length > 0).toBe(true);
      }),
    );
  });
});
