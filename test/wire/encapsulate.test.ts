import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { craftPacket } from '../../src/wire/craft';
import { encapsulate, encapsulationLength } from '../../src/wire/encapsulate';
import { innermost, outerLayers } from '../../src/wire/layers';
import { decodePacket } from '../../src/wire/packet';
import { craftContext, encapsulation, segmentPattern } from './arbitraries';
import { SYN4, SYN6 } from './captured';

const TUNNEL = { kind: 'ipv4', source: '198.51.100.1', target: '198.51.100.2' } as const;

describe('byte for byte', () => {
  it('IP in IP: protocol 4, TTL 255, id 0', () => {
    const header = '45000050' + '00000000' + `ff04${checksum(0x4500, 0x0050, 0xff04)}` + 'c6336401' + 'c6336402';
    expect(toHex(encapsulate(SYN4, 4, [TUNNEL]))).toBe(header + toHex(SYN4));
  });

  it('IPv6 in GRE: protocol 47, EtherType 0x86dd', () => {
    const raw = toHex(encapsulate(SYN6, 6, [TUNNEL, { kind: 'gre', flags: 0x2000, key: 9 }]));
    expect(raw.slice(18, 20)).toBe('2f');
    expect(raw.slice(40)).toBe('2000' + '86dd' + '00000009' + toHex(SYN6));
  });

  it('IPv4 in IPv6: next header 4, payload length', () => {
    const raw = toHex(encapsulate(SYN4, 4, [{ kind: 'ipv6', source: 'fd00::1', target: 'fd00::2', ip: { ttl: 7 } }]));
    expect(raw.slice(0, 16)).toBe('60000000' + '003c0407');
    expect(raw.slice(80)).toBe(toHex(SYN4));
  });

  it('without addresses they are unspecified', () => {
    expect(decodePacket(encapsulate(SYN4, 4, [{ kind: 'ipv4' }]))).toMatchObject({ header: { target: '0.0.0.0' } });
    expect(decodePacket(encapsulate(SYN4, 4, [{ kind: 'ipv6' }]))).toMatchObject({ header: { source: '::' } });
  });

  it('a GRE checksum is written as it stands, and computed where none stands', () => {
    const raw = (gre: object) => toHex(encapsulate(SYN4, 4, [TUNNEL, { kind: 'gre', flags: 0x8000, ...gre }]));
    expect(raw({ checksum: 0xbeef, offset: 1 }).slice(40, 56)).toBe('8000' + '0800' + 'beef' + '0001');
    expect(raw({}).slice(48, 52)).not.toBe('0000');
  });
});

/** The checksum of the header of `TUNNEL` with these words in front of the addresses. */
function checksum(...words: readonly number[]): string {
  let sum = 0xc633 + 0x6401 + 0xc633 + 0x6402;
  for (const word of words) sum += word;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return (~sum & 0xffff).toString(16).padStart(4, '0');
}

it('nothing can be sent in PSP', () => {
  expect(() => encapsulate(SYN4, 4, [{ kind: 'psp', spi: 1 }])).toThrow('PSP');
});

it('what is wrapped is found again, and takes the bytes that were said', () => {
  fc.assert(
    fc.property(segmentPattern, encapsulation, craftContext, (segment, around, context) => {
      const bare = craftPacket(segment, context);
      const whole = craftPacket({ ...segment, encapsulation: around }, context);
      const packet = decodePacket(whole);
      expect(innermost(packet)).toEqual(decodePacket(bare));
      expect(outerLayers(packet).map(({ kind }) => kind)).toEqual(around.map(({ kind }) => kind));
      expect(whole.length - bare.length).toBe(encapsulationLength(around));
    }),
    { numRuns: 300 },
  );
});
