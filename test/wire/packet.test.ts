import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { craftPacket } from '../../src/wire/craft';
import { concatBytes } from '../../src/wire/bytes';
import { decodePacket, encodePacket } from '../../src/wire/packet';
import type { Packet } from '../../src/wire/wire';
import { craftContext, encapsulation, segmentPattern, u8 } from './arbitraries';
import { FINACK4, bytes, CAPTURED, SYN4, SYN6, UDP4, UNREACHABLE4, UNREACHABLE6 } from './captured';

const EMPTY = new Uint8Array(0);

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(parts);
}

describe('a captured packet', () => {
  it('SYN with ECN setup over IPv4', () => {
    expect(decodePacket(SYN4)).toEqual({
      kind: 'ipv4',
      header: {
        version: 4,
        ihl: 5,
        tos: 0,
        totalLength: 60,
        id: 0x534f,
        flags: 2,
        fragmentOffset: 0,
        ttl: 64,
        protocol: 6,
        checksum: 0x6369,
        source: '192.0.2.2',
        target: '192.0.2.1',
        options: EMPTY,
      },
      payload: {
        kind: 'tcp',
        sourcePort: 0xda12,
        targetPort: 8080,
        seq: 0x4ac1c4a2,
        ack: 0,
        dataOffset: 10,
        flags: 0x0c2,
        window: 64_240,
        checksum: 0xcc0a,
        urgentPointer: 0,
        options: [
          { kind: 'mss', value: 1460 },
          { kind: 'sackOK' },
          { kind: 'timestamp', val: 0x442faf07, ecr: 0 },
          { kind: 'nop' },
          { kind: 'wscale', shift: 10 },
        ],
        payload: EMPTY,
      },
      trailer: EMPTY,
    });
  });

  it('SYN over IPv6', () => {
    const packet = decodePacket(SYN6);
    expect(packet).toMatchObject({
      kind: 'ipv6',
      header: {
        version: 6,
        trafficClass: 0,
        flowLabel: 0xee82,
        payloadLength: 40,
        nextHeader: 6,
        hopLimit: 64,
        source: '2001:db8::2',
        target: '2001:db8::1',
      },
      payload: {
        kind: 'tcp',
        targetPort: 8080,
        window: 64_800,
        options: [{ kind: 'mss', value: 1440 }, {}, {}, {}, {}],
      },
    });
  });

  it('UDP', () => {
    const hello = new TextEncoder().encode('hello');
    const udp = { kind: 'udp', sourcePort: 0x857b, targetPort: 9, length: 13, checksum: 0xb279, payload: hello };
    expect(decodePacket(UDP4)).toMatchObject({ payload: udp });
  });

  it('ICMP errors of both versions', () => {
    const error4 = { kind: 'icmp', version: 4, type: 3, code: 3, checksum: 0x811f, rest: 0 };
    const error6 = { kind: 'icmp', version: 6, type: 1, code: 4, checksum: 0x13a2, rest: 0 };
    expect(decodePacket(UNREACHABLE4)).toMatchObject({ header: { tos: 0xc0 }, payload: error4 });
    expect(decodePacket(UNREACHABLE6)).toMatchObject({ payload: error6 });
  });

  it.each(Object.entries(CAPTURED))('%s encodes to the same bytes', (_, captured) => {
    expect(encodePacket(decodePacket(captured))).toEqual(captured);
  });
});

describe('lengths that lie', () => {
  /** The FIN with some bytes replaced. */
  function altered(...changes: readonly (readonly [at: number, byte: number])[]): Packet {
    const copy = Uint8Array.from(FINACK4);
    for (const [at, byte] of changes) copy[at] = byte;
    return decodePacket(copy);
  }

  it.each([
    ['too short for the header', 19],
    ['past the end', 53],
    ['0', 0],
  ])('a total length %s is kept, and means all there is', (_, totalLength) => {
    const packet = altered([3, totalLength]);
    expect(packet).toMatchObject({ header: { totalLength }, payload: { kind: 'tcp' }, trailer: EMPTY });
  });

  it('a total length before the end leaves a trailer', () => {
    const packet = altered([3, 48]);
    expect(packet).toMatchObject({ payload: { kind: 'tcp' }, trailer: bytes('442faf07') });
    // The data offset reaches past the end now, so there are no options: all behind the header is payload.
    expect(packet).toMatchObject({ payload: { dataOffset: 8, options: [], payload: bytes('0101080a442fb423') } });
  });

  it('a total length within the TCP header leaves an opaque transport', () => {
    expect(altered([3, 39])).toMatchObject({ payload: { kind: 'opaque', protocol: 6, bytes: { length: 19 } } });
  });

  it.each([0, 4, 14])('an IP header length of %i words is kept, and means 20 bytes', (ihl) => {
    expect(altered([0, 0x40 + ihl])).toMatchObject({ header: { ihl, options: EMPTY }, payload: { targetPort: 8080 } });
  });

  it('an IP header length of 6 takes four bytes as IP options', () => {
    expect(altered([0, 0x46])).toMatchObject({ header: { ihl: 6, options: bytes('da121f90') } });
  });

  it.each([0, 4, 9, 15])('a data offset of %i words is kept, and means no options', (dataOffset) => {
    const packet = altered([32, dataOffset << 4]);
    expect(packet).toMatchObject({ payload: { dataOffset, options: [], payload: { length: 12 } } });
  });

  it('a payload length of 0 over IPv6 means all there is', () => {
    const copy = Uint8Array.from(SYN6);
    copy[5] = 0;
    expect(decodePacket(copy)).toMatchObject({
      header: { payloadLength: 0 },
      payload: { kind: 'tcp' },
      trailer: EMPTY,
    });
  });
});

describe('what has no readable transport', () => {
  it('a later fragment is opaque, the first one is not', () => {
    const later = Uint8Array.from(SYN4);
    later.set([0x00, 0x01], 6);
    expect(decodePacket(later)).toMatchObject({
      header: { fragmentOffset: 1 },
      payload: { kind: 'opaque', protocol: 6 },
    });
    const first = Uint8Array.from(SYN4);
    first.set([0x20, 0x00], 6);
    expect(decodePacket(first)).toMatchObject({ header: { flags: 1 }, payload: { kind: 'tcp' } });
  });

  it('ICMP of the other version is opaque', () => {
    const mixed = Uint8Array.from(UNREACHABLE4);
    mixed[9] = 58;
    expect(decodePacket(mixed)).toMatchObject({ payload: { kind: 'opaque', protocol: 58 } });
  });

  it.each(['', '45', '60', '00'.repeat(40), '45' + '00'.repeat(18), '60' + '00'.repeat(38), 'ff'.repeat(60)])(
    '%s is no packet',
    (hex) => {
      expect(decodePacket(bytes(hex))).toEqual({ kind: 'opaque', bytes: bytes(hex) });
    },
  );
});

describe('packets in packets', () => {
  const outer4 = (protocol: string, length: string) => `4500${length} 00000000 40${protocol}0000 c6336401 c6336402`;

  it('IP in IP (RFC 2003: protocol 4)', () => {
    const packet = decodePacket(concat(bytes(outer4('04', '0050')), SYN4));
    expect(packet).toMatchObject({ kind: 'ipv4', header: { source: '198.51.100.1' }, payload: decodePacket(SYN4) });
  });

  it('IPv6 in IPv4 (RFC 4213: protocol 41)', () => {
    const packet = decodePacket(concat(bytes(outer4('29', '0064')), SYN6));
    expect(packet).toMatchObject({ kind: 'ipv4', payload: decodePacket(SYN6) });
  });

  it('GRE (RFC 2784: protocol 47, EtherType of the payload)', () => {
    const packet = decodePacket(concat(bytes(`${outer4('2f', '0054')} 0000 0800`), SYN4));
    const payload = { kind: 'gre', header: { flags: 0, protocol: 0x0800 }, payload: decodePacket(SYN4) };
    expect(packet).toMatchObject({ payload });
  });

  it('MPLS in GRE (RFC 4023 section 4: EtherType 0x8847)', () => {
    const packet = decodePacket(concat(bytes(`${outer4('2f', '0058')} 0000 8847 00010140`), SYN4));
    const labels = [{ label: 16, trafficClass: 0, bottom: true, ttl: 64 }];
    expect(packet).toMatchObject({ payload: { payload: { kind: 'mpls', labels, payload: decodePacket(SYN4) } } });
  });

  it('MPLS in IP (RFC 4023 section 3: protocol 137)', () => {
    const packet = decodePacket(concat(bytes(`${outer4('89', '0054')} 00010140`), SYN4));
    expect(packet).toMatchObject({ payload: { kind: 'mpls', payload: { kind: 'ipv4' } } });
  });

  it.each([
    ['IPv6 that is announced as IPv4', outer4('04', '0054'), SYN6],
    ['GRE of version 1', `${outer4('2f', '0054')} 0001 0800`, SYN4],
    ['GRE with routing', `${outer4('2f', '0054')} 4000 0800`, SYN4],
    ['labels without a bottom', outer4('89', '0018'), bytes('00010040')],
  ])('%s is opaque', (_, header, inner) => {
    const raw = concat(bytes(header), inner);
    expect(decodePacket(raw)).toMatchObject({ kind: 'ipv4', payload: { kind: 'opaque' } });
    expect(encodePacket(decodePacket(raw))).toEqual(raw);
  });

  it.each([
    ['another EtherType', '0000 6558'],
    ['IPv6 that is announced as IPv4', '0000 86dd'],
  ])('%s in GRE is opaque', (_, gre) => {
    const packet = decodePacket(concat(bytes(`${outer4('2f', '0054')} ${gre}`), SYN4));
    expect(packet).toMatchObject({ payload: { kind: 'gre', payload: { kind: 'opaque', bytes: SYN4 } } });
  });

  it('thousands of headers are no more work than a few', () => {
    const nested = bytes(outer4('04', '0000').repeat(3000));
    expect(encodePacket(decodePacket(nested))).toEqual(nested);
  });
});

it('the packet does not change when the buffer is used again', () => {
  const buffer = Buffer.from(FINACK4);
  const packet = decodePacket(buffer);
  buffer.fill(0xff);
  expect(packet).toEqual(decodePacket(FINACK4));
});

describe('decoding is total and lossless', () => {
  function expectLossless(data: Uint8Array): void {
    expect(encodePacket(decodePacket(data))).toEqual(data);
  }

  /** Bytes that look like a packet at first sight, so that the deeper decoders are reached. */
  const plausible = fc
    .tuple(
      fc.constantFrom(0x45, 0x46, 0x4f, 0x60),
      fc.constantFrom(1, 4, 6, 17, 41, 47, 58, 137),
      fc.uint8Array({ maxLength: 200 }),
    )
    .map(([first, protocol, data]) => {
      const copy = Uint8Array.from(data);
      if (copy.length > 9) copy.set([first], 0);
      if (copy.length > 9) copy.set([protocol], first === 0x60 ? 6 : 9);
      return copy;
    });

  it('for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectLossless), { numRuns: 2000 });
    fc.assert(fc.property(plausible, expectLossless), { numRuns: 2000 });
  });

  it('for captured packets with bytes changed and the end cut off', () => {
    const changes = fc.array(fc.tuple(fc.nat(), u8), { maxLength: 6 });
    const captured = fc.constantFrom(...Object.values(CAPTURED));
    fc.assert(
      fc.property(captured, changes, fc.nat(100), (original, list, length) => {
        const copy = Uint8Array.from(original);
        for (const [place, byte] of list) copy[place % copy.length] = byte;
        expectLossless(copy);
        expectLossless(copy.slice(0, length));
      }),
      { numRuns: 2000 },
    );
  });

  it('for crafted packets with bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), u8), { maxLength: 3 });
    fc.assert(
      fc.property(segmentPattern, encapsulation, craftContext, changes, (segment, around, context, list) => {
        const packet = craftPacket({ ...segment, encapsulation: around }, context);
        for (const [place, byte] of list) packet[place % packet.length] = byte;
        expectLossless(packet);
      }),
      { numRuns: 1000 },
    );
  });
});
