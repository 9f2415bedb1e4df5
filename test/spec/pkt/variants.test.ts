import { describe, expect, it } from 'vitest';
import type { PktSettings } from '../../../src/spec/spec';
import { PROFILE_NAMES } from '../../../src/spec/pkt/profiles';
import { goodScripts, scriptTroubles } from './support';

const EVENT = '0 `true`\n';

function ips(text: string, pkt: Partial<PktSettings> = {}, path?: string) {
  return goodScripts(text, pkt, path).flatMap(({ ip }) => ip);
}

describe('the IP variants of a script', () => {
  it('are IPv4, what the script says, what the command line says', () => {
    expect(ips(EVENT)).toEqual(['ipv4']);
    expect(ips(EVENT, { ip: ['ipv6', 'ipv4'] })).toEqual(['ipv6', 'ipv4']);
    expect(
      ips(`--ip_version=ipv4-mapped-ipv6\n${EVENT}`.replace('=ipv4-mapped-ipv6', '="ipv4-mapped-ipv6"'), {
        ip: ['ipv4'],
      }),
    ).toEqual(['ipv4-mapped']);
    expect(ips(`--ip_version=ipv6\n${EVENT}`, { options: new Map([['ip_version', 'ipv4']]) })).toEqual(['ipv4']);
  });

  it('of kselftest are all, or what a line says', () => {
    const profile = 'kselftest';
    expect(ips(EVENT, { profile })).toEqual(['ipv4', 'ipv6', 'ipv4-mapped']);
    expect(ips(EVENT, { profile, ip: ['ipv6'] })).toEqual(['ipv6']);
    expect(ips(`--ip_version=ipv6\n${EVENT}`, { profile })).toEqual(['ipv6']);
    expect(ips(` --ip_version=ipv6\n${EVENT}`, { profile })).toEqual(['ipv4', 'ipv6', 'ipv4-mapped']);
  });

  it('of packetdrill follow from the name of the file', () => {
    const profile = 'packetdrill';
    expect(ips(`--ip_version=ipv6\n${EVENT}`, { profile })).toEqual(['ipv4', 'ipv6', 'ipv4-mapped']);
    expect(ips(EVENT, { profile }, 'x-v4.pkt')).toEqual(['ipv4', 'ipv4-mapped']);
    expect(ips(EVENT, { profile }, 'x-v6.pkt')).toEqual(['ipv6']);
    expect(ips(EVENT, { profile, ip: ['ipv4'] }, 'x-v6.pkt')).toEqual(['ipv6']);
    expect(ips(EVENT, { profile, ip: ['ipv4'] }, 'x-v4.pkt')).toEqual(['ipv4']);
  });
});

describe('profiles', () => {
  it('have names', () => {
    expect(PROFILE_NAMES).toEqual(['kselftest', 'packetdrill']);
    expect(scriptTroubles(EVENT, { profile: 'kselftests' })).toEqual([expect.stringContaining('unknown-profile')]);
  });

  it('pass the addresses on which cookies of TCP Fast Open hang', () => {
    const networks = goodScripts(EVENT, { profile: 'kselftest' }).map(({ network }) => network);
    expect(networks).toMatchObject([
      { localAddress: '192.168.0.1', remoteAddress: '192.0.2.1', remotePrefixLength: 32, mtu: 1500 },
      { localAddress: 'fd3d:a0b:17d6::1', remoteAddress: 'fd3d:fa7b:d17d::1', remotePrefixLength: 128, mtu: 1520 },
      { localAddress: '192.168.0.1', gateway: '192.168.0.1', localPrefixLength: 16, mtu: 1500 },
    ]);
  });
});
