/** The private network of a run: fixed documentation addresses, as packetdrill's runners use them. */
import type { IpVariant } from '../spec/model';
import type { Network } from './timeline';

/** With these MTUs the MSS is 1460 over IPv4 and IPv6 alike, so that one spec serves both. */
const MTU = { 4: 1500, 6: 1520 } as const;

/** Addresses, prefixes and MTU of a variant. */
export function networkOf(ip: IpVariant, mtu: number | undefined): Network {
  if (ip === 'ipv6') {
    return {
      ipVersion: 6,
      localAddress: 'fd3d:a0b:17d6::1',
      localPrefixLength: 48,
      remoteAddress: 'fd3d:fa7b:d17d::1',
      remotePrefixLength: 48,
      mtu: mtu ?? MTU[6],
    };
  }
  return {
    ipVersion: 4,
    localAddress: '192.168.0.1',
    localPrefixLength: 16,
    remoteAddress: '192.0.2.1',
    remotePrefixLength: 24,
    mtu: mtu ?? MTU[4],
  };
}
