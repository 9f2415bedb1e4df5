/** The private network of a run: fixed documentation addresses, as packetdrill's runners use them. */
import type { LinkKind } from '../spec/link-kind';
import type { IpVariant, NetworkSettings } from '../spec/model';
import type { IpVersion } from '../wire/wire';
import type { Network } from './timeline';

/** With these MTUs the MSS is 1460 over IPv4 and IPv6 alike, so that one spec serves both. */
const MTU = { 4: 1500, 6: 1520 } as const;

/** A network of this machine's own. */
export type PrivateNetwork = Network & { readonly link: LinkKind };

const DEFAULTS: Readonly<Record<IpVersion, PrivateNetwork>> = {
  4: {
    link: 'tun',
    ipVersion: 4,
    localAddress: '192.168.0.1',
    localPrefixLength: 16,
    remoteAddress: '192.0.2.1',
    remotePrefixLength: 24,
    mtu: MTU[4],
    superSegments: false,
  },
  6: {
    link: 'tun',
    ipVersion: 6,
    localAddress: 'fd3d:a0b:17d6::1',
    localPrefixLength: 48,
    remoteAddress: 'fd3d:fa7b:d17d::1',
    remotePrefixLength: 48,
    mtu: MTU[6],
    superSegments: false,
  },
};

/** The network of a variant: its defaults, over them what the spec says, and over that the link that is wanted. */
export function networkOf(ip: IpVariant, settings: NetworkSettings = {}, link?: LinkKind): PrivateNetwork {
  const { bindPort: _port, anyIp, gateway, ...own } = settings;
  const nextHop = anyIp === true || gateway === undefined ? {} : { gateway };
  const chosen = link === undefined ? {} : { link };
  return { ...DEFAULTS[ipVersionOf(ip)], ...own, ...nextHop, ...chosen };
}

/** What a variant has on the wire. */
export function ipVersionOf(ip: IpVariant): IpVersion {
  return ip === 'ipv6' ? 6 : 4;
}
