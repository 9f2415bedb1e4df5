/** Held against the kernel's own header: a C program says where each field of struct tcp_info lies. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TCP_INFO_FIELDS, tcpInfoField } from '../../src/wire/tcp-info';

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
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-tcp-info-'));
  const layout = new Map<string, readonly [offset: number, size: number]>();

  beforeAll(() => {
    const lines = IN_EVERY_HEADER.map((name) => `P(${name})`).join('\n');
    const program = `#include <stddef.h>
#include <stdio.h>
#include <linux/tcp.h>
#define P(f) printf("%s %zu %zu\\n", #f, offsetof(struct tcp_info, f), sizeof(((struct tcp_info *)0)->f));
int main(void) {
${lines}
return 0; }`;
    writeFileSync(join(folder, 'layout.c'), program);
    execFileSync('cc', ['-o', join(folder, 'layout'), join(folder, 'layout.c')]);
    for (const line of execFileSync(join(folder, 'layout'), { encoding: 'utf8' }).trim().split('\n')) {
      const [name = '', offset, size] = line.split(' ');
      layout.set(name, [Number(offset), Number(size)]);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it('offers each field once', () => {
    expect(new Set(TCP_INFO_FIELDS).size).toBe(TCP_INFO_FIELDS.length);
  });
});
