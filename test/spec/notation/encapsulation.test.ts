import { describe, expect, it } from 'vitest';
import { parsePacket } from '../../../src/spec/notation/segment';
import { snippetAt } from '../../../src/spec/snippet';
import { printPattern } from '../../../src/wire/print';
import { TCP_FLAG } from '../../../src/wire/wire';
import { collect } from '../support';

type Direction = 'inject' | 'expect';

function parse(prefix: string, direction: Direction = 'inject') {
  return collect(`${prefix} .`, (complaints) => parsePacket(snippetAt(`${prefix} .`, 0), direction, complaints));
}

const V4 = { kind: 'ipv4', source: '192.0.2.1', target: '192.0.2.2' } as const;
const V6 = { kind: 'ipv6', source: '2001:db8::1', target: '2001:db8::2' } as const;
const TUNNEL = 'ipv4 192.0.2.1 > 192.0.2.2:';

/** A label stack of packetdrill's manual pages has this form. */
const STACK = 'mpls (label 16, tc 0, ttl 64) (label 17,tc 3,[S],ttl 9):';
const LABELS = [
  { label: 16, trafficClass: 0, bottom: false, ttl: 64 },
  { label: 17, trafficClass: 3, bottom: true, ttl: 9 },
];

describe('headers that are understood', () => {
  it.each<[string, readonly object[]]>([
    [TUNNEL, [V4]],
    ['ipv6 2001:db8::1 > 2001:db8::2:', [V6]],
    ['ipv6 2001:db8::1>2001:db8::2 :', [V6]],
    ['ipv6 :: > fd00:::', [{ kind: 'ipv6', source: '::', target: 'fd00::' }]],
    ['ipv6 ::1 > ::ffff:192.0.2.1:', [{ kind: 'ipv6', source: '::1', target: '::ffff:192.0.2.1' }]],
    ['ipv4 (ect0) 192.0.2.1 > 192.0.2.2:', [{ ...V4, ip: { ecn: 2 } }]],
    ['ipv4 [tos 0x1c] 192.0.2.1 > 192.0.2.2:', [{ ...V4, ip: { tos: 0x1c } }]],
    ['ipv6 [ttl 3] 2001:db8::1 > 2001:db8::2:', [{ ...V6, ip: { ttl: 3 } }]],
    [`${TUNNEL} gre:`, [V4, { kind: 'gre', flags: 0 }]],
    [`${TUNNEL}GREv0:`, [V4, { kind: 'gre', flags: 0 }]],
    [`${TUNNEL} gre:ipv6 2001:db8::1 > 2001:db8::2:`, [V4, { kind: 'gre', flags: 0 }, V6]],
    [`${TUNNEL} gre: ${STACK}`, [V4, { kind: 'gre', flags: 0 }, { kind: 'mpls', labels: LABELS }]],
    [`${TUNNEL} ${STACK}`, [V4, { kind: 'mpls', labels: LABELS }]],
    [`${TUNNEL} ${TUNNEL}`, [V4, V4]],
  ])('%s', (text, encapsulation) => {
    const { made, troubles } = parse(text);
    expect(troubles).toEqual([]);
    expect(made).toEqual({ kind: 'tcp', flags: TCP_FLAG.ACK, encapsulation });
  });

  it.each<[string, object]>([
    ['flags 0x2000, sum 0x0, off 0x0, key=0x5, seq 0x0', { flags: 0x2000, key: 5 }],
    ['flags 0x2000 sum 0 off 0 key 5 seq 0', { flags: 0x2000, key: 5 }],
    [
      'flags [checksum present,key present,sequence# present],sum 0xabcd,off 1,key=2,seq 3',
      { flags: 0xb000, checksum: 0xabcd, offset: 1, key: 2, sequence: 3 },
    ],
    [', Flags [none], sum 0, off 0, key=7, seq 7', { flags: 0 }],
    ['flags 0x8000', { flags: 0x8000 }],
    ['key=5', { flags: 0x2000, key: 5 }],
    ['sum 1, seq 2', { flags: 0x9000, checksum: 1, sequence: 2 }],
  ])('gre %s', (text, fields) => {
    expect(parse(`${TUNNEL} gre ${text}:`)).toMatchObject({
      made: { encapsulation: [V4, { kind: 'gre', ...fields }] },
      troubles: [],
    });
  });

  it('with free fields where they are expected', () => {
    expect(parse('ipv4 * > *: gre flags 0x3000, sum *, off *, key=*, seq 4:', 'expect').made).toMatchObject({
      encapsulation: [{ kind: 'ipv4' }, { kind: 'gre', flags: 0x3000, sequence: 4 }],
    });
    expect(parse('ipv4 * > 192.0.2.2:').troubles[0]).toContain('an IPv4 address expected, not `*`');
  });

  it('stand before the IP part, the ports and every transport', () => {
    const read = (text: string) =>
      collect(text, (complaints) => parsePacket(snippetAt(text, 0), 'expect', complaints)).made;
    const inner = { ip: { ecn: 3 }, encapsulation: [V4] };
    expect(read(`${TUNNEL} [ce] 5 > 6 S`)).toMatchObject({ kind: 'tcp', sourcePort: 5, ...inner });
    expect(read(`${TUNNEL} [ce] udp (3)`)).toMatchObject({ kind: 'udp', length: 3, ...inner });
    expect(read(`${TUNNEL} [ce] icmp echo_request`)).toMatchObject({ kind: 'icmp', ...inner });
  });

  it.each([
    `${TUNNEL} [ect0] .`,
    `ipv6 [ce] 2001:db8::1 > 2001:db8::2: gre: .`,
    `${TUNNEL} gre flags 0xb000, sum 0x1, off 0x2, key=0x3, seq 4: .`,
    `${TUNNEL} gre flags 0x8000, sum *, off *, key=*, seq *: mpls (label 16, tc 0, [S], ttl 1): .`,
    `ipv4 * > *: .`,
  ])('are printed as they are read: %s', (text) => {
    const { made } = collect(text, (complaints) => parsePacket(snippetAt(text, 0), 'expect', complaints));
    expect(made?.kind === 'tcp' && printPattern(made)).toBe(text);
  });
});

describe('headers that are not', () => {
  it.each<[string, string, string | undefined]>([
    ['ipv4 192.0.2.1 > 192.0.2.2', '`:` behind the header expected, not `.`', undefined],
    ['ipv4 192.0.2.1:', 'at `:`: `>` and the target address expected', undefined],
    ['ipv4 192.0.2.256 > 192.0.2.2:', 'at `192.0.2.256`: an IPv4 address expected', 'ipv4 192.0.2.1 > 192.0.2.2:'],
    ['ipv4 fd00::1 > fd00::2:', '`fd00::1` is no IPv4 address', undefined],
    ['ipv6 192.0.2.1 > 192.0.2.2:', '`192.0.2.1` is no IPv6 address', 'ipv6 2001:db8::1 > 2001:db8::2:'],
    ['ipv6 host > ::1:', 'an IPv6 address expected, not `host`', undefined],
    ['gre:', '`gre` cannot stand at the front of a packet', 'an IP header goes in front'],
    ['mpls (label 7,tc 0,[S],ttl 1):', '`mpls` cannot stand at the front of a packet', 'an IP header goes in front'],
    [`${TUNNEL} gre: gre:`, '`gre` cannot stand right behind `gre`', 'an IP header goes in front'],
    [
      `${TUNNEL} mpls (label 7,tc 0,ttl 1): mpls (label 7,tc 0,[S],ttl 1):`,
      '`mpls` cannot stand right behind `mpls`',
      'the labels of one stack',
    ],
    [`${TUNNEL.repeat(7)}`, 'more than 6 headers', undefined],
    [`${TUNNEL} gre flags 0x4000:`, 'at `0x4000`: GRE is understood in version 0 without routing', undefined],
    [`${TUNNEL} gre flags 1:`, 'at `1`: GRE is understood in version 0 without routing', undefined],
    [`${TUNNEL} gre flags [routing present]:`, 'a flag of GRE expected, not `routing`', 'key present'],
    [`${TUNNEL} gre flags [none:`, '`]` after the flags of GRE expected', undefined],
    [`${TUNNEL} gre key=x:`, 'GRE key (a number) expected', undefined],
    [`${TUNNEL} mpls:`, 'a label expected, not `:`', 'mpls (label 7'],
    [`${TUNNEL} mpls (label 1048576,tc 0,[S],ttl 1):`, 'label 1048576 is out of range 0 to 1048575', undefined],
    [`${TUNNEL} mpls (label 1 tc 0,[S],ttl 1):`, '`,` expected, not `tc`', 'a label is'],
    [`${TUNNEL} mpls (label 1,tc 0,[S] ttl 1):`, '`,` expected, not `ttl`', 'a label is'],
    [`${TUNNEL} mpls (label 1,tc 0,[B],ttl 1):`, '`ttl` expected, not `[B`', 'a label is'],
    [`${TUNNEL} mpls (label 1,tc 0,[S],ttl 1:`, '`)` after a label expected', undefined],
  ])('%s', (text, trouble, hint) => {
    const { made, troubles, hints } = parse(text);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(trouble);
    if (hint !== undefined) expect(hints[0]).toContain(hint);
  });

  it.each([
    ['encap . 1:1(0)', '`psp` expected'],
    ['encap psp 7 . 1:1(0)', '`spi` expected'],
    ['encap psp spi . 1:1(0)', 'SPI (a number) expected'],
  ])('%s', (text, trouble) => {
    const { troubles } = collect(text, (list) => parsePacket(snippetAt(text, 0), 'expect', list, 'packetdrill'));
    expect(troubles[0]).toContain(trouble);
  });
});
