/** Packets: any bytes decode, encode to themselves, can be printed, and can be held against any pattern. */
import { matchPacket } from '../../src/match/packet';
import type { Mismatch } from '../../src/match/match';
import { parsePacket } from '../../src/spec/notation/segment';
import { DiagnosticList, snippetAt } from '../../src/spec/snippet';
import { transportChecksumHolds } from '../../src/wire/integrity';
import { type CraftContext, craftPacket } from '../../src/wire/craft';
import { innermost, outerLayers, withTransport } from '../../src/wire/layers';
import { decodePacket, encodePacket } from '../../src/wire/packet';
import type { PacketPattern } from '../../src/wire/pattern';
import { printPacket } from '../../src/wire/print';
import { quotedPacket } from '../../src/wire/quoted';
import type { Packet } from '../../src/wire/wire';
import { mutateBytes } from './mutate';
import { filesOf } from './seeds';
import { hold, type Target } from './target';

const CONTEXT: CraftContext = {
  version: 4,
  sourceAddress: '192.0.2.1',
  targetAddress: '192.168.0.1',
  sourcePort: 40_000,
  targetPort: 8080,
  seq: 1,
  ack: 1,
};
const CONTEXT_6: CraftContext = { ...CONTEXT, version: 6, sourceAddress: '2001:db8::1', targetAddress: 'fd3d::1' };

const NOTATIONS = [
  'S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>',
  'P. 1:101(100) ack 1 win 257 <nop,nop,sack 1:1001 2001:3001>',
  'F. 1:1(0) ack 1 win 1 <md5 00112233445566778899aabbccddeeff,nop,nop>',
  'SEWA 0:0(0) win 1 <FO 3021b9d889017eeb,nop,nop>',
  '. 1:1(0) ack 1 win 1 <ECN e0b 1 ceb 0 e1b 1,nop>',
  'udp (20)',
  'ipv4 192.0.2.1 > 192.0.2.2: . 1:11(10) ack 1 win 1',
  'ipv6 2001:db8::1 > 2001:db8::2: gre flags 0xb000, sum 0x1, off 0x2, key=0x3, seq 4: . 1:1(0) ack 1 win 1',
  'ipv4 192.0.2.1 > 192.0.2.2: gre: mpls (label 16,tc 1,ttl 3)(label 17,tc 0,[S],ttl 64): . 1:1(0) ack 1 win 1',
];

const PATTERNS: readonly PacketPattern[] = [
  ...NOTATIONS.flatMap(patternOf),
  { kind: 'tcp', flags: 0x12, seq: 0, length: 0, ack: 1, zeros: true, options: { list: [], open: true } },
  { kind: 'udp', length: 4, zeros: true, ip: { ttl: 3, ecn: 'either-ect', flowLabelName: 1 } },
  {
    kind: 'icmp',
    type: 3,
    code: 4,
    mtu: 1200,
    quoted: { kind: 'tcp', seq: 1, length: 1000 },
    ip: { tos: 3, flowLabel: 7 },
  },
  { kind: 'icmp', type: 2, code: 0, mtu: 1280, quoted: { kind: 'udp', length: 3 }, quotedByLength: true },
  { kind: 'icmp', type: 8, code: 0, id: 7, quoted: { kind: 'raw', length: 20 } },
];

function patternOf(text: string): readonly PacketPattern[] {
  const pattern = parsePacket(snippetAt(text, 0), 'inject', new DiagnosticList(), 'packetdrill');
  hold(pattern !== undefined && pattern.kind !== 'icmp', `the notation knows ${text}`);
  return [pattern];
}

export const wireTarget: Target = {
  name: 'wire',
  extension: 'bin',
  seeds: () => [
    ...[CONTEXT, CONTEXT_6].flatMap((context) => PATTERNS.map((pattern) => craftPacket(pattern, context))),
    ...filesOf('bin', 'wire'),
  ],
  make: (random, pool) => {
    if (random.oneIn(20)) return random.bytes(random.between(0, 200));
    return mutateBytes(random.pick(pool), random, pool);
  },
  check: (input) => {
    const packet = decodePacket(input);
    hold(Buffer.compare(encodePacket(packet), input) === 0, 'a packet gives its bytes back');
    const printed = printPacket(packet);
    hold(printed !== '' && !/[\n\0]/.test(printed), 'a packet is shown in one line');
    transportChecksumHolds(packet);
    checkInside(packet);
    for (const pattern of PATTERNS) checkMismatches(matchPacket(pattern, packet));
    return shapeOf(packet);
  },
};

function checkInside(packet: Packet): void {
  const inner = innermost(packet);
  if (inner === undefined) return;
  const same = withTransport(packet, inner.payload);
  hold(Buffer.compare(encodePacket(same), encodePacket(packet)) === 0, 'a packet with its own transport is the same');
  if (inner.payload.kind !== 'icmp') return;
  const quoted = quotedPacket(inner.payload);
  hold(quoted === undefined || (quoted.length >= 0 && quoted.seq >= 0), 'what is quoted has a length and a number');
}

function checkMismatches(mismatches: readonly Mismatch[]): void {
  for (const { field, expected, observed } of mismatches)
    hold(field !== '' && expected !== observed, 'a mismatch names a field, and two different values');
}

/** Which layers, transport and options there are. */
function shapeOf(packet: Packet): string {
  const layers = outerLayers(packet).map(({ kind }) => kind);
  const inner = innermost(packet);
  const options = inner?.payload.kind === 'tcp' ? inner.payload.options.map(({ kind }) => kind) : [];
  return [...layers, inner?.kind ?? packet.kind, inner?.payload.kind ?? '', ...new Set(options)].join(' ');
}
