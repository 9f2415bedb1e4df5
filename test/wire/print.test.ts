import { describe, expect, it } from 'vitest';
import { type CraftContext, craftPacket } from '../../src/wire/craft';
import { decodePacket } from '../../src/wire/packet';
import type { PacketPattern } from '../../src/wire/pattern';
import { type NumberView, printPacket, printPattern } from '../../src/wire/print';
import { bytes, SYN4, SYNACK4, UDP4, UNREACHABLE4, UNREACHABLE6 } from './captured';

const V4: CraftContext = {
  version: 4,
  sourceAddress: '192.0.2.1',
  targetAddress: '192.0.2.2',
  sourcePort: 40_000,
  targetPort: 8080,
  seq: 1000,
  ack: 2000,
};
const V6: CraftContext = { ...V4, version: 6, sourceAddress: '2001:db8::1', targetAddress: '2001:db8::2' };

/** What the packet that the pattern crafts is printed as. */
function printCrafted(pattern: PacketPattern, context = V4): string {
  return printPacket(decodePacket(craftPacket(pattern, context)));
}

describe('packets of a real kernel', () => {
  it('with the numbers of the wire', () => {
    expect(printPacket(decodePacket(SYN4))).toBe(
      'SEW 1254212770:1254212770(0) win 64240 <mss 1460,sackOK,TS val 1143975687 ecr 0,nop,wscale 10>',
    );
  });

  it('with script numbers', () => {
    const view: NumberView = { seq: (live) => live - 0x4ac1c4a2, ack: (live) => live - 0x4ac1c4a2 };
    expect(printPacket(decodePacket(SYNACK4), view)).toBe(
      'SE. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,TS val 1143975988 ecr 1143975687,nop,wscale 10>',
    );
  });

  it('UDP and ICMP', () => {
    expect(printPacket(decodePacket(UDP4))).toBe('udp (5)');
    expect(printPacket(decodePacket(UNREACHABLE4))).toBe('[tos 0xc0] icmp unreachable port_unreachable [udp (5)]');
    expect(printPacket(decodePacket(UNREACHABLE6))).toBe('icmp unreachable port_unreachable [udp (5)]');
  });
});

describe('crafted packets', () => {
  it.each<[PacketPattern, string]>([
    [{ kind: 'tcp', flags: 0x010 }, '. 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x018, length: 500 }, 'P. 1000:1500(500) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x004, window: 0 }, 'R 1000:1000(0) win 0'],
    [{ kind: 'tcp', flags: 0 }, '- 1000:1000(0) win 65535'],
    // The acknowledgment field without the flag: packetdrill's scripts compare it with 0, so it must be seen.
    [{ kind: 'tcp', flags: 0x004, ack: 5 }, 'R 1000:1000(0) ack 5 win 65535'],
    [{ kind: 'tcp', flags: 0x030, urgentPointer: 7 }, 'U. 1000:1000(0) ack 2000 win 65535 urg 7'],
    [{ kind: 'tcp', flags: 0x010, seq: 4_294_967_295, length: 2 }, '. 4294967295:4294967297(2) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, ip: { ecn: 2 } }, '[ect0] . 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, ip: { ecn: 1 } }, '[ect1] . 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, ip: { ecn: 3 } }, '[ce] . 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, ip: { tos: 0x11 } }, '[tos 0x11] . 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, malformed: { reservedBits: 2 } }, '.+r2 1000:1000(0) ack 2000 win 65535'],
    [{ kind: 'tcp', flags: 0x010, malformed: { dataOffset: 3 } }, '. 1000:1000(0) ack 2000 win 65535 data_offset 3'],
    [{ kind: 'udp', length: 9 }, 'udp (9)'],
    [
      { kind: 'icmp', type: 3, code: 4, mtu: 1200, quoted: { kind: 'tcp', seq: 1, length: 9 } },
      'icmp unreachable frag_needed mtu 1200 [1:10(9)]',
    ],
    [{ kind: 'icmp', type: 3, code: 200 }, 'icmp unreachable code_200 [0:0(0)]'],
    [{ kind: 'icmp', type: 8, code: 0, id: 7 }, 'icmp echo_request id 7'],
  ])('%j', (pattern, text) => {
    expect(printCrafted(pattern)).toBe(text);
  });

  it('ICMPv6', () => {
    const pattern: PacketPattern = {
      kind: 'icmp',
      type: 2,
      code: 0,
      mtu: 70_000,
      quoted: { kind: 'tcp', seq: 1, length: 0 },
    };
    expect(printCrafted(pattern, V6)).toBe('icmp packet_too_big mtu 70000 [1:1(0)]');
    expect(printCrafted({ kind: 'icmp', type: 129, code: 0 }, V6)).toBe('icmp echo_reply id 0');
  });

  it('what an error quotes are numbers of the other side', () => {
    const packet = decodePacket(
      craftPacket({ kind: 'icmp', type: 3, code: 1, quoted: { kind: 'tcp', seq: 501, length: 0 } }, V4),
    );
    const view: NumberView = { seq: () => -1, ack: (live) => live - 500 };
    expect(printPacket(packet, view)).toBe('icmp unreachable host_unreachable [1:1(0)]');
  });

  it('SACK edges too', () => {
    const options = { list: [{ kind: 'sack', blocks: [{ left: 501, right: 601 }] } as const], open: false };
    const packet = decodePacket(craftPacket({ kind: 'tcp', flags: 0x010, options }, V4));
    const view: NumberView = { seq: (live) => live - 999, ack: (live) => live - 500 };
    expect(printPacket(packet, view)).toBe('. 1:1(0) ack 1500 win 65535 <sack 1:101,eol,eol>');
  });
});

describe('headers around a packet', () => {
  const SEGMENT: PacketPattern = { kind: 'tcp', flags: 0x010, ip: { ecn: 2 } };
  const TUNNEL = { kind: 'ipv4', source: '198.51.100.1', target: '198.51.100.2' } as const;

  it.each<[NonNullable<PacketPattern['encapsulation']>, string]>([
    [[TUNNEL], 'ipv4 198.51.100.1 > 198.51.100.2:'],
    [[{ kind: 'ipv6', source: 'fd00::1', target: 'fd00::2', ip: { ecn: 3 } }], 'ipv6 [ce] fd00::1 > fd00::2:'],
    [[TUNNEL, { kind: 'gre', flags: 0 }], 'ipv4 198.51.100.1 > 198.51.100.2: gre:'],
    [
      [TUNNEL, { kind: 'gre', flags: 0x3000, key: 5, sequence: 6 }],
      'ipv4 198.51.100.1 > 198.51.100.2: gre flags 0x3000, sum 0, off 0, key=0x5, seq 6:',
    ],
    [
      [TUNNEL, { kind: 'mpls', labels: [{ label: 17, trafficClass: 1, bottom: true, ttl: 9 }] }],
      'ipv4 198.51.100.1 > 198.51.100.2: mpls (label 17, tc 1, [S], ttl 9):',
    ],
  ])('%j', (encapsulation, text) => {
    const crafted = printCrafted({ ...SEGMENT, encapsulation });
    expect(crafted).toBe(`${text} [ect0] . 1000:1000(0) ack 2000 win 65535`);
    const anything = text.replace('sum 0, off 0', 'sum *, off *');
    expect(printPattern({ ...SEGMENT, encapsulation })).toBe(`${anything} [ect0] .`);
  });

  it('what a tunnel carries without being IP', () => {
    const packet = decodePacket(bytes('4500001a 00000000 402f0000 c6336401 c6336402 00006558 abcd'));
    expect(printPacket(packet)).toBe('ipv4 198.51.100.1 > 198.51.100.2: gre: opaque 2 bytes abcd');
  });

  it('of a pattern that leaves addresses free, and PSP, which stands behind the IP part', () => {
    expect(printPattern({ ...SEGMENT, encapsulation: [{ kind: 'ipv4' }, { kind: 'psp', spi: 7 }] })).toBe(
      'ipv4 * > *: [ect0] encap psp spi 7 .',
    );
  });
});

describe('opaque bytes', () => {
  it.each([
    ['', 'opaque 0 bytes'],
    ['00ff', 'opaque 2 bytes 00ff'],
    ['00'.repeat(17), `opaque 17 bytes ${'00'.repeat(16)}...`],
    [`45000016000000000067 0000 c0000201c0000202 abcd`, 'protocol 103, 2 bytes abcd'],
  ])('%s', (hex, text) => {
    expect(printPacket(decodePacket(bytes(hex)))).toBe(text);
  });
});

describe('printPattern', () => {
  it.each<[PacketPattern, string]>([
    [
      {
        kind: 'tcp',
        flags: 0x012,
        seq: 0,
        length: 0,
        ack: 1,
        options: { list: [{ kind: 'mss', value: 1460 }], open: true },
      },
      'S. 0:0(0) ack 1 <mss 1460,...>',
    ],
    [{ kind: 'tcp', flags: 0x004 }, 'R'],
    [{ kind: 'tcp', flags: 0, options: { list: [], open: false } }, '- <>'],
    [{ kind: 'tcp', flags: 0x018, flagsMask: 0xff7, seq: 1 }, '. 1:*(*)'],
    [{ kind: 'tcp', flags: 0x018, length: 10, window: 5, urgentPointer: 1 }, 'P. *:*(10) win 5 urg 1'],
    [{ kind: 'tcp', flags: 0x010, payload: bytes('6869'), seq: 1 }, '. 1:3(2)'],
    [{ kind: 'tcp', flags: 0x010, sourcePort: 5555, targetPort: 8080 }, '5555 > 8080 .'],
    [{ kind: 'tcp', flags: 0x010, targetPort: 8080 }, '* > 8080 .'],
    [{ kind: 'tcp', flags: 0x010, ip: { ecn: 'either-ect', flowLabel: 0xabc } }, '[ect01, flowlabel 0xabc] .'],
    [{ kind: 'tcp', flags: 0x010, ip: { tos: 8, ttl: 3, id: 1, dontFragment: true } }, '[tos 0x08, ttl 3, id 1, df] .'],
    [{ kind: 'tcp', flags: 0x010, ip: { ecn: 0, dontFragment: false } }, '[noecn, nodf] .'],
    [{ kind: 'udp' }, 'udp'],
    [{ kind: 'udp', length: 3 }, 'udp (3)'],
    [
      { kind: 'icmp', type: 3, code: 4, mtu: 1200, quoted: { kind: 'tcp', seq: 1, length: 9 } },
      'icmp type_3 code_4 mtu 1200 [1:10(9)]',
    ],
    [{ kind: 'icmp', type: 3, code: 3, quoted: { kind: 'udp', length: 9 } }, 'icmp type_3 code_3 [udp (9)]'],
    [{ kind: 'icmp', type: 8, code: 0, quoted: { kind: 'raw', length: 64 } }, 'icmp type_8 code_0 [raw (64)]'],
    // As packetdrill reads `S 0:0(0)`: what is 0 anyway is not shown.
    [{ kind: 'tcp', flags: 0x002, ack: 0, urgentPointer: 0, zeros: true }, 'S'],
    [{ kind: 'tcp', flags: 0x010, ack: 0 }, '. ack 0'],
    [{ kind: 'icmp', type: 8, code: 0, id: 0, ip: { ttl: 1 } }, '[ttl 1] icmp type_8 code_0 id 0'],
  ])('%j', (pattern, text) => {
    expect(printPattern(pattern)).toBe(text);
  });

  it('names ICMP when it knows the version', () => {
    expect(printPattern({ kind: 'icmp', type: 3, code: 4 }, 4)).toBe('icmp unreachable frag_needed');
    expect(printPattern({ kind: 'icmp', type: 3, code: 1 }, 6)).toBe('icmp time_exceeded exceeded_frag_time');
  });
});
