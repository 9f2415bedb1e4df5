/**
 * Fields of struct tcp_info by name, for a structure of any length (include/uapi/linux/tcp.h).
 *
 * Kernels append fields and never move one, so a field that lies past the end is one that this kernel does not have.
 */

import { unsignedAt } from './words';

type Layout = readonly (readonly [name: string, bytes: 1 | 4 | 8])[];

const LEADING_BYTES = ['state', 'ca_state', 'retransmits', 'probes', 'backoff', 'options'];

/** Byte 6 holds two 4-bit fields, byte 7 two flags, and the last word of 2025's kernels four fields of AccECN. */
const BIT_FIELDS: Readonly<Record<string, readonly [offset: number, bytes: 1 | 4, shift: number, mask: number]>> = {
  tcpi_snd_wscale: [6, 1, 0, 0xf],
  tcpi_rcv_wscale: [6, 1, 4, 0xf],
  tcpi_delivery_rate_app_limited: [7, 1, 0, 1],
  tcpi_fastopen_client_fail: [7, 1, 1, 3],
  tcpi_ecn_mode: [276, 4, 0, 3],
  tcpi_accecn_opt_seen: [276, 4, 2, 3],
  tcpi_accecn_fail_mode: [276, 4, 4, 0xf],
  tcpi_options2: [276, 4, 8, 0xff_ffff],
};

const WORDS: Layout = [
  ...words(4, 'rto ato snd_mss rcv_mss unacked sacked lost retrans fackets'),
  ...words(4, 'last_data_sent last_ack_sent last_data_recv last_ack_recv'),
  ...words(4, 'pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans'),
  ...words(8, 'pacing_rate max_pacing_rate bytes_acked bytes_received'),
  ...words(4, 'segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out'),
  ...words(8, 'delivery_rate busy_time rwnd_limited sndbuf_limited'),
  ...words(4, 'delivered delivered_ce'),
  ...words(8, 'bytes_sent bytes_retrans'),
  ...words(4, 'dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash'),
];

/** total_rto and total_rto_recoveries are 16 bits wide; words follow them. */
const TAIL_WORDS = [
  'total_rto_time',
  ...['received_ce', 'delivered_e1_bytes', 'delivered_e0_bytes', 'delivered_ce_bytes'],
  ...['received_e1_bytes', 'received_e0_bytes', 'received_ce_bytes'],
];
const TAIL_START = 8 + WORDS.reduce((sum, [, bytes]) => sum + bytes, 0);

const OFFSETS: ReadonlyMap<string, readonly [offset: number, bytes: 1 | 2 | 4 | 8]> = offsets();

/** All names that a spec may write; a kernel may lack the later ones. */
export const TCP_INFO_FIELDS: readonly string[] = [...OFFSETS.keys(), ...Object.keys(BIT_FIELDS)];

/** The value of a field (`tcpi_state`, ...), in the kernel's unit; `undefined` when this kernel has no such field. */
export function tcpInfoField(info: Uint8Array, name: string): number | undefined {
  const value = tcpInfoInteger(info, name);
  return value === undefined ? undefined : Number(value);
}

/** As `tcpInfoField`, exact: rates may be 2^64 - 1, which a double does not hold. */
export function tcpInfoInteger(info: Uint8Array, name: string): bigint | undefined {
  const bits = BIT_FIELDS[name];
  if (bits !== undefined) {
    const [offset, bytes, shift, mask] = bits;
    const word = unsignedAt(info, offset, bytes);
    return word === undefined ? undefined : (word >> BigInt(shift)) & BigInt(mask);
  }
  const place = OFFSETS.get(name);
  return place === undefined ? undefined : unsignedAt(info, place[0], place[1]);
}

function words(bytes: 4 | 8, names: string): Layout {
  return names.split(' ').map((name) => [name, bytes] as const);
}

function offsets(): ReadonlyMap<string, readonly [number, 1 | 2 | 4 | 8]> {
  const table = new Map<string, readonly [number, 1 | 2 | 4 | 8]>();
  LEADING_BYTES.forEach((name, offset) => table.set(`tcpi_${name}`, [offset, 1]));
  let offset = 8;
  for (const [name, bytes] of WORDS) {
    table.set(`tcpi_${name}`, [offset, bytes]);
    offset += bytes;
  }
  table.set('tcpi_total_rto', [TAIL_START, 2]);
  table.set('tcpi_total_rto_recoveries', [TAIL_START + 2, 2]);
  TAIL_WORDS.forEach((name, index) => table.set(`tcpi_${name}`, [TAIL_START + 4 + 4 * index, 4]));
  return table;
}
