/** Held against the kernel's own header: a C program says where each field of union tcp_cc_info lies. */
import { describe, expect, it } from 'vitest';
import { CONGESTION_INFO_FIELDS, congestionInfoFields } from '../../src/wire/congestion-info';
import { cValues } from './c-header';

/** Structure, field of the header, and packetdrill's name for it. */
const FIELDS = [
  ...['bbr_bw_lo', 'bbr_bw_hi', 'bbr_min_rtt', 'bbr_pacing_gain', 'bbr_cwnd_gain'].map((name) => [
    'tcp_bbr_info',
    name,
    name,
  ]),
  ...['enabled', 'ce_state', 'alpha', 'ab_ecn', 'ab_tot'].map((name) => [
    'tcp_dctcp_info',
    `dctcp_${name}`,
    `dctcp_${name}`,
  ]),
  ['tcpvegas_info', 'tcpv_enabled', 'tcpv_enabled'],
  ['tcpvegas_info', 'tcpv_rttcnt', 'tcpv_rttcnt'],
  ['tcpvegas_info', 'tcpv_rtt', 'tcp_rtt'],
  ['tcpvegas_info', 'tcpv_minrtt', 'tcp_minrtt'],
] as const;

describe('TCP_CC_INFO', () => {
  const places = cValues(
    ['linux/inet_diag.h'],
    FIELDS.flatMap(([struct, field]) => [
      `offsetof(struct ${struct}, ${field})`,
      `sizeof(((struct ${struct} *)0)->${field})`,
    ]),
  );

  it.each(FIELDS.map(([, , name], index) => [name ?? '', index] as const))(
    '%s lies where the header has it',
    (name, index) => {
      const [offset = 0, size = 0] = places.slice(2 * index);
      const info = new Uint8Array(20);
      info[offset] = 0x2a;
      info[offset + size - 1] = 0x01;
      expect(congestionInfoFields(info).get(name)).toBe(0x2an + 256n ** BigInt(size - 1));
      expect(congestionInfoFields(new Uint8Array(20).fill(0xff, offset + size)).get(name)).toBe(0n);
    },
  );

  it('has a name for both halves of the bandwidth', () => {
    const info = new Uint8Array(20);
    [info[0], info[4]] = [5, 1];
    expect(congestionInfoFields(info).get('bbr_bw')).toBe(2n ** 32n + 5n);
  });

  it('has the names that its length allows, as packetdrill', () => {
    const names = (length: number) => [...congestionInfoFields(new Uint8Array(length)).keys()];
    expect(names(0)).toEqual([]);
    expect(names(15)).toEqual([]);
    expect(names(16).filter((name) => name.startsWith('bbr'))).toEqual([]);
    expect(names(16)).toEqual(expect.arrayContaining(['dctcp_alpha', 'tcp_rtt']));
    expect(names(20)).toEqual(CONGESTION_INFO_FIELDS);
  });
});
