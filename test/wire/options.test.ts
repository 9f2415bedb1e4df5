import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { decodeOptions, encodeOptions, fillOption, spreadPadding } from '../../src/wire/options';
import type { OptionPattern } from '../../src/wire/pattern';
import type { TcpOption } from '../../src/wire/wire';
import { optionList } from './arbitraries';
import { bytes } from './captured';

describe('each kind', () => {
  const table: [string, TcpOption][] = [
    ['01', { kind: 'nop' }],
    ['020405b4', { kind: 'mss', value: 1460 }],
    ['03030e', { kind: 'wscale', shift: 14 }],
    ['0402', { kind: 'sackOK' }],
    ['050a 00000001 000003e9', { kind: 'sack', blocks: [{ left: 1, right: 1001 }] }],
    [
      '0512 ffffffff 00000001 00000002 80000000',
      {
        kind: 'sack',
        blocks: [
          { left: 4_294_967_295, right: 1 },
          { left: 2, right: 2_147_483_648 },
        ],
      },
    ],
    ['0502', { kind: 'sack', blocks: [] }],
    ['080a ffffffff 00000001', { kind: 'timestamp', val: 4_294_967_295, ecr: 1 }],
    [`1312 ${'ab'.repeat(16)}`, { kind: 'md5', digest: bytes('ab'.repeat(16)) }],
    ['2202', { kind: 'fastopen', cookie: bytes('') }],
    ['220a 3021b9d889017eeb', { kind: 'fastopen', cookie: bytes('3021b9d889017eeb') }],
    ['fe04 f989', { kind: 'fastopen-exp', cookie: bytes('') }],
    ['fe0c f989 3021b9d889017eeb', { kind: 'fastopen-exp', cookie: bytes('3021b9d889017eeb') }],
    // RFC 9768 section 3.2.3: kind 172 begins with the counter of ECT(0), kind 174 with that of ECT(1).
    ['ac02', { kind: 'accecn', order: 0, counters: [] }],
    ['ac05 000001', { kind: 'accecn', order: 0, counters: [1] }],
    ['ae0b 000001 800000 ffffff', { kind: 'accecn', order: 1, counters: [1, 0x800000, 0xffffff] }],
    ['1e0c 0081 3bd6a1b2c3d4e5f6', { kind: 'unknown', number: 30, data: bytes('00813bd6a1b2c3d4e5f6') }],
    ['1e02', { kind: 'unknown', number: 30, data: bytes('') }],
  ];

  it.each(table)('%s', (hex, option) => {
    expect(decodeOptions(bytes(hex))).toEqual([option]);
    expect(encodeOptions([option])).toEqual(bytes(hex));
  });
});

describe('a known kind with a length of its own is unknown', () => {
  it.each([
    '0203ff',
    '020505b400',
    '0302',
    '04030f',
    '0506 00000001',
    '0809 ffffffff 000000',
    '1311' + 'ab'.repeat(15),
    'fe02',
    'fe03f9',
    'fe04 f98a',
    'ac03ff',
    'ac0e' + '00'.repeat(12),
  ])('%s', (hex) => {
    const area = bytes(hex);
    expect(decodeOptions(area)).toEqual([{ kind: 'unknown', number: area[0], data: area.subarray(2) }]);
    expect(encodeOptions(decodeOptions(area))).toEqual(area);
  });
});

describe('the end of an area', () => {
  it('an end of the list keeps what stands behind it', () => {
    const area = bytes('0402 00 0204');
    expect(decodeOptions(area)).toEqual([{ kind: 'sackOK' }, { kind: 'eol', padding: bytes('0204') }]);
    expect(encodeOptions(decodeOptions(area))).toEqual(area);
  });

  it.each([
    ['a length of 0', '0100', '02', '00'],
    ['a length of 1', '', '02', '01 05b4'],
    ['a length past the end', '01', '02', '04 05'],
    ['no length', '0101', '03', ''],
  ])('%s makes the rest malformed', (_, before, kind, after) => {
    const nops = bytes(before.replace('00', '01'));
    const rest = bytes(kind + after);
    const area = Uint8Array.of(...nops, ...rest);
    const decoded = decodeOptions(area);
    expect(decoded.at(-1)).toEqual({ kind: 'malformed', bytes: rest });
    expect(decoded).toHaveLength(nops.length + 1);
    expect(encodeOptions(decoded)).toEqual(area);
  });

  it('padding of zeros is spread into ends of the list, other padding is not', () => {
    const end = { kind: 'eol', padding: new Uint8Array(0) };
    expect(spreadPadding(decodeOptions(bytes('01 00 0000')))).toEqual([{ kind: 'nop' }, end, end, end]);
    expect(spreadPadding(decodeOptions(bytes('00 0001')))).toEqual([{ kind: 'eol', padding: bytes('0001') }]);
  });
});

it('any bytes decode, and encode again', () => {
  const area = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 10, 19, 34, 172, 174, 254), fc.nat(255)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(area, (list) => {
      const raw = Uint8Array.from(list);
      expect(encodeOptions(decodeOptions(raw))).toEqual(raw);
    }),
    { numRuns: 3000 },
  );
});

it('what a pattern writes in full decodes to just that', () => {
  fc.assert(
    fc.property(optionList, (list) => {
      expect(decodeOptions(encodeOptions(list.map(fillOption)))).toEqual(list);
    }),
  );
});

describe('absent values of a pattern are sent as zeros and nothings', () => {
  const table: [OptionPattern, string][] = [
    [{ kind: 'eol' }, '00'],
    [{ kind: 'mss' }, '02040000'],
    [{ kind: 'wscale' }, '030300'],
    [{ kind: 'sack' }, '0502'],
    [{ kind: 'timestamp', val: 7 }, '080a0000000700000000'],
    [{ kind: 'fastopen' }, '2202'],
    [{ kind: 'fastopen-exp' }, 'fe04f989'],
    [{ kind: 'md5' }, `1312${'00'.repeat(16)}`],
    [{ kind: 'unknown', number: 30 }, '1e02'],
  ];
  it.each(table)('%j', (pattern, hex) => {
    expect(toHex(encodeOptions([fillOption(pattern)]))).toBe(hex);
  });
});
