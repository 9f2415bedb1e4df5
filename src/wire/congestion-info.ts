/**
 * TCP_CC_INFO: what a congestion control algorithm says of itself (union tcp_cc_info, include/uapi/linux/inet_diag.h).
 *
 * The bytes do not say which algorithm wrote them, and two of the structures are equally long. So every layout that
 * fits within the length is read, as packetdrill does.
 */
import { unsignedAt } from './words';

type Layout = readonly (readonly [name: string, offset: number, size: 2 | 4 | 8])[];

const LAYOUTS: readonly { readonly bytes: number; readonly fields: Layout }[] = [
  {
    bytes: 20,
    fields: [
      ['bbr_bw_lo', 0, 4],
      ['bbr_bw_hi', 4, 4],
      // Both halves, the lower one first.
      ['bbr_bw', 0, 8],
      ['bbr_min_rtt', 8, 4],
      ['bbr_pacing_gain', 12, 4],
      ['bbr_cwnd_gain', 16, 4],
    ],
  },
  {
    bytes: 16,
    fields: [
      ['dctcp_enabled', 0, 2],
      ['dctcp_ce_state', 2, 2],
      ['dctcp_alpha', 4, 4],
      ['dctcp_ab_ecn', 8, 4],
      ['dctcp_ab_tot', 12, 4],
    ],
  },
  {
    bytes: 16,
    fields: [
      ['tcpv_enabled', 0, 4],
      ['tcpv_rttcnt', 4, 4],
      // packetdrill's names for tcpv_rtt and tcpv_minrtt.
      ['tcp_rtt', 8, 4],
      ['tcp_minrtt', 12, 4],
    ],
  },
];

/** All names that any length has. */
export const CONGESTION_INFO_FIELDS: readonly string[] = LAYOUTS.flatMap(({ fields }) => fields.map(([name]) => name));

/** Fields by packetdrill's names, of every structure that the length allows; none for an algorithm that says nothing. */
export function congestionInfoFields(info: Uint8Array): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { bytes, fields } of LAYOUTS) {
    if (info.length < bytes) continue;
    for (const [name, offset, size] of fields) found.set(name, unsignedAt(info, offset, size) ?? 0n);
  }
  return found;
}
