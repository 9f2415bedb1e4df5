/** Generators of patterns for the property tests. */
import * as fc from 'fast-check';
import { formatAddress } from '../../src/wire/address';
import type { CraftContext } from '../../src/wire/craft';
import { encodeOptions, fillOption } from '../../src/wire/options';
import type { EncapsulationPattern, IpPattern, OptionPattern, SegmentPattern } from '../../src/wire/pattern';
import { GRE_FLAG } from '../../src/wire/wire';

export const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u24 = fc.integer({ min: 0, max: 0xff_ffff });
const word: fc.Arbitrary<0 | 1> = fc.constantFrom(0, 1);

/** Every kind of option that can be written, in legal and in surprising sizes. */
const optionPattern: fc.Arbitrary<OptionPattern> = fc.oneof(
  fc.constant<OptionPattern>({ kind: 'nop' }),
  fc.constant<OptionPattern>({ kind: 'sackOK' }),
  fc.record({ kind: fc.constant('mss' as const), value: u16 }),
  fc.record({ kind: fc.constant('wscale' as const), shift: u8 }),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: u32, right: u32 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('timestamp' as const), val: u32, ecr: u32 }),
  fc.record({ kind: fc.constant('fastopen' as const), cookie: fc.uint8Array({ maxLength: 16 }) }),
  fc.record({ kind: fc.constant('fastopen-exp' as const), cookie: fc.uint8Array({ maxLength: 16 }) }),
  fc.record({ kind: fc.constant('md5' as const), digest: fc.uint8Array({ minLength: 16, maxLength: 16 }) }),
  fc.record({ kind: fc.constant('accecn' as const), order: word, counters: fc.array(u24, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('unknown' as const),
    number: fc.integer({ min: 60, max: 170 }),
    data: fc.uint8Array({ maxLength: 12 }),
  }),
);

/** Options that fit into a header. */
export const optionList: fc.Arbitrary<OptionPattern[]> = fc
  .array(optionPattern, { maxLength: 6 })
  .map((list) => list.filter((_, index) => encodeOptions(list.slice(0, index + 1).map(fillOption)).length <= 40));

const ipPattern: fc.Arbitrary<IpPattern> = fc.record({
  ttl: fc.integer({ min: 1, max: 255 }),
  tos: u8,
  flowLabel: fc.integer({ min: 0, max: 0xfffff }),
  id: u16,
  dontFragment: fc.boolean(),
});

export const segmentPattern: fc.Arbitrary<SegmentPattern> = fc.record({
  kind: fc.constant('tcp' as const),
  flags: fc.integer({ min: 0, max: 0xfff }),
  seq: u32,
  ack: u32,
  window: u16,
  urgentPointer: u16,
  options: fc.record({ list: optionList, open: fc.constant(false) }),
  payload: fc.uint8Array({ maxLength: 64 }),
  ip: ipPattern,
});

/** Unicast addresses that no dissector treats as special. */
const address4 = fc.tuple(u8, u8).map(([third, fourth]) => `198.18.${third}.${fourth}`);
const address6 = fc
  .uint8Array({ minLength: 12, maxLength: 12 })
  .map((low) => formatAddress(Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, ...low)));

/** Ports that tshark has no dissector for would be hard to list; those from here on have few. */
const port = fc.integer({ min: 40_000, max: 65_000 });

export const craftContext: fc.Arbitrary<CraftContext> = fc.constantFrom(4 as const, 6 as const).chain((version) =>
  fc.record({
    version: fc.constant(version),
    sourceAddress: version === 4 ? address4 : address6,
    targetAddress: version === 4 ? address4 : address6,
    sourcePort: port,
    targetPort: port,
    seq: u32,
    ack: u32,
  }),
);

const outer4: fc.Arbitrary<EncapsulationPattern> = fc.record({
  kind: fc.constant('ipv4' as const),
  source: address4,
  target: address4,
  ip: ipPattern,
});
const outer6: fc.Arbitrary<EncapsulationPattern> = fc.record({
  kind: fc.constant('ipv6' as const),
  source: address6,
  target: address6,
  ip: ipPattern,
});
const gre: fc.Arbitrary<EncapsulationPattern> = fc.record({
  kind: fc.constant('gre' as const),
  flags: fc.integer({ min: 0, max: 0xf }).map((nibble) => (nibble << 12) & ~GRE_FLAG.ROUTING),
  key: u32,
  sequence: u32,
});
const mpls: fc.Arbitrary<EncapsulationPattern> = fc
  .array(
    fc.record({
      // Below 16 they are reserved (RFC 3032 section 2.1), which dissectors look at.
      label: fc.integer({ min: 16, max: 0xf_ffff }),
      trafficClass: fc.integer({ min: 0, max: 7 }),
      ttl: u8,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((entries) => ({
    kind: 'mpls' as const,
    labels: entries.map((entry, index) => ({ ...entry, bottom: index === entries.length - 1 })),
  }));

/** Headers around a packet, in orders that can be read. */
export const encapsulation: fc.Arbitrary<readonly EncapsulationPattern[]> = fc
  .array(fc.tuple(fc.oneof(outer4, outer6), fc.option(gre, { nil: undefined }), fc.option(mpls, { nil: undefined })), {
    maxLength: 2,
  })
  .map((tunnels) => tunnels.flat().filter((layer) => layer !== undefined));
