/** Crafted packets, read by Wireshark: what we mean to send is what another reader finds. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { addressBytes } from '../../src/wire/address';
import { type CraftContext, craftPacket } from '../../src/wire/craft';
import { encodeOptions, fillOption } from '../../src/wire/options';
import type {
  EncapsulationPattern,
  Malformation,
  OptionPattern,
  PacketPattern,
  SegmentPattern,
} from '../../src/wire/pattern';
import { GRE_FLAG } from '../../src/wire/wire';
import { craftContext, encapsulation, segmentPattern } from './arbitraries';
import { CAPTURED } from './captured';
import { type Dissection, dissect } from './tshark';

const GOOD = '1';
const BAD = '0';

const V4: CraftContext = {
  version: 4,
  sourceAddress: '192.0.2.1',
  targetAddress: '192.0.2.2',
  sourcePort: 40_000,
  targetPort: 40_001,
  seq: 1000,
  ack: 2000,
};
const V6: CraftContext = { ...V4, version: 6, sourceAddress: '2001:db8::1', targetAddress: '2001:db8::2' };

const IP_FIELDS = [
  'ip.src',
  'ip.dst',
  'ip.len',
  'ip.hdr_len',
  'ip.id',
  'ip.ttl',
  'ip.dsfield',
  'ip.flags.df',
  'ip.checksum.status',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.plen',
  'ipv6.tclass',
  'ipv6.flow',
  'ipv6.hlim',
];

const TCP_FIELDS = [
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.hdr_len',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.urgent_pointer',
  'tcp.checksum.status',
  'tcp.options',
  'tcp.len',
];

/** Numbers as tshark writes them: some decimal, some in hex. */
function numbers(dissection: Dissection, field: string): number[] {
  return (dissection[field] ?? []).map(Number);
}

/** Bytes as tshark writes them: with or without colons, by its version. */
function hexOf(dissection: Dissection, field: string): string[] {
  return (dissection[field] ?? []).map((text) => text.replaceAll(':', ''));
}

/** The values of one packet, which is crafted for this alone. */
function dissectOne(pattern: PacketPattern, context: CraftContext, fields: readonly string[]): Dissection {
  const [dissection] = dissect([craftPacket(pattern, context)], fields);
  if (dissection === undefined) throw new Error('tshark saw no packet');
  return dissection;
}

describe('segments of all shapes', () => {
  const SAMPLES = 400;
  const samples = fc.sample(fc.tuple(segmentPattern, craftContext), { numRuns: SAMPLES, seed: 793 });
  let dissections: Dissection[] = [];

  beforeAll(() => {
    const packets = samples.map(([pattern, context]) => craftPacket(pattern, context));
    dissections = dissect(packets, [...IP_FIELDS, ...TCP_FIELDS]);
  });

  function forEach(check: (pattern: SegmentPattern, context: CraftContext, dissection: Dissection) => void): void {
    expect(dissections).toHaveLength(SAMPLES);
    for (const [index, [pattern, context]] of samples.entries()) check(pattern, context, dissections[index] ?? {});
  }

  it('both IP versions, with and without options, are among them', () => {
    const of4 = samples.filter(([, { version }]) => version === 4).length;
    const bare = samples.filter(([{ options }]) => options?.list.length === 0).length;
    expect(Math.min(of4, SAMPLES - of4, bare, SAMPLES - bare)).toBeGreaterThan(20);
  });

  it('the numbers of the TCP header', () => {
    forEach((pattern, context, dissection) => {
      expect({
        sourcePort: numbers(dissection, 'tcp.srcport'),
        targetPort: numbers(dissection, 'tcp.dstport'),
        seq: numbers(dissection, 'tcp.seq_raw'),
        ack: numbers(dissection, 'tcp.ack_raw'),
        flags: numbers(dissection, 'tcp.flags'),
        window: numbers(dissection, 'tcp.window_size_value'),
        urgentPointer: numbers(dissection, 'tcp.urgent_pointer'),
        length: numbers(dissection, 'tcp.len'),
      }).toEqual({
        sourcePort: [context.sourcePort],
        targetPort: [context.targetPort],
        seq: [pattern.seq],
        ack: [pattern.ack],
        flags: [pattern.flags],
        window: [pattern.window],
        urgentPointer: [pattern.urgentPointer],
        length: [pattern.payload?.length],
      });
    });
  });

  it('the option area and the length of the header', () => {
    forEach((pattern, _, dissection) => {
      const written = toHex(encodeOptions((pattern.options?.list ?? []).map(fillOption)));
      const area = written.padEnd(Math.ceil(written.length / 8) * 8, '0');
      expect(hexOf(dissection, 'tcp.options').join('')).toBe(area);
      expect(numbers(dissection, 'tcp.hdr_len')).toEqual([20 + area.length / 2]);
    });
  });

  it('the IP header', () => {
    forEach((pattern, context, dissection) => {
      const ip = pattern.ip ?? {};
      if (context.version === 4) {
        expect(dissection).toMatchObject({ 'ip.src': [context.sourceAddress], 'ip.dst': [context.targetAddress] });
        expect(numbers(dissection, 'ip.id')).toEqual([ip.id]);
        expect(numbers(dissection, 'ip.ttl')).toEqual([ip.ttl]);
        expect(numbers(dissection, 'ip.dsfield')).toEqual([ip.tos]);
        expect(dissection['ip.flags.df']).toEqual([ip.dontFragment === true ? '1' : '0']);
      } else {
        expect(addressBytes(dissection['ipv6.src']?.[0] ?? '', 6)).toEqual(addressBytes(context.sourceAddress, 6));
        expect(dissection).toMatchObject({ 'ipv6.src': [context.sourceAddress], 'ipv6.dst': [context.targetAddress] });
        expect(numbers(dissection, 'ipv6.flow')).toEqual([ip.flowLabel]);
        expect(numbers(dissection, 'ipv6.hlim')).toEqual([ip.ttl]);
        expect(numbers(dissection, 'ipv6.tclass')).toEqual([ip.tos]);
      }
    });
  });

  it('all checksums are good', () => {
    forEach((_, context, dissection) => {
      expect(dissection['tcp.checksum.status']).toEqual([GOOD]);
      if (context.version === 4) expect(dissection['ip.checksum.status']).toEqual([GOOD]);
    });
  });
});

it('the captured packets have good checksums in its eyes too', () => {
  const fields = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((layer) => `${layer}.checksum.status`);
  for (const dissection of dissect(Object.values(CAPTURED), fields)) {
    const statuses = fields.flatMap((field) => dissection[field]?.[0] ?? []);
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.every((status) => status === GOOD)).toBe(true);
  }
});

describe('each option by its name', () => {
  const cookie = Uint8Array.of(0x30, 0x21, 0xb9, 0xd8, 0x89, 0x01, 0x7e, 0xeb);
  const blocks = [
    { left: 1, right: 1001 },
    { left: 4_294_967_295, right: 5 },
  ];
  const TABLE: readonly [OptionPattern, Readonly<Record<string, readonly (number | string)[]>>][] = [
    [{ kind: 'mss', value: 1460 }, { 'tcp.options.mss_val': [1460] }],
    [{ kind: 'wscale', shift: 14 }, { 'tcp.options.wscale.shift': [14] }],
    // Behind it two zeros fill the area up.
    [{ kind: 'sackOK' }, { 'tcp.option_kind': [4, 0, 0] }],
    [
      { kind: 'sack', blocks },
      { 'tcp.options.sack_le': [1, 4_294_967_295], 'tcp.options.sack_re': [1001, 5] },
    ],
    [
      { kind: 'timestamp', val: 4_000_000_000, ecr: 7 },
      { 'tcp.options.timestamp.tsval': [4_000_000_000], 'tcp.options.timestamp.tsecr': [7] },
    ],
    [{ kind: 'fastopen', cookie }, { 'tcp.options.tfo.cookie': [toHex(cookie)] }],
    [
      { kind: 'fastopen-exp', cookie },
      { 'tcp.options.experimental.exid': [0xf989], 'tcp.options.tfo.cookie': [toHex(cookie)] },
    ],
    [{ kind: 'md5', digest: new Uint8Array(16).fill(0xab) }, { 'tcp.options.md5.digest': ['ab'.repeat(16)] }],
    [
      { kind: 'accecn', order: 0, counters: [1, 2, 0xffffff] },
      { 'tcp.options.acc_ecn.ee0b': [1], 'tcp.options.acc_ecn.eceb': [2], 'tcp.options.acc_ecn.ee1b': [16_777_215] },
    ],
    [
      { kind: 'accecn', order: 1, counters: [3, 4, 5] },
      { 'tcp.options.acc_ecn.ee1b': [3], 'tcp.options.acc_ecn.eceb': [4], 'tcp.options.acc_ecn.ee0b': [5] },
    ],
    [{ kind: 'unknown', number: 30, data: Uint8Array.of(0x00, 0x81) }, { 'tcp.option_kind': [30] }],
  ];
  let dissections: Dissection[] = [];

  beforeAll(() => {
    const fields = new Set(TABLE.flatMap(([, values]) => Object.keys(values)));
    const packets = TABLE.map(([option]) =>
      craftPacket({ kind: 'tcp', flags: 0x002, options: { list: [option], open: false } }, V4),
    );
    dissections = dissect(packets, [...fields]);
  });

  it.each(TABLE.map(([option, values], index) => ({ kind: option.kind, index, values })))('$kind', (row) => {
    const dissection = dissections[row.index] ?? {};
    for (const [field, values] of Object.entries(row.values)) {
      const isText = typeof values[0] === 'string';
      expect(isText ? hexOf(dissection, field) : numbers(dissection, field), field).toEqual(values);
    }
  });
});

describe('packets in packets', () => {
  const SAMPLES = 300;
  const samples = fc
    .sample(fc.tuple(segmentPattern, encapsulation, craftContext), { numRuns: SAMPLES * 2, seed: 2784 })
    .filter(([, around]) => around.length > 0)
    .slice(0, SAMPLES);
  const TUNNEL_FIELDS = [
    'ip.proto',
    'ipv6.nxt',
    'gre.flags_and_version',
    'gre.proto',
    'gre.checksum.status',
    'gre.key',
    'gre.sequence_number',
    'mpls.label',
    'mpls.exp',
    'mpls.bottom',
    'mpls.ttl',
  ];
  let dissections: Dissection[] = [];

  beforeAll(() => {
    const packets = samples.map(([pattern, around, context]) =>
      craftPacket({ ...pattern, encapsulation: around }, context),
    );
    dissections = dissect(packets, [...IP_FIELDS, ...TCP_FIELDS, ...TUNNEL_FIELDS]);
  });

  function forEach(check: (around: readonly EncapsulationPattern[], of: number, dissection: Dissection) => void): void {
    expect(samples.length).toBeGreaterThan(SAMPLES / 2);
    for (const [index, [, around]] of samples.entries()) check(around, index, dissections[index] ?? {});
  }

  it('the segment inside', () => {
    forEach((_, index, dissection) => {
      const [pattern] = samples[index] ?? [];
      expect(numbers(dissection, 'tcp.seq_raw')).toEqual([pattern?.seq]);
      expect(numbers(dissection, 'tcp.len')).toEqual([pattern?.payload?.length]);
      expect(dissection['tcp.checksum.status']).toEqual([GOOD]);
    });
  });

  it('addresses, lengths and checksums of all IP headers, outer ones first', () => {
    forEach((around, index, dissection) => {
      const [, , context] = samples[index] ?? [];
      for (const version of [4, 6] as const) {
        const sources = around.flatMap((layer) =>
          'source' in layer && layer.kind === `ipv${version}` ? [layer.source] : [],
        );
        const own = context?.version === version ? [context.sourceAddress] : [];
        const found = dissection[version === 4 ? 'ip.src' : 'ipv6.src'] ?? [];
        expect(found).toEqual([...sources, ...own]);
      }
      const statuses = dissection['ip.checksum.status'] ?? [];
      expect(statuses.every((status) => status === GOOD)).toBe(true);
    });
  });

  it('the fields of GRE', () => {
    forEach((around, _, dissection) => {
      const headers = around.filter((layer) => layer.kind === 'gre');
      const present = (bit: number) => headers.filter(({ flags }) => (flags & bit) !== 0);
      expect(numbers(dissection, 'gre.flags_and_version')).toEqual(headers.map(({ flags }) => flags));
      expect(numbers(dissection, 'gre.key')).toEqual(present(GRE_FLAG.KEY).map(({ key }) => key));
      const sequences = present(GRE_FLAG.SEQUENCE).map(({ sequence }) => sequence);
      expect(numbers(dissection, 'gre.sequence_number')).toEqual(sequences);
      expect(dissection['gre.checksum.status'] ?? []).toEqual(present(GRE_FLAG.CHECKSUM).map(() => GOOD));
    });
  });

  it('the labels of MPLS', () => {
    forEach((around, _, dissection) => {
      const labels = around.flatMap((layer) => (layer.kind === 'mpls' ? layer.labels : []));
      expect(numbers(dissection, 'mpls.label')).toEqual(labels.map(({ label }) => label));
      expect(numbers(dissection, 'mpls.exp')).toEqual(labels.map(({ trafficClass }) => trafficClass));
      expect(numbers(dissection, 'mpls.bottom')).toEqual(labels.map(({ bottom }) => Number(bottom)));
      expect(numbers(dissection, 'mpls.ttl')).toEqual(labels.map(({ ttl }) => ttl));
    });
  });
});

it('datagrams', () => {
  const payload = new TextEncoder().encode('hello');
  const fields = ['udp.srcport', 'udp.dstport', 'udp.length', 'udp.checksum.status', 'udp.payload'];
  for (const context of [V4, V6]) {
    const dissection = dissectOne({ kind: 'udp', payload }, context, fields);
    expect(dissection).toMatchObject({
      'udp.srcport': ['40000'],
      'udp.dstport': ['40001'],
      'udp.length': ['13'],
      'udp.checksum.status': [GOOD],
    });
    expect(hexOf(dissection, 'udp.payload')).toEqual(['68656c6c6f']);
  }
});

describe('ICMP', () => {
  const quoted = { sourcePort: 8080, targetPort: 40_000, seq: 123_456 };

  it('errors quote the other direction', () => {
    const fields = ['ip.src', 'ip.dst', 'ip.checksum.status', 'ip.len', 'icmp.type', 'icmp.code', 'icmp.mtu'];
    const tcp = ['icmp.checksum.status', 'tcp.srcport', 'tcp.dstport', 'tcp.seq'];
    const pattern: PacketPattern = { kind: 'icmp', type: 3, code: 4, mtu: 1200 };
    expect(dissectOne(pattern, { ...V4, quoted }, [...fields, ...tcp])).toMatchObject({
      'ip.src': ['192.0.2.1', '192.0.2.2'],
      'ip.dst': ['192.0.2.2', '192.0.2.1'],
      'ip.checksum.status': [GOOD, GOOD],
      'ip.len': ['56', '40'],
      'icmp.type': ['3'],
      'icmp.code': ['4'],
      'icmp.mtu': ['1200'],
      'icmp.checksum.status': [GOOD],
      'tcp.srcport': ['8080'],
      'tcp.dstport': ['40000'],
      'tcp.seq': ['123456'],
    });
  });

  it('errors over IPv6', () => {
    // tshark does not show the sequence number that an ICMPv6 error quotes; craft.test.ts looks at its bytes.
    const fields = ['ipv6.src', 'ipv6.dst', 'icmpv6.type', 'icmpv6.code', 'icmpv6.mtu', 'icmpv6.checksum.status'];
    const pattern: PacketPattern = { kind: 'icmp', type: 2, code: 0, mtu: 1280 };
    expect(dissectOne(pattern, { ...V6, quoted }, [...fields, 'tcp.srcport', 'tcp.dstport'])).toMatchObject({
      'ipv6.src': ['2001:db8::1', '2001:db8::2'],
      'ipv6.dst': ['2001:db8::2', '2001:db8::1'],
      'icmpv6.type': ['2'],
      'icmpv6.code': ['0'],
      'icmpv6.mtu': ['1280'],
      'icmpv6.checksum.status': [GOOD],
      'tcp.srcport': ['8080'],
      'tcp.dstport': ['40000'],
    });
  });

  it('echo requests', () => {
    const fields = ['icmp.type', 'icmp.ident', 'icmp.checksum.status'];
    expect(dissectOne({ kind: 'icmp', type: 8, code: 0, id: 0xbeef }, V4, fields)).toMatchObject({
      'icmp.type': ['8'],
      'icmp.checksum.status': [GOOD],
    });
    const ident = dissectOne({ kind: 'icmp', type: 128, code: 0, id: 0xbeef }, V6, ['icmpv6.echo.identifier']);
    expect(numbers(ident, 'icmpv6.echo.identifier')).toEqual([0xbeef]);
  });
});

describe('wrong on purpose: the mistake is seen, and it is the only one', () => {
  const EXPERT = '_ws.expert.message';
  const FIELDS = ['ip.checksum.status', 'tcp.checksum.status', 'tcp.hdr_len', 'tcp.flags.res', 'ip.len', EXPERT];
  const GOOD_IP = { 'ip.checksum.status': [GOOD] };
  const GOOD_TCP = { 'tcp.checksum.status': [GOOD] };

  /** What is wrong, what tshark reads from its fields, and what it complains of. */
  const TABLE: readonly [Malformation, Dissection, RegExp | undefined, CraftContext?][] = [
    [{}, { ...GOOD_IP, ...GOOD_TCP }, undefined],
    [{ tcpChecksum: 0xdead }, { ...GOOD_IP, 'tcp.checksum.status': [BAD] }, /Bad checksum/],
    [{ tcpChecksum: 0xdead }, { 'tcp.checksum.status': [BAD] }, /Bad checksum/, V6],
    [{ ipChecksum: 0xdead }, { ...GOOD_TCP, 'ip.checksum.status': [BAD] }, /Bad checksum/],
    [{ dataOffset: 3 }, GOOD_IP, /Bogus TCP header length \(12, must be at least 20\)/i],
    [{ dataOffset: 15 }, { ...GOOD_IP, 'tcp.hdr_len': ['60'] }, /./],
    [{ dataOffset: 6 }, { ...GOOD_IP, ...GOOD_TCP, 'tcp.hdr_len': ['24'] }, undefined],
    [{ dataOffset: 6, tcpChecksum: 1 }, { ...GOOD_IP, 'tcp.checksum.status': [BAD] }, /Bad checksum/],
    [{ reservedBits: 7 }, { ...GOOD_IP, ...GOOD_TCP, 'tcp.flags.res': ['1'] }, undefined],
    [{ ipHeaderLength: 6 }, GOOD_IP, /./],
    [{ ipHeaderLength: 4 }, {}, /Bogus IP header length/i],
    [{ ipTotalLength: 100 }, { ...GOOD_IP, 'ip.len': ['100'] }, /IPv4 total length exceeds packet length \(48 bytes\)/],
    [{ rawOptions: Uint8Array.of(2, 9, 1, 1) }, { ...GOOD_IP, ...GOOD_TCP, 'tcp.hdr_len': ['24'] }, /./],
  ];
  let dissections: Dissection[] = [];

  beforeAll(() => {
    const packets = TABLE.map(([malformed, , , context]) =>
      craftPacket({ kind: 'tcp', flags: 0x010, length: 8, malformed }, context ?? V4),
    );
    dissections = dissect(packets, FIELDS);
  });

  it.each(TABLE.map(([malformed, fields, complaint], index) => ({ malformed, fields, complaint, index })))(
    '$malformed',
    ({ fields, complaint, index }) => {
      const dissection = dissections[index] ?? {};
      expect(dissection).toMatchObject(fields);
      if (complaint === undefined) expect(dissection[EXPERT]).toBeUndefined();
      else expect(dissection[EXPERT]?.join()).toMatch(complaint);
    },
  );
});
