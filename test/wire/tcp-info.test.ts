/** Held against the kernel's own header: a C program says where each field of struct tcp_info lies. */
import { beforeAll, describe, expect, it } from 'vitest';
import { TCP_INFO_FIELDS, tcpInfoField, tcpInfoInteger } from '../../src/wire/tcp-info';
import { cValues } from './c-header';

/** Fields that a header of 2022 has; bit fields have no offset in C. */
const IN_EVERY_HEADER = [
  ...['state', 'ca_state', 'retransmits', 'probes', 'backoff', 'options', 'rto', 'ato', 'snd_mss', 'rcv_mss'],
  ...['unacked', 'sacked', 'lost', 'retrans', 'last_data_sent', 'last_ack_recv', 'pmtu', 'rtt', 'rttvar'],
  ...['snd_ssthresh', 'snd_cwnd', 'advmss', 'reordering', 'rcv_space', 'total_retrans', 'pacing_rate', 'bytes_acked'],
  ...['bytes_received', 'segs_out', 'segs_in', 'notsent_bytes', 'min_rtt', 'data_segs_in', 'data_segs_out'],
  ...['delivery_rate', 'busy_time', 'rwnd_limited', 'sndbuf_limited', 'delivered', 'delivered_ce', 'bytes_sent'],
  ...['bytes_retrans', 'dsack_dups', 'reord_seen', 'rcv_ooopack', 'snd_wnd'],
].map((name) => `tcpi_${name}`);

describe('struct tcp_info', () => {
  const layout = new Map<string, readonly [offset: number, size: number]>();

  beforeAll(() => {
    const places = cValues(
      ['linux/tcp.h'],
      IN_EVERY_HEADER.flatMap((name) => [
        `offsetof(struct tcp_info, ${name})`,
        `sizeof(((struct tcp_info *)0)->${name})`,
      ]),
    );
    IN_EVERY_HEADER.forEach((name, index) => layout.set(name, [places[2 * index] ?? 0, places[2 * index + 1] ?? 0]));
  });

  it.each(IN_EVERY_HEADER)('%s is read from where the header has it', (name) => {
    const [offset, size] = layout.get(name) ?? [0, 0];
    const info = new Uint8Array(512);
    info[offset] = 0x2a;
    expect(tcpInfoField(info, name)).toBe(0x2a);
    info[offset + size - 1] = 0x01;
    if (size > 1) expect(tcpInfoField(info, name)).toBe(0x2a + 2 ** (8 * (size - 1)));
    expect(tcpInfoField(new Uint8Array(512).fill(0xff, offset + size), name)).toBe(0);
  });

  it('a field behind the end of the structure is one that this kernel does not have', () => {
    const [offset, size] = layout.get('tcpi_snd_wnd') ?? [0, 0];
    expect(tcpInfoField(new Uint8Array(offset + size), 'tcpi_snd_wnd')).toBe(0);
    expect(tcpInfoField(new Uint8Array(offset + size - 1), 'tcpi_snd_wnd')).toBeUndefined();
    expect(tcpInfoField(new Uint8Array(0), 'tcpi_state')).toBeUndefined();
    expect(tcpInfoField(new Uint8Array(512), 'tcpi_nothing')).toBeUndefined();
  });

  it('the two window scales share a byte, the receiver in its upper half (x86-64 and arm64)', () => {
    const info = new Uint8Array(512);
    info[6] = 0xa7;
    expect([tcpInfoField(info, 'tcpi_snd_wscale'), tcpInfoField(info, 'tcpi_rcv_wscale')]).toEqual([7, 10]);
  });

  it('AccECN fills the structure up to 280 bytes, four fields in the last word (Linux 7.0)', () => {
    const info = new Uint8Array(280);
    info.set([0b1001_10_01, 3, 2, 1], 276);
    const fields = ['ecn_mode', 'accecn_opt_seen', 'accecn_fail_mode', 'options2'];
    expect(fields.map((name) => tcpInfoField(info, `tcpi_${name}`))).toEqual([1, 2, 9, 0x10203]);
    info[248] = 5;
    info[272] = 6;
    expect([tcpInfoField(info, 'tcpi_received_ce'), tcpInfoField(info, 'tcpi_received_ce_bytes')]).toEqual([5, 6]);
    expect(tcpInfoField(new Uint8Array(279), 'tcpi_ecn_mode')).toBeUndefined();
    expect(tcpInfoField(new Uint8Array(276), 'tcpi_received_ce_bytes')).toBe(0);
    expect(tcpInfoField(new Uint8Array(248), 'tcpi_received_ce')).toBeUndefined();
  });

  it('a rate of 64 bits is there to the last bit', () => {
    const [offset = 0] = layout.get('tcpi_pacing_rate') ?? [];
    const info = new Uint8Array(280).fill(0xff, offset, offset + 8);
    expect(tcpInfoInteger(info, 'tcpi_pacing_rate')).toBe(2n ** 64n - 1n);
  });

  it('offers each field once', () => {
    expect(new Set(TCP_INFO_FIELDS).size).toBe(TCP_INFO_FIELDS.length);
  });
});
