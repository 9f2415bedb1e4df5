/** What the servers and commands of a run find in their environment. */
import type { Network } from '../../timeline/timeline';

export interface RunVariables extends Readonly<Record<string, string>> {
  /** The local address of the run as it stands in a URL: that of IPv6 in brackets (RFC 3986 section 3.2.2). */
  readonly PACKETSPEC_HOST: string;
}

export function runVariables({ localAddress }: Network): RunVariables {
  return { PACKETSPEC_HOST: localAddress.includes(':') ? `[${localAddress}]` : localAddress };
}
