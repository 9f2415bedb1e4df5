import { describe, expect, it } from 'vitest';
import { matchIp, matchLayers } from '../../src/match/ip-fields';
import { encapsulate } from '../../src/wire/encapsulate';
import { innermost } from '../../src/wire/layers';
import { decodePacket } from '../../src/wire/packet';
import type { EncapsulationPattern } from '../../src/wire/pattern';
import { fromKernel, seg } from '../support/builders';

const INNER = fromKernel(seg('.', { ip: { ttl: 64, ecn: 2 } }));
const TUNNEL = { kind: 'ipv4', source: '198.51.100.1', target: '198.51.100.2', ip: { ttl: 9, tos: 1 } } as const;
const GRE = { kind: 'gre', flags: 0xb000, checksum: 1, offset: 2, key: 3, sequence: 4 } as const;
const MPLS = { kind: 'mpls', labels: [{ label: 16, trafficClass: 0, bottom: true, ttl: 64 }] } as const;

/** The mismatches of a packet that is wrapped in the one list with the other. */
function compare(observed: readonly EncapsulationPattern[], expected: readonly EncapsulationPattern[]) {
  return matchLayers(expected, decodePacket(encapsulate(INNER, 4, observed)));
}

describe('headers around a packet', () => {
  it('fit what made them, and what leaves their fields free', () => {
    const layers = [TUNNEL, GRE, MPLS];
    expect(compare(layers, layers)).toEqual([]);
    expect(compare(layers, [{ kind: 'ipv4' }, { kind: 'gre', flags: 0xb000 }, MPLS])).toEqual([]);
    expect(compare([], [])).toEqual([]);
  });

  // packetdrill 3.8: number and kinds of layers first.
  it.each([
    ['none', 'ipv4', [TUNNEL], []],
    ['ipv4', 'none', [], [TUNNEL]],
    ['ipv6', 'ipv4', [TUNNEL], [{ kind: 'ipv6' }]],
    ['ipv4 gre', 'ipv4 gre mpls', [TUNNEL, GRE, MPLS], [TUNNEL, GRE]],
    ['ipv4 psp', 'ipv4', [TUNNEL], [TUNNEL, { kind: 'psp', spi: 7 }]],
  ] as const)('%s is not %s, and nothing else is said', (expected, observed, around, pattern) => {
    expect(compare(around, pattern)).toEqual([{ field: 'encapsulation', expected, observed }]);
  });

  it.each<[string, EncapsulationPattern, string, string]>([
    ['outer source', { ...TUNNEL, source: '198.51.100.9' }, '198.51.100.9', '198.51.100.1'],
    ['outer target', { ...TUNNEL, target: '198.51.100.9' }, '198.51.100.9', '198.51.100.2'],
    ['outer ttl', { ...TUNNEL, ip: { ttl: 8 } }, '8', '9'],
    ['outer tos', { ...TUNNEL, ip: { tos: 2 } }, '2', '1'],
    ['outer ecn', { ...TUNNEL, ip: { ecn: 0 } }, 'noecn', 'ect1'],
  ])('%s', (field, pattern, expected, observed) => {
    expect(compare([TUNNEL], [pattern])).toEqual([{ field, expected, observed }]);
  });

  it.each<[string, Partial<EncapsulationPattern>, string, string]>([
    ['gre flags', { flags: 0xa000 }, '0xa000', '0xb000'],
    ['gre sum', { checksum: 9 }, '9', '1'],
    ['gre off', { offset: 9 }, '9', '2'],
    ['gre key', { key: 9 }, '9', '3'],
    ['gre seq', { sequence: 9 }, '9', '4'],
  ])('%s', (field, change, expected, observed) => {
    const pattern = { ...GRE, ...change } as EncapsulationPattern;
    expect(compare([TUNNEL, GRE], [TUNNEL, pattern])).toEqual([{ field, expected, observed }]);
  });

  it('labels are compared whole', () => {
    const other = { kind: 'mpls', labels: [{ ...MPLS.labels[0], ttl: 63 }] } as const;
    expect(compare([TUNNEL, MPLS], [TUNNEL, other])).toEqual([
      {
        field: 'mpls',
        expected: 'mpls (label 16, tc 0, [S], ttl 63):',
        observed: 'mpls (label 16, tc 0, [S], ttl 64):',
      },
    ]);
  });
});

describe('the header of the packet itself', () => {
  const packet = innermost(decodePacket(encapsulate(INNER, 4, [TUNNEL])));

  it('is not taken for an outer one', () => {
    expect(packet && matchIp({ ttl: 64, ecn: 2 }, packet)).toEqual([]);
    expect(packet && matchIp({ ttl: 9 }, packet)).toEqual([{ field: 'ttl', expected: '9', observed: '64' }]);
  });

  it('has a flow label by name only for who knows the ones before', () => {
    expect(packet && matchIp({ flowLabelName: 5 }, packet)).toEqual([]);
    expect(packet && matchIp(undefined, packet)).toEqual([]);
  });
});
