import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import type { Run, TimedCommand } from '../../../src/host/host';
import { processesWith, refusal, temporaryFolder, untilGone, useTestHost } from '../../support/live';
import { IPV6 } from '../../support/segments';

const { open } = useTestHost();

function shell(run: Run, text: string, limitNs = 5 * NS_PER_S): TimedCommand {
  return run.shell({ text, folder: temporaryFolder, limitNs });
}

function outputOf(run: Run, text: string): string {
  return shell(run, text).outcome.output;
}

describe('how a command ends', () => {
  it.each([
    ['true', { status: 0, timedOut: false, output: '' }],
    ['exit 3', { status: 3, timedOut: false, output: '' }],
    ['no-such-command', { status: 127, timedOut: false, output: expect.stringContaining('not found') }],
    ['kill -TERM $$', { signal: 'SIGTERM', timedOut: false, output: '' }],
    ['echo out; echo err >&2; printf more', { status: 0, timedOut: false, output: 'out\nerr\nmore' }],
  ])('%s', (text, outcome) => {
    expect(shell(open(), text).outcome).toEqual(outcome);
  });

  it('is timed', () => {
    const run = open();
    run.startTimedPart();
    const beforeNs = run.nowNs();
    const { startedNs, endedNs } = shell(run, 'sleep 0.05');
    expect(startedNs).toBeGreaterThanOrEqual(beforeNs);
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(50 * NS_PER_MS);
    expect(run.nowNs()).toBeGreaterThanOrEqual(endedNs);
    expect(endedNs - startedNs).toBeLessThan(500 * NS_PER_MS);
  });

  it('is killed with its group when its time is over', async () => {
    const run = open();
    const { outcome, startedNs, endedNs } = shell(run, 'echo begun; sleep 765431; echo never', 100 * NS_PER_MS);
    expect(outcome).toEqual({ signal: 'SIGKILL', timedOut: true, output: 'begun\n' });
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(100 * NS_PER_MS);
    expect(endedNs - startedNs).toBeLessThan(NS_PER_S);
    expect(await untilGone('sleep 765431')).toEqual([]);
  });

  it('says why it could not begin', () => {
    const run = open();
    const error = refusal(() => run.shell({ text: 'true', folder: '/no/such/folder', limitNs: NS_PER_S }));
    expect(error.code).toBe('command-failed');
    expect(error.message).toBe('the command `true` could not be started in /no/such/folder: ENOENT');
    expect(shell(run, 'true').outcome.status).toBe(0);
  });
});

describe('what a command finds', () => {
  it('is the network of the run, and a child of this process in the folder of the spec', () => {
    const run = open(IPV6);
    const folder = join(temporaryFolder, 'a folder');
    mkdirSync(folder, { recursive: true });
    const text = 'readlink /proc/self/ns/net; echo $PPID $PACKETDRILL_PID; pwd; ip -6 -brief address show dev tun0';
    const { output } = run.shell({ text, folder, limitNs: NS_PER_S }).outcome;
    const [network, pids, where, address] = output.split('\n');
    expect(network).toBe(readlinkSync('/proc/thread-self/ns/net'));
    expect(pids).toBe(`${process.pid} ${process.pid}`);
    expect(where).toBe(folder);
    expect(address).toContain('fd3d:a0b:17d6::1');
  });

  it('is the environment of this process, and nothing of its signals and descriptors', () => {
    const run = open();
    expect(outputOf(run, 'printf "%s" "$PATH"')).toBe(process.env['PATH']);
    expect(outputOf(run, 'grep -E "Sig(Blk|Ign)" /proc/self/status')).toBe(
      'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n',
    );
    expect(outputOf(run, 'readlink /proc/$$/fd/* | grep -E "tun|socket|eventfd|memfd" || echo none')).toBe('none\n');
  });

  it('is nothing to read, unless it is given something', () => {
    const run = open();
    expect(outputOf(run, 'cat; readlink /proc/self/fd/0')).toBe('/dev/null\n');
    const input = 'a line\n'.repeat(100_000);
    const given = run.shell({ text: 'wc -c; echo more', folder: '/', limitNs: NS_PER_S, input }).outcome;
    expect(given.output).toBe('700000\nmore\n');
  });

  it('is a session of its own, under ordinary scheduling', () => {
    const run = open();
    run.startTimedPart();
    const stat = outputOf(run, 'cat /proc/$$/stat');
    run.endTimedPart();
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pid = stat.split(' ')[0];
    // proc(5): group and session are fields 5 and 6, the policy is field 41.
    expect([fields[2], fields[3], fields[38]]).toEqual([pid, pid, '0']);
  });
});

describe('what a command prints', () => {
  it('is kept as far as its last 8 KiB, however much it is', () => {
    const run = open();
    const { status, output } = shell(run, 'yes 0123456789 | head -c 300000000; echo; echo the end').outcome;
    expect(status).toBe(0);
    expect(output).toHaveLength(8192);
    expect(output).toMatch(/^\d*\n0123456789\n/);
    expect(output.endsWith('\nthe end\n')).toBe(true);
  });

  it('may not end before the shell does', () => {
    const { outcome } = shell(open(), 'yes', 100 * NS_PER_MS);
    expect(outcome).toMatchObject({ signal: 'SIGKILL', timedOut: true });
  });

  it('may come to its end long before the shell does', () => {
    const { outcome, startedNs, endedNs } = shell(open(), 'echo last; exec >&- 2>&-; sleep 0.05');
    expect(outcome).toEqual({ status: 0, timedOut: false, output: 'last\n' });
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(50 * NS_PER_MS);
  });
});

describe('what outlives its shell', () => {
  it('is not waited for, may print, and is killed with the run, whatever its session', async () => {
    const run = open();
    const folder = temporaryFolder;
    const printer = '(sleep 0.1; head -c 300000 /dev/zero; echo $? > printed; exec sleep 654321) &';
    const { outcome, startedNs, endedNs } = run.shell({
      text: `${printer} setsid sleep 654322 >/dev/null 2>&1 & unshare --net sleep 654323 & echo started`,
      folder,
      limitNs: 5 * NS_PER_S,
    });
    expect(outcome).toEqual({ status: 0, timedOut: false, output: 'started\n' });
    expect(endedNs - startedNs).toBeLessThan(90 * NS_PER_MS);
    shell(run, 'sleep 0.3');
    expect(readFileSync(join(folder, 'printed'), 'utf8')).toBe('0\n');
    expect(processesWith('sleep 65432')).toHaveLength(3);
    await run.close();
    expect(await untilGone('sleep 65432')).toEqual([]);
  });
});

describe('a script that only sets sysctls', () => {
  const value = (name: string) => readFileSync(join('/proc/sys', name), 'utf8').trim();

  it('is carried out without a shell, in the network of the run', () => {
    const run = open();
    const text =
      'sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"\nsysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_dsack=0';
    expect(shell(run, text).outcome).toEqual({ status: 0, timedOut: false, output: '' });
    expect(value('net/ipv4/tcp_rmem')).toBe('4096\t540000\t15728640');
    expect(outputOf(run, 'cat /proc/sys/net/ipv4/tcp_sack /proc/sys/net/ipv4/tcp_dsack')).toBe('0\n0\n');
  });

  it('may be a file of its own, and call programs', () => {
    const run = open();
    const path = join(temporaryFolder, 'prepare.sh');
    writeFileSync(path, '#!/bin/bash\n# as usual\nsysctl -q net.ipv4.tcp_ecn=0\n\ntc qdisc add dev tun0 root pfifo\n', {
      mode: 0o755,
    });
    expect(shell(run, './prepare.sh').outcome).toEqual({ status: 0, timedOut: false, output: '' });
    expect(value('net/ipv4/tcp_ecn')).toBe('0');
    expect(outputOf(run, 'tc qdisc show dev tun0')).toContain('qdisc pfifo');
  });

  it.each([
    'sysctl -q net.ipv4.tcp_no_such_thing=1',
    'sysctl -q net.ipv4.tcp_sack=many',
    'sysctl -q net.ipv4.tcp_sack=1 net.ipv4.tcp_no_such_thing=1',
    'tc qdisc add dev tun0 root nonsense',
    'ip link show dev no-such-device > /dev/null 2>&1',
    'tc qdisc add dev tun0 root nonsense\nsysctl -q net.ipv4.tcp_sack=1',
  ])('fails as in a shell, with the same words: %s', (text) => {
    const outcome = shell(open(), text).outcome;
    // A shell reads what follows.
    expect(shell(open(), `${text}\n(exit $?)`).outcome).toEqual(outcome);
    expect(outcome.timedOut).toBe(false);
  });

  it('is killed in time, whichever program hangs', () => {
    const { outcome } = shell(open(), 'sysctl -q net.ipv4.tcp_sack=1\nip monitor', 100 * NS_PER_MS);
    expect(outcome).toMatchObject({ signal: 'SIGKILL', timedOut: true });
  });
});

describe('a command that needs no shell', () => {
  const write = (name: string, text: string, mode = 0o755): void =>
    writeFileSync(join(temporaryFolder, name), text, { mode });
  write('sets', '#!/bin/sh\n# A comment.\nsysctl -q net.ipv4.tcp_retries2=7\nip -brief link show dev tun0\n');
  write('says', '#!/bin/sh\necho "$@" "$PWD"; exit 3\n');
  write('without-a-first-line', 'echo read by the shell\n');
  write('not-executable', '#!/bin/sh\n', 0o644);
  write('without-its-interpreter', '#!/no/such/program\n');

  it.each([
    './sets',
    './sets\nsysctl -q net.ipv4.tcp_retries1=2 # fewer',
    './sets > /dev/null 2>&1\nsysctl net.ipv4.tcp_retries2',
    './says a "b c"\n./sets',
    'sysctl -q net.ipv4.tcp_retries2=8\n./says last',
    './without-a-first-line',
    './not-executable',
    './without-its-interpreter',
    './no-such-file',
    './sets\nsysctl -q net.ipv4.no_such_thing=1',
  ])('ends as in a shell: %j', (text) => {
    const run = open();
    const byShell = outcomeIn(run, `:\n${text}`);
    const without = outcomeIn(run, text);
    expect({ ...without, output: without.output.replaceAll('sh: 1: ', 'sh: 2: ') }).toEqual(byShell);
  });

  it('sets what the script that it calls sets', () => {
    const run = open();
    shell(run, './sets\nsysctl -q net.ipv4.tcp_retries1=2');
    expect(outputOf(run, 'sysctl -n net.ipv4.tcp_retries2 net.ipv4.tcp_retries1')).toBe('7\n2\n');
  });
});

function outcomeIn(run: Run, text: string): TimedCommand['outcome'] {
  return shell(run, text).outcome;
}
