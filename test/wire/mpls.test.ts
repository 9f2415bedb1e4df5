import { expect, it } from 'vitest';
import { decodeMpls, encodeMpls } from '../../src/wire/mpls';
import { bytes } from './captured';

// RFC 3032 section 2.1: label (20 bits), traffic class (3), bottom of stack (1), TTL (8).
it.each([
  ['00010140', [{ label: 16, trafficClass: 0, bottom: true, ttl: 64 }]],
  [
    'fffffeff 0001 1301',
    [
      { label: 0xfffff, trafficClass: 7, bottom: false, ttl: 255 },
      { label: 17, trafficClass: 1, bottom: true, ttl: 1 },
    ],
  ],
])('%s', (hex, labels) => {
  expect(decodeMpls(bytes(`${hex} 4500`))).toEqual({ labels, payload: bytes('4500') });
  expect(encodeMpls(labels)).toEqual(bytes(hex));
});

it.each(['', '000101', '00010040', '00010040 0001'])('%s has no bottom', (hex) => {
  expect(decodeMpls(bytes(hex))).toBeUndefined();
});
