import { describe, expect, it } from 'vitest';
import { matchPacket } from '../../src/match/packet';
import type { PacketPattern, SegmentPattern } from '../../src/wire/pattern';
import { decodePacket } from '../../src/wire/packet';
import { craftPacket } from '../../src/wire/craft';
import type { Packet } from '../../src/wire/wire';
import { fromHex } from '../../src/base/hex';
import { connection, fromKernel, IPV6_NETWORK, opts, seg } from '../support/builders';

/** SYN+ACK, 192.0.2.1:8080 to 192.0.2.2:40001, seq 1000, ack 1, window 64240, TTL 64, DF, MSS 1460: written by hand. */
const SYN_ACK = decoded(
  '4500002c 00004000 40060000 c0000201 c0000202' + '1f909c41 000003e8 00000001 6012faf0 00000000 020405b4',
);

function decoded(hex: string): Packet {
  return decodePacket(fromHex(hex) ?? new Uint8Array(0));
}

function onWire(pattern: SegmentPattern): Packet {
  return decodePacket(fromKernel(pattern));
}

function fieldsOf(pattern: PacketPattern, packet: Packet): readonly string[] {
  return matchPacket(pattern, packet).map(({ field }) => field);
}

const EXACT = seg('S.', {
  seq: 1000,
  length: 0,
  ack: 1,
  window: 64_240,
  urgentPointer: 0,
  options: opts({ kind: 'mss', value: 1460 }),
  sourcePort: 8080,
  targetPort: 40_001,
  ip: { ttl: 64, tos: 0, ecn: 0, id: 0, dontFragment: true },
});

describe('a segment', () => {
  it('fits a pattern that says all of it, and one that says nothing but its flags', () => {
    expect(matchPacket(EXACT, SYN_ACK)).toEqual([]);
    expect(matchPacket(seg('S.'), SYN_ACK)).toEqual([]);
  });

  it.each<[string, Partial<SegmentPattern>, expected: string, observed: string]>([
    ['seq', { seq: 1001 }, '1001', '1000'],
    ['length', { length: 1 }, '1', '0'],
    ['ack', { ack: 0 }, '0', '1'],
    ['win', { window: 0 }, '0', '64240'],
    ['urg', { urgentPointer: 5 }, '5', '0'],
    ['source port', { sourcePort: 8081 }, '8081', '8080'],
    ['target port', { targetPort: 40_002 }, '40002', '40001'],
    ['ttl', { ip: { ttl: 255 } }, '255', '64'],
    ['tos', { ip: { tos: 16 } }, '16', '0'],
    ['ecn', { ip: { ecn: 2 } }, 'ect0', 'noecn'],
    ['ecn', { ip: { ecn: 'either-ect' } }, 'ect01', 'noecn'],
    ['ip id', { ip: { id: 7 } }, '7', '0'],
    ["don't fragment", { ip: { dontFragment: false } }, '0', '1'],
    ['flowlabel', { ip: { flowLabel: 1 } }, '1', 'absent'],
  ])('that differs in %s says so', (field, change, expected, observed) => {
    expect(matchPacket({ ...EXACT, ...change }, SYN_ACK)).toEqual([{ field, expected, observed }]);
  });

  it('tells every difference, not the first', () => {
    expect(fieldsOf(seg('.', { seq: 1, length: 9, ack: 2, window: 1, ip: { ttl: 1 } }), SYN_ACK)).toEqual([
      'flags',
      'seq',
      'length',
      'ack',
      'win',
      'ttl',
    ]);
  });

  it('has no acknowledgment without the flag, unless the pattern excludes the flag too', () => {
    const reset = onWire(seg('R', { ack: 5 }));
    expect(matchPacket(seg('R.', { ack: 5, flagsMask: 0xfef }), reset)).toEqual([
      { field: 'ack', expected: '5', observed: 'absent' },
    ]);
    // packetdrill compares the field as it stands: a script without `ack` wants 0 there.
    expect(matchPacket(seg('R', { ack: 5 }), reset)).toEqual([]);
    expect(matchPacket(seg('R', { ack: 0 }), reset)).toEqual([{ field: 'ack', expected: '0', observed: '5' }]);
  });
});

// packetdrill 3.8: all flags are exact, an unwritten flag must be 0.
describe('flags', () => {
  it.each([
    ['S.', 'S.', true],
    ['S.', '.S', true],
    ['P.', '.', false],
    ['.', 'P.', false],
    ['R', 'R.', false],
    ['S', 'SEW', false],
    ['SEW', 'SEW', true],
    ['-', '-', true],
    ['-', '.', false],
    ['.5', '.5', true],
    ['.5', '.4', false],
  ])('%s against %s: %j', (pattern, observed, fits) => {
    expect(fieldsOf(seg(pattern), onWire(seg(observed)))).toEqual(fits ? [] : ['flags']);
  });

  it('are compared within the mask only', () => {
    const anyPush = seg('.', { flagsMask: 0xfff & ~0x008 });
    expect(matchPacket(anyPush, onWire(seg('P.')))).toEqual([]);
    expect(fieldsOf(anyPush, onWire(seg('F.')))).toEqual(['flags']);
  });

  it('are told by their letters', () => {
    expect(matchPacket(seg('R.'), onWire(seg('R')))).toEqual([{ field: 'flags', expected: 'R.', observed: 'R' }]);
  });

  it('count the reserved bits', () => {
    const reserved = onWire(seg('.', { malformed: { reservedBits: 1 } }));
    expect(matchPacket(seg('.'), reserved)).toEqual([{ field: 'flags', expected: '.', observed: '.+r1' }]);
  });
});

describe('payload', () => {
  const data = onWire(seg('P.', { seq: 1, ack: 1, payload: new TextEncoder().encode('hello') }));

  it('is compared when it is written', () => {
    expect(matchPacket(seg('P.', { length: 5 }), data)).toEqual([]);
    expect(matchPacket(seg('P.', { payload: new TextEncoder().encode('hello') }), data)).toEqual([]);
    expect(matchPacket(seg('P.', { payload: new TextEncoder().encode('hellx') }), data)).toEqual([
      { field: 'payload', expected: '68656c6c78', observed: '68656c6c6f' },
    ]);
  });

  it('may have to be zeros', () => {
    expect(matchPacket(seg('P.', { zeros: true }), onWire(seg('P.', { length: 500 })))).toEqual([]);
    expect(matchPacket(seg('P.', { zeros: true }), onWire(seg('P.')))).toEqual([]);
    const late = new Uint8Array(500);
    late[499] = 7;
    expect(matchPacket(seg('P.', { zeros: true }), onWire(seg('P.', { payload: late })))).toEqual([
      { field: 'payload', expected: 'zeros', observed: '07 from byte 499 on' },
    ]);
  });

  it('that is long is shown by its head', () => {
    const [mismatch] = matchPacket(seg('P.', { payload: new Uint8Array(0) }), onWire(seg('P.', { length: 1000 })));
    expect(mismatch).toEqual({ field: 'payload', expected: 'none', observed: `${'00'.repeat(24)}... (1000 bytes)` });
  });
});

describe('ECN', () => {
  it.each([
    [0, 'noecn'],
    [1, 'ect1'],
    [2, 'ect0'],
    [3, 'ce'],
  ] as const)('codepoint %d (RFC 3168 section 5: %s)', (ecn, word) => {
    const packet = onWire(seg('.', { ip: { tos: ecn } }));
    expect(matchPacket(seg('.', { ip: { ecn } }), packet)).toEqual([]);
    expect(fieldsOf(seg('.', { ip: { ecn: 'either-ect' } }), packet)).toEqual(ecn === 1 || ecn === 2 ? [] : ['ecn']);
    const other = ecn === 0 ? 3 : 0;
    expect(matchPacket(seg('.', { ip: { ecn: other } }), packet)).toMatchObject([{ field: 'ecn', observed: word }]);
  });
});

describe('other protocols', () => {
  it('do not fit a TCP pattern', () => {
    const udp = decoded('4500001d 00000000 ff110000 c0000201 c0000202 1f909c41 00090000 61');
    expect(matchPacket(seg('.'), udp)).toEqual([{ field: 'protocol', expected: 'tcp', observed: 'udp' }]);
    expect(matchPacket({ kind: 'udp', length: 1, sourcePort: 8080 }, udp)).toEqual([]);
    expect(fieldsOf({ kind: 'udp', length: 2, payload: Uint8Array.of(0x62), targetPort: 1 }, udp)).toEqual([
      'length',
      'payload',
      'target port',
    ]);
  });

  it('what is no IP packet fits nothing', () => {
    expect(matchPacket(seg('.'), decoded('00'))).toEqual([
      { field: 'protocol', expected: 'tcp', observed: 'no IP packet' },
    ]);
  });

  // RFC 1191 section 4: the next-hop MTU is the low half of the second word; RFC 4443 section 3.2: all of it.
  it('ICMP: type, code and MTU, of the version', () => {
    const four = decoded('4500001c 00000000 ff010000 c0000201 c0000202 03040000 000004b0');
    expect(matchPacket({ kind: 'icmp', type: 3, code: 4, mtu: 1200 }, four)).toEqual([]);
    expect(matchPacket({ kind: 'icmp', type: 3, code: 1, mtu: 1300 }, four)).toEqual([
      { field: 'code', expected: '1', observed: '4' },
      { field: 'mtu', expected: '1300', observed: '1200' },
    ]);
    const six = decoded(
      '60000000 00083aff 20010db8000000000000000000000001 20010db8000000000000000000000002 02000000 00010000',
    );
    expect(matchPacket({ kind: 'icmp', type: 2, code: 0, mtu: 65_536 }, six)).toEqual([]);
  });
});

describe('what an ICMP message quotes', () => {
  /** Port unreachable, with the IP header and the eight bytes of a datagram of ten: as RFC 792 draws it. */
  const error = decoded(
    '45000038 00000000 40010000 c0000201 c0000202 03030000 00000000' +
      '45000026 00000000 40110000 c0000202 c0000201 9c411f90 00120000',
  );
  const pattern = { kind: 'icmp', type: 3, code: 3 } as const;

  it('is compared by kind and length', () => {
    expect(matchPacket(pattern, error)).toEqual([]);
    expect(matchPacket({ ...pattern, quoted: { kind: 'udp', length: 10 } }, error)).toEqual([]);
    expect(matchPacket({ ...pattern, quoted: { kind: 'tcp', seq: 1, length: 10 } }, error)).toEqual([
      { field: 'quoted', expected: 'tcp (10)', observed: 'udp (10)' },
    ]);
  });

  it('or not at all, only the length of the message: 8 + 20 + 8 bytes here', () => {
    const byLength = { ...pattern, quotedByLength: true };
    expect(matchPacket(byLength, error)).toEqual([]);
    expect(matchPacket({ ...byLength, quoted: { kind: 'tcp', seq: 1, length: 0 } }, error)).toEqual([]);
    expect(matchPacket({ ...pattern, quoted: { kind: 'raw', length: 36 } }, error)).toEqual([]);
    expect(matchPacket({ ...byLength, quoted: { kind: 'raw', length: 64 } }, error)).toEqual([
      { field: 'length', expected: '64', observed: '36' },
    ]);
  });

  it('may be missing', () => {
    const bare = decoded('4500001c 00000000 ff010000 c0000201 c0000202 03030000 00000000');
    expect(matchPacket({ ...pattern, quoted: { kind: 'udp', length: 1 } }, bare)).toEqual([
      { field: 'quoted', expected: 'udp (1)', observed: 'nothing' },
    ]);
  });
});

it('looks at the segment inside other headers, and wants these written', () => {
  const encapsulation = [
    { kind: 'ipv4', source: '198.51.100.1', target: '198.51.100.2' },
    { kind: 'gre', flags: 0 },
  ] as const;
  const packet = onWire(seg('S.', { seq: 5, encapsulation }));
  expect(matchPacket(seg('S.', { seq: 5, encapsulation }), packet)).toEqual([]);
  expect(matchPacket(seg('S.', { seq: 6 }), packet)).toEqual([
    { field: 'encapsulation', expected: 'none', observed: 'ipv4 gre' },
    { field: 'seq', expected: '6', observed: '5' },
  ]);
});

describe('IPv6', () => {
  it('has a flow label and a hop limit, and no id', () => {
    const [six] = [
      connection(0, { localAddress: IPV6_NETWORK.localAddress, remoteAddress: IPV6_NETWORK.remoteAddress }),
    ];
    const packet = decodePacket(fromKernel(seg('.', { ip: { flowLabel: 0xabcde, ttl: 63, tos: 0x1a } }), six));
    expect(matchPacket(seg('.', { ip: { flowLabel: 0xabcde, ttl: 63, tos: 0x1a, ecn: 2 } }), packet)).toEqual([]);
    expect(fieldsOf(seg('.', { ip: { flowLabel: 1, id: 0, dontFragment: true } }), packet)).toEqual([
      'flowlabel',
      'ip id',
      "don't fragment",
    ]);
  });
});

it('one pattern crafts and expects', () => {
  const pattern = seg('P.', {
    seq: 7,
    length: 3,
    ack: 9,
    window: 500,
    options: opts({ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', val: 4, ecr: 5 }),
  });
  const bytes = craftPacket(pattern, {
    version: 4,
    sourceAddress: '192.0.2.1',
    targetAddress: '192.0.2.2',
    sourcePort: 1,
    targetPort: 2,
    seq: 0,
    ack: 0,
  });
  expect(matchPacket(pattern, decodePacket(bytes))).toEqual([]);
});
