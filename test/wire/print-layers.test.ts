import { describe, expect, it } from 'vitest';
import {
  line,
  printIpPattern,
  printLabels,
  printLayerPattern,
  printNumber,
  printTrafficClass,
} from '../../src/wire/print-layers';

// What packetdrill writes in front of a segment; print.test.ts holds whole packets.
describe('IP parts', () => {
  it.each([
    [0, ''],
    [1, '[ect1]'],
    [2, '[ect0]'],
    [3, '[ce]'],
    [4, '[tos 0x04]'],
  ])('the byte %i', (tos, text) => {
    expect(printTrafficClass(tos)).toBe(text);
  });

  it('of a pattern', () => {
    expect(printIpPattern()).toBe('');
    expect(printIpPattern({ ecn: 'either-ect', flowLabelName: 0x1f })).toBe('[ect01, flowlabel 0x1f]');
  });
});

it('headers of a pattern, with what is free', () => {
  expect(printLayerPattern({ kind: 'ipv6', target: 'fd00::1' })).toBe('ipv6 * > fd00::1:');
  expect(printLayerPattern({ kind: 'gre', flags: 0x8000 })).toBe('gre flags 0x8000, sum *, off *, key=*, seq *:');
  expect(printLayerPattern({ kind: 'gre', flags: 0, checksum: 1 })).toBe('gre:');
});

it('labels, the last one with its mark', () => {
  const low = { trafficClass: 0, ttl: 64 };
  const labels = [
    { ...low, label: 16, bottom: false },
    { ...low, label: 17, bottom: true },
  ];
  expect(printLabels(labels)).toBe('mpls (label 16, tc 0, ttl 64) (label 17, tc 0, [S], ttl 64):');
});

it('leaves out what is not there', () => {
  expect(line([printNumber('mtu', undefined), printNumber('id', 0), ''])).toBe('id 0');
});
