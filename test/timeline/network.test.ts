import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/timeline/network';

describe('the private network', () => {
  // The addresses are those that packetdrill's runners use (its --local_ip and friends), so scripts that name them fit.
  it("of IPv4 is packetdrill's", () => {
    expect(networkOf('ipv4')).toEqual({
      link: 'tun',
      ipVersion: 4,
      localAddress: '192.168.0.1',
      localPrefixLength: 16,
      remoteAddress: '192.0.2.1',
      remotePrefixLength: 24,
      mtu: 1500,
      superSegments: false,
    });
  });

  it('of IPv4-mapped sockets is the same on the wire', () => {
    expect(networkOf('ipv4-mapped')).toEqual(networkOf('ipv4'));
  });

  it('gives the same MSS over IPv6: 1520 less 40 and 20', () => {
    const { ipVersion, mtu } = networkOf('ipv6');
    expect(ipVersion).toBe(6);
    expect(mtu - 40 - 20).toBe(1500 - 20 - 20);
  });

  it.each(['ipv4', 'ipv6', 'ipv4-mapped'] as const)('of %s takes the MTU of the spec', (ip) => {
    expect(networkOf(ip, { mtu: 9000 }).mtu).toBe(9000);
  });
});
