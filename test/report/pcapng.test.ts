import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcapngOf } from '../../src/report/pcapng';
import type { RunResult } from '../../src/suite/suite';
import { came, inject, IPV6_NETWORK, connection, S, seg, sent, stamped, tick, timelineOf } from '../support/builders';
import { resultOf } from '../support/results';
import { RESULTS } from './hostile';
import * as scenes from './scenes';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-pcapng-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function captured(result: RunResult): string {
  const file = join(folder, 'run.pcapng');
  writeFileSync(file, Buffer.concat([...(pcapngOf(result, 'packetspec 9.9') ?? [])]));
  return file;
}

/** @throws when Wireshark's tools find fault with the file */
function tool(program: 'tshark' | 'capinfos', ...args: readonly string[]): string {
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.error !== undefined)
    throw new Error(`this test needs ${program}; as root: apt-get install tshark`, { cause: run.error });
  // Started by root, it warns of that.
  const complaint = run.stderr.replace(/^Running as user "root".*\n/, '').trim();
  if (run.status !== 0 || complaint !== '') throw new Error(`${program} said: ${complaint}`);
  return run.stdout;
}

/** One line for each packet, fields behind tabs. */
function packets(result: RunResult, ...fields: readonly string[]): readonly (readonly string[])[] {
  const asked = fields.flatMap((field) => ['-e', field]);
  const text = tool('tshark', '-n', '-r', captured(result), '-T', 'fields', ...asked);
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
}

const BASELINE = {
  kind: 'baseline',
  counters: {},
  realtimeAtZero: { seconds: 1_700_000_000, nanoseconds: 999_999_999 },
} as const;

describe('a capture, as Wireshark opens it', () => {
  it('has every packet of both directions, and which way it went', () => {
    const read = packets(scenes.twoFailures(), 'frame.packet_flags_direction', 'ip.src', 'tcp.dstport');
    expect(read).toEqual([
      ['0x00000001', '192.0.2.1', '8080'],
      ['0x00000002', '192.168.0.1', '40001'],
      ['0x00000002', '192.168.0.1', '40002'],
    ]);
  });

  it('has the time of day, to the nanosecond, as the kernel stamped it', () => {
    const syn = seg('S', { seq: 0 });
    const observations = [BASELINE, sent(0, 100, syn), stamped(123, syn), came(S + 7, seg('.')), tick(2 * S)];
    const result = resultOf(timelineOf([inject(syn)]), observations);
    expect(packets(result, 'frame.time_epoch')).toEqual([['1700000001.000000122'], ['1700000002.000000006']]);
  });

  it('says of each packet what the spec says', () => {
    const comments = packets(scenes.wrongSegment(), 'frame.comment').flat();
    expect(comments[0]).toBe(
      'line 10: inject S 0:0(0) win 64240 <mss 1460>: injected (default: S 0:0(0) win 64240 <mss 1460>)',
    );
    expect(comments[1]).toMatch(/^line 11: expect S\. .*: failed: flags: expected S\., observed R\.; options: /);
    expect(comments[2]).toBe('stray: no step took it (late: R. 0:0(0) ack 1 win 0)');
    expect(packets(scenes.passed(), 'frame.comment').flat()[1]).toMatch(/: passed \(default: /);
  });

  it('says of a lost packet why, and what the kernel told behind it', () => {
    const [comments] = packets(scenes.dropped({ available: ['drops'], missing: [] }), 'frame.comment');
    expect(comments?.join()).toContain(': injected, dropped in tcp_v4_rcv: TCP_LISTEN_OVERFLOW (default: ');
    expect(comments?.join()).toContain('at 0.000003000 s: state SYN_RECV -> CLOSE');
  });

  it('says which kernel it was, and what was no packet', () => {
    const text = tool('capinfos', captured(scenes.twoFailures()));
    expect(text).toMatch(/File encapsulation: +Raw IP/);
    expect(text).toMatch(/File timestamp precision: +nanoseconds \(9\)/);
    expect(text).toMatch(/Number of packets: +3/);
    expect(text).toMatch(/Strict time order: +True/);
    expect(text).toMatch(/Capture hardware: +x86_64/);
    expect(text).toMatch(/Capture oper-sys: +Linux 6\.18\.0-test/);
    expect(text).toMatch(/Capture application: +packetspec 9\.9/);
    expect(text).toMatch(/Capture comment: +specs\/accept\/full\.yaml \[ipv4\] A full accept queue: failed/);
    expect(text).toMatch(/Capture comment: .*line 12: queue: accept 7 \(expected 6\), limit 5 \(failed\)/);
  });

  it('names the kernel of a matrix', () => {
    expect(tool('capinfos', captured(RESULTS[1] ?? scenes.passed()))).toContain('specs/a,b:c.yaml [ipv4 on 6.12]');
  });

  it('can hold any text and any frame', () => {
    const long = { ...scenes.wrongSegment() };
    const checks = long.verdict.checks.map((check) => ({ ...check, title: `é${'x'.repeat(70_000)}` }));
    expect(packets({ ...long, verdict: { ...long.verdict, checks } }, 'frame.number')).toHaveLength(3);
    for (const result of RESULTS) expect(() => tool('capinfos', captured(result))).not.toThrow();
    const frames = [[], [0xff], Array<number>(65_535).fill(0x45)].map((bytes, index) => ({
      kind: 'frame' as const,
      direction: 'out' as const,
      atNs: index,
      bytes: Uint8Array.from(bytes),
    }));
    expect(tool('capinfos', captured(resultOf(timelineOf([]), frames)))).toMatch(/Number of packets: +3/);
  });

  it('has IPv6', () => {
    const six = connection(0, { localAddress: IPV6_NETWORK.localAddress, remoteAddress: IPV6_NETWORK.remoteAddress });
    const timeline = timelineOf([], { connections: [six], network: IPV6_NETWORK });
    expect(packets(resultOf(timeline, [came(5, seg('S', { seq: 9 }), six)]), 'ipv6.src')).toEqual([
      [IPV6_NETWORK.localAddress],
    ]);
  });

  it('of nothing has no packet; a run without a trace has no capture', () => {
    expect(tool('capinfos', captured(scenes.skipped()))).toMatch(/Number of packets: +0/);
    const { trace: _, ...without } = scenes.passed();
    expect(pcapngOf(without, 'x')).toBeUndefined();
  });
});
