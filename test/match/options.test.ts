import { describe, expect, it } from 'vitest';
import { matchOptions } from '../../src/match/options';
import type { OptionPattern } from '../../src/wire/pattern';
import { liveSegment, opts, seg } from '../support/builders';
import type { TcpOption } from '../../src/wire/wire';

const NOP = { kind: 'nop' } as const;
const MSS = { kind: 'mss', value: 1460 } as const;
const WSCALE = { kind: 'wscale', shift: 7 } as const;

function fits(expected: readonly OptionPattern[], observed: readonly TcpOption[], open = false): boolean {
  return matchOptions({ list: expected, open }, observed).length === 0;
}

// packetdrill 3.8.8: same kinds, same order, same padding; values compared; `<...>` compares nothing.
describe('the list', () => {
  it.each<[string, readonly OptionPattern[], readonly TcpOption[], boolean]>([
    ['the same', [MSS, NOP, WSCALE], [MSS, NOP, WSCALE], true],
    ['another order', [MSS, NOP, WSCALE], [MSS, WSCALE, NOP], false],
    ['one less', [MSS, NOP], [MSS], false],
    ['one more', [MSS], [MSS, NOP], false],
    ['none', [], [], true],
    ['none wanted, one there', [], [NOP], false],
  ])('%s', (_, expected, observed, result) => {
    expect(fits(expected, observed)).toBe(result);
  });

  it('that is open takes what follows, not what stands before', () => {
    expect(fits([], [MSS, NOP, WSCALE], true)).toBe(true);
    expect(fits([MSS], [MSS, NOP, WSCALE], true)).toBe(true);
    expect(fits([WSCALE], [MSS, NOP, WSCALE], true)).toBe(false);
    expect(fits([MSS, NOP], [MSS], true)).toBe(false);
  });
});

it('padding that is not zeros is not what `eol` says', () => {
  const eol = { kind: 'eol' } as const;
  expect(fits([MSS, eol, eol, eol, eol], [MSS, { kind: 'eol', padding: new Uint8Array(3) }])).toBe(true);
  expect(fits([MSS, eol], [MSS, { kind: 'eol', padding: Uint8Array.of(0, 1, 0) }])).toBe(false);
});

describe('a value', () => {
  it.each<[string, OptionPattern, TcpOption, boolean]>([
    ['mss', MSS, { kind: 'mss', value: 1460 }, true],
    ['another mss', MSS, { kind: 'mss', value: 1400 }, false],
    ['any mss', { kind: 'mss' }, { kind: 'mss', value: 1 }, true],
    ['another wscale', WSCALE, { kind: 'wscale', shift: 8 }, false],
    ['any wscale', { kind: 'wscale' }, WSCALE, true],
    ['sackOK', { kind: 'sackOK' }, { kind: 'sackOK' }, true],
    ['another kind', { kind: 'sackOK' }, NOP, false],
    ['a timestamp value is a name', { kind: 'timestamp', val: 1, ecr: 5 }, { kind: 'timestamp', val: 9, ecr: 5 }, true],
    ['an echo is a number', { kind: 'timestamp', val: 1, ecr: 5 }, { kind: 'timestamp', val: 1, ecr: 6 }, false],
    ['any echo', { kind: 'timestamp', val: 1 }, { kind: 'timestamp', val: 1, ecr: 6 }, true],
    [
      'sack',
      { kind: 'sack', blocks: [{ left: 1, right: 2 }] },
      { kind: 'sack', blocks: [{ left: 1, right: 2 }] },
      true,
    ],
    [
      'another edge',
      { kind: 'sack', blocks: [{ left: 1, right: 2 }] },
      { kind: 'sack', blocks: [{ left: 1, right: 3 }] },
      false,
    ],
    ['a block less', { kind: 'sack', blocks: [] }, { kind: 'sack', blocks: [{ left: 1, right: 3 }] }, false],
    ['any blocks', { kind: 'sack' }, { kind: 'sack', blocks: [{ left: 1, right: 3 }] }, true],
    [
      'a cookie',
      { kind: 'fastopen', cookie: Uint8Array.of(1, 2) },
      { kind: 'fastopen', cookie: Uint8Array.of(1, 2) },
      true,
    ],
    [
      'another cookie',
      { kind: 'fastopen', cookie: Uint8Array.of(1, 2) },
      { kind: 'fastopen', cookie: Uint8Array.of(1, 3) },
      false,
    ],
    [
      'no cookie',
      { kind: 'fastopen', cookie: new Uint8Array(0) },
      { kind: 'fastopen', cookie: Uint8Array.of(1) },
      false,
    ],
    ['any cookie', { kind: 'fastopen' }, { kind: 'fastopen', cookie: Uint8Array.of(1) }, true],
    [
      'the experimental form is another option',
      { kind: 'fastopen' },
      { kind: 'fastopen-exp', cookie: Uint8Array.of(1) },
      false,
    ],
    ['md5', { kind: 'md5', digest: new Uint8Array(16) }, { kind: 'md5', digest: new Uint8Array(16).fill(1) }, false],
    ['accecn', { kind: 'accecn', order: 0, counters: [1, 2] }, { kind: 'accecn', order: 0, counters: [1, 2] }, true],
    [
      'accecn, the other order',
      { kind: 'accecn', order: 0, counters: [1, 1] },
      { kind: 'accecn', order: 1, counters: [1, 1] },
      false,
    ],
    [
      'accecn, a counter less',
      { kind: 'accecn', order: 0, counters: [1] },
      { kind: 'accecn', order: 0, counters: [1, 2] },
      false,
    ],
    [
      'an unknown kind',
      { kind: 'unknown', number: 30, data: Uint8Array.of(0) },
      { kind: 'unknown', number: 30, data: Uint8Array.of(0) },
      true,
    ],
    ['another number', { kind: 'unknown', number: 30 }, { kind: 'unknown', number: 29, data: Uint8Array.of(0) }, false],
    [
      'other data',
      { kind: 'unknown', number: 30, data: Uint8Array.of(0) },
      { kind: 'unknown', number: 30, data: Uint8Array.of(1) },
      false,
    ],
  ])('%s', (_, expected, observed, result) => {
    expect(fits([expected], [observed])).toBe(result);
  });
});

it('both lists are shown as they are written', () => {
  const observed = liveSegment(seg('S.', { options: opts(MSS, NOP, NOP, { kind: 'sackOK' }) })).options;
  expect(matchOptions({ list: [MSS], open: true }, [NOP])).toEqual([
    { field: 'options', expected: '<mss 1460,...>', observed: '<nop>' },
  ]);
  expect(matchOptions(opts(MSS, NOP, WSCALE), observed)).toEqual([
    { field: 'options', expected: '<mss 1460,nop,wscale 7>', observed: '<mss 1460,nop,nop,sackOK>' },
  ]);
});

it('options that end with EOL fit a pattern that says so (the wire fills up with zeros)', () => {
  const observed = liveSegment(seg('S', { options: opts({ kind: 'wscale', shift: 7 }) })).options;
  expect(observed).toHaveLength(2);
  expect(fits([WSCALE, { kind: 'eol' }], observed)).toBe(true);
  expect(fits([WSCALE], observed)).toBe(false);
});
