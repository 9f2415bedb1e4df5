/**
 * Profiles: the parameters that known runners of packetdrill scripts pass, for each IP variant. They count like
 * packetdrill's command line: more than what a script says.
 */
import type { IpVariant } from '../model';

export interface Profile {
  /** What tells for which variants a script is. */
  readonly variantsBy:
    | 'ip-version-line' /** A line that begins with `--ip_version=`. */
    | 'file-name' /** `...v4.pkt`, `...v6.pkt`. */;
  readonly variants: Readonly<Record<IpVariant, Parameters>>;
}

export interface Parameters {
  readonly options: Readonly<Record<string, string>>;
  readonly defines: Readonly<Record<string, string>>;
}

const IPV4_NETWORK = {
  local_ip: '192.168.0.1',
  gateway_ip: '192.168.0.1',
  netmask_ip: '255.255.0.0',
  remote_ip: '192.0.2.1',
};
const IPV6_NETWORK = {
  mtu: '1520',
  local_ip: 'fd3d:0a0b:17d6::1',
  gateway_ip: 'fd3d:0a0b:17d6:8888::1',
  remote_ip: 'fd3d:fa7b:d17d::1',
};
const IPV4_ERRORS = { CMSG_LEVEL_IP: 'SOL_IP', CMSG_TYPE_RECVERR: 'IP_RECVERR' };
const IPV6_ERRORS = { CMSG_LEVEL_IP: 'SOL_IPV6', CMSG_TYPE_RECVERR: 'IPV6_RECVERR' };
/** What the kernel makes of these addresses with the key a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4. */
const IPV4_COOKIE = { TFO_COOKIE: '3021b9d889017eeb' };
const IPV6_COOKIE = { TFO_COOKIE: 'c1d1e9742a47a9bc' };
/** The same with the key 0. */
const IPV4_ZERO_COOKIE = { TFO_COOKIE_ZERO: 'b7c12350a90dc8f5' };
const IPV6_ZERO_COOKIE = { TFO_COOKIE_ZERO: '82af1a8f9a205c34' };
const CODE = { CODE: 'host_unreachable' };

const PROFILES: ReadonlyMap<string, Profile> = new Map<string, Profile>([
  [
    /** tools/testing/selftests/net/packetdrill/ksft_runner.sh of the kernel. */
    'kselftest',
    {
      variantsBy: 'ip-version-line',
      variants: {
        ipv4: { options: IPV4_NETWORK, defines: { ...IPV4_COOKIE, ...IPV4_ZERO_COOKIE, ...IPV4_ERRORS } },
        ipv6: { options: IPV6_NETWORK, defines: { ...IPV6_COOKIE, ...IPV6_ZERO_COOKIE, ...IPV6_ERRORS } },
        'ipv4-mapped': { options: IPV4_NETWORK, defines: { ...IPV4_COOKIE, ...IPV4_ZERO_COOKIE, ...IPV6_ERRORS } },
      },
    },
  ],
  [
    /** run_all.py of packetdrill. */
    'packetdrill',
    {
      variantsBy: 'file-name',
      variants: {
        ipv4: { options: IPV4_NETWORK, defines: { ...IPV4_COOKIE, ...CODE, ...IPV4_ERRORS } },
        ipv6: { options: IPV6_NETWORK, defines: { ...IPV6_COOKIE, ...IPV6_ERRORS } },
        'ipv4-mapped': { options: IPV4_NETWORK, defines: { ...IPV4_COOKIE, ...CODE, ...IPV6_ERRORS } },
      },
    },
  ],
]);

/** What `--profile` may name. */
export const PROFILE_NAMES: readonly string[] = [...PROFILES.keys()];

export function profileByName(name: string): Profile | undefined {
  return PROFILES.get(name);
}
