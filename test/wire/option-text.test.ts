import { describe, expect, it } from 'vitest';
import { printOption, printOptionPattern, printOptions, printOptionsPattern } from '../../src/wire/option-text';
import { decodeOptions } from '../../src/wire/options';
import type { OptionPattern } from '../../src/wire/pattern';
import { bytes } from './captured';

const asIs = (edge: number) => edge;

describe('options of a packet', () => {
  it.each([
    ['', ''],
    ['020405b4 0101 0402', 'mss 1460,nop,nop,sackOK'],
    ['020405b4 0402 080a 442faf07 00000000 01 03030a', 'mss 1460,sackOK,TS val 1143975687 ecr 0,nop,wscale 10'],
    ['0101 0512 00000001 000003e9 00000bb9 00000fa1', 'nop,nop,sack 1:1001 3001:4001'],
    ['220a 3021b9d889017eeb 0101', 'FO 3021b9d889017eeb,nop,nop'],
    ['2202', 'FO'],
    ['fe04f989', 'FOEXP'],
    ['fe0cf989 3021b9d889017eeb', 'FOEXP 3021b9d889017eeb'],
    [`1312${'0f'.repeat(16)}`, `md5 ${'0f'.repeat(16)}`],
    ['ac0b 000001 000000 000002 01', 'ECN e0b 1 ceb 0 e1b 2,nop'],
    ['ae08 000001 000003', 'ECN e1b 1 ceb 3'],
    ['ac02', 'ECN'],
    ['ae02', 'ECN e1b'],
    ['1e04 0081', 'kind 30 0081'],
    ['1e02', 'kind 30'],
    ['030307 00', 'wscale 7,eol'],
    ['030307 00 0000', 'wscale 7,eol,eol,eol'],
    ['00 0001', 'eol 0001'],
    ['01 02 ff 01', 'nop,malformed 02ff01'],
  ])('%s', (hex, text) => {
    expect(printOptions(decodeOptions(bytes(hex)), asIs)).toBe(text);
  });

  it('SACK edges are mapped', () => {
    const option = { kind: 'sack', blocks: [{ left: 5001, right: 6001 }] } as const;
    expect(printOption(option, (edge) => edge - 5000)).toBe('sack 1:1001');
  });
});

describe('options of a pattern', () => {
  const table: [OptionPattern, string][] = [
    [{ kind: 'mss' }, 'mss *'],
    [{ kind: 'wscale' }, 'wscale *'],
    [{ kind: 'wscale', shift: 0 }, 'wscale 0'],
    [{ kind: 'timestamp' }, 'TS *'],
    [{ kind: 'timestamp', ecr: 5 }, 'TS val * ecr 5'],
    [{ kind: 'sack' }, 'sack *'],
    [{ kind: 'sack', blocks: [] }, 'sack'],
    [{ kind: 'md5' }, 'md5 *'],
    [{ kind: 'fastopen' }, 'FO *'],
    [{ kind: 'fastopen', cookie: bytes('') }, 'FO'],
    [{ kind: 'fastopen-exp' }, 'FOEXP *'],
    [{ kind: 'unknown', number: 30 }, 'kind 30 *'],
  ];
  it.each(table)('%j', (pattern, text) => {
    expect(printOptionPattern(pattern)).toBe(text);
  });

  it('an open list ends in dots', () => {
    expect(printOptionsPattern({ list: [{ kind: 'mss', value: 1460 }], open: true })).toBe('mss 1460,...');
    expect(printOptionsPattern({ list: [], open: true })).toBe('...');
    expect(printOptionsPattern({ list: [], open: false })).toBe('');
  });
});
