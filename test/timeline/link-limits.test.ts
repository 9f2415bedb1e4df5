/** What raw_send_hdrinc and rawv6_send_hdrinc of Linux do to a packet; test/specs/links.live.test.ts asks the kernel. */
import { describe, expect, it } from 'vitest';
import type { LinkKind } from '../../src/spec/link-kind';
import type { NetworkSettings, Spec } from '../../src/spec/model';
import { compile } from '../../src/timeline/compile';
import { networkOf } from '../../src/timeline/network';
import { forLink } from '../../src/timeline/link-limits';
import type { SegmentPattern } from '../../src/wire/pattern';
import { seg } from '../support/builders';
import { specOf, specStep } from '../support/specs';

function complaintsAbout(fields: Partial<Spec>, link?: LinkKind): readonly string[] {
  const { diagnostics } = compile(specOf(fields), link === undefined ? {} : { link });
  expect(diagnostics.every(({ code, hint }) => code === 'not-supported' && hint?.includes('link: tun'))).toBe(true);
  return diagnostics.map(({ message }) => message);
}

function injecting(packet: Partial<SegmentPattern>, network: NetworkSettings = {}): Partial<Spec> {
  const span = { start: 7, end: 9 };
  return {
    ip: ['ipv4'],
    network,
    steps: [{ ...specStep({ kind: 'inject', packet: { ...seg('S'), ...packet } }), span }],
  };
}

const REFUSED: readonly (readonly [string, Partial<SegmentPattern>, string])[] = [
  ['a wrong checksum of the header', { malformed: { ipChecksum: 1 } }, 'ip_checksum'],
  ['a wrong length', { malformed: { ipTotalLength: 1, ipHeaderLength: 6 } }, 'ip_total_length, ip_header_length'],
  ['a packet that is cut off', { malformed: { truncateTo: 30 } }, 'truncate_to'],
  ['a tunnel', { encapsulation: [{ kind: 'gre', flags: 0 }] }, 'headers around the packet'],
  ['the identification 0', { ip: { id: 0 } }, 'the identification 0'],
];

describe('over a raw link', () => {
  it.each(REFUSED)('%s is refused, with its place', (_, packet, words) => {
    for (const link of ['raw', 'raw-lo'] as const) {
      const { diagnostics } = compile(specOf(injecting(packet, { link })));
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]).toMatchObject({ code: 'not-supported', span: { start: 7, end: 9 } });
      expect(diagnostics[0]?.message).toContain(`the link \`${link}\` cannot do this`);
      expect(diagnostics[0]?.message).toContain(words);
    }
    expect(complaintsAbout(injecting(packet, { link: 'tun' }))).toEqual([]);
  });

  it('mistakes of TCP are carried', () => {
    const malformed = { tcpChecksum: 1, dataOffset: 3, reservedBits: 5, rawOptions: Uint8Array.of(1, 1, 1, 1) };
    expect(complaintsAbout(injecting({ malformed }, { link: 'raw' }))).toEqual([]);
  });

  it('a wrong length of IPv6 is carried, half a header is not', () => {
    const over6 = (packet: Partial<SegmentPattern>) =>
      complaintsAbout({ ...injecting(packet, { link: 'raw' }), ip: ['ipv6'] });
    expect(over6({ malformed: { ipTotalLength: 7 } })).toEqual([]);
    expect(over6({ malformed: { truncateTo: 41 } })).toEqual([]);
    expect(over6({ malformed: { truncateTo: 39 } })).toHaveLength(1);
  });

  it('a packet longer than the MTU is refused, but over lo', () => {
    // 20 bytes of IPv4 and 20 of TCP.
    expect(complaintsAbout(injecting({ length: 1460 }, { link: 'raw' }))).toEqual([]);
    expect(complaintsAbout(injecting({ length: 1461 }, { link: 'raw' }))[0]).toContain('1501 bytes');
    expect(complaintsAbout(injecting({ length: 1461 }, { link: 'raw-lo' }))).toEqual([]);
  });

  it('options of scripts that need a TUN device are refused', () => {
    const network = { gsoSize: 1000, speedMbps: 100, superSegments: true };
    expect(complaintsAbout({ network, ip: ['ipv4'] }, 'raw')).toEqual([
      'the link `raw` cannot do this: merged segments (--mss)',
      'the link `raw` cannot do this: a speed (--speed)',
    ]);
    expect(complaintsAbout({ network, ip: ['ipv4'] }, 'raw-lo')).toHaveLength(1);
    expect(complaintsAbout({ network, ip: ['ipv4'] })).toEqual([]);
  });
});

describe('the link', () => {
  it('of the command line counts, then that of the spec, then TUN', () => {
    const linkOf = (network: NetworkSettings, link?: LinkKind) =>
      compile(specOf({ network }), link === undefined ? {} : { link }).timelines[0]?.network.link;
    expect(linkOf({})).toBe('tun');
    expect(linkOf({ link: 'raw' })).toBe('raw');
    expect(linkOf({ link: 'raw' }, 'tun')).toBe('tun');
    expect(linkOf({}, 'raw-lo')).toBe('raw-lo');
  });
});

describe('an IPv4 packet', () => {
  const id = (packet: SegmentPattern, link: LinkKind, ip: 'ipv4' | 'ipv6' = 'ipv4') =>
    forLink(packet, networkOf(ip, {}, link)).ip?.id;

  it('gets an identification where the kernel would draw one, so that what is seen is what was sent', () => {
    expect(id(seg('S'), 'raw')).toBe(1);
    expect(id(seg('S'), 'tun')).toBeUndefined();
    expect(id(seg('S'), 'raw', 'ipv6')).toBeUndefined();
    expect(id({ ...seg('S'), ip: { id: 7 } }, 'raw')).toBe(7);
    expect(id({ ...seg('S'), ip: { dontFragment: true } }, 'raw')).toBeUndefined();
  });
});
