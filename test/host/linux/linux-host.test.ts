import { readdirSync, readlinkSync } from 'node:fs';
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '../../../src/base/nanoseconds';
import type { Host, Run } from '../../../src/host/host';
import { HostError } from '../../../src/host/host';
import type { Network } from '../../../src/timeline/timeline';
import type { CounterValues } from '../../../src/trace/trace';
import { TCP_FLAG } from '../../../src/wire/wire';
import { openTestHost, output, temporaryFolder } from '../../support/live';
import {
  AF_INET,
  answers,
  establish,
  IPV4,
  IPV6,
  integer,
  LIMIT_NS,
  listen,
  PORT,
  segment,
  succeeded,
} from '../../support/segments';

let host: Host;
let run: Run | undefined;

beforeAll(() => {
  host = openTestHost();
});

afterEach(async () => {
  await run?.close();
  run = undefined;
});

function open(network: Network = IPV4): Run {
  run = host.openRun(network);
  return run;
}

/** The error of an action that the environment refuses. */
function refusal(action: () => void): HostError {
  try {
    action();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the link', () => {
  it.each([
    ['IPv4', IPV4, '0.0.0.0'],
    ['IPv6', IPV6, '::'],
  ])('answers a SYN with a SYN+ACK, both with stamps of the kernel, over %s', (_, network, address) => {
    const run = open(network);
    listen(run, 5, address);
    run.startTimedPart();
    const { startedNs, errno } = run.inject(segment(network, 40001, TCP_FLAG.SYN, { seq: 1000 }));
    const endedNs = run.nowNs();
    const frames = run.receive();
    run.endTimedPart();
    expect(errno).toBe('');
    expect(frames.map(({ direction }) => direction)).toEqual(['in', 'out']);
    const [injected, answered] = frames.map(({ atNs }) => atNs);
    expect(injected).toBeGreaterThanOrEqual(startedNs - 5 * NS_PER_US);
    expect(answered).toBeGreaterThanOrEqual(injected ?? 0);
    expect(answered).toBeLessThanOrEqual(endedNs + 5 * NS_PER_US);
    expect(frames[0]?.bytes).toEqual(segment(network, 40001, TCP_FLAG.SYN, { seq: 1000 }));
  });

  it('names the errno of a packet that the device does not take', () => {
    expect(open().inject(Uint8Array.of(0x10, 0, 0, 0)).errno).toBe('EINVAL');
  });

  it.each([
    ['IPv4', IPV4],
    ['IPv6', IPV6],
  ])('is silent when nothing is sent, over %s', (_, network) => {
    const run = open(network);
    run.startTimedPart();
    run.waitExactly(2 * NS_PER_S);
    expect(run.receive()).toEqual([]);
  });

  it('lets in what has no route back, and routes the remote network to the device', () => {
    const run = open();
    listen(run);
    const stranger = { ...IPV4, remoteAddress: '198.51.100.7' };
    run.inject(segment(stranger, 40001, TCP_FLAG.SYN));
    expect(run.counters()['TcpExt.IPReversePathFilter']).toBe(0);
    expect(output('ip', ['route', 'get', '192.0.2.200'])).toContain('dev tun0');
    expect(output('ip', ['-brief', 'link', 'show', 'lo'])).toContain('UP');
    expect(output('ip', ['link', 'show', 'tun0'])).toMatch(/mtu 1500 .* qlen 10000/);
  });

  it('keeps every frame when many come at once', () => {
    const run = open();
    listen(run, 4096);
    const syns = Array.from({ length: 2000 }, (_, index) => segment(IPV4, 10_000 + index, TCP_FLAG.SYN));
    for (const syn of syns) run.inject(syn);
    const frames = run.receive();
    expect(frames.filter(({ direction }) => direction === 'in')).toHaveLength(syns.length);
    expect(frames.filter(({ direction }) => direction === 'out').length).toBeGreaterThan(0);
  });
});

describe('waiting', () => {
  it('ends at the exact time', () => {
    const run = open();
    run.startTimedPart();
    run.waitExactly(run.nowNs() + NS_PER_MS);
    const untilNs = run.nowNs() + 5 * NS_PER_MS;
    run.waitExactly(untilNs);
    const lateNs = run.nowNs() - untilNs;
    expect(lateNs).toBeGreaterThanOrEqual(0);
    expect(lateNs).toBeLessThan(2 * NS_PER_MS);
  });

  it('ends when a frame comes', () => {
    const run = open();
    listen(run);
    run.inject(segment(IPV4, 40001, TCP_FLAG.SYN));
    expect(answers(run)).toHaveLength(1);
    // The SYN+ACK comes again after a second.
    run.waitForEvent(run.nowNs() + 5 * NS_PER_S);
    expect(run.nowNs()).toBeLessThan(3 * NS_PER_S);
    expect(answers(run)).toHaveLength(1);
  });
});

describe('queues, sockets and counters', () => {
  it('sees the listener as ss does', () => {
    const run = open();
    listen(run, 2);
    for (const port of [40001, 40002, 40003]) establish(run, IPV4, port);
    const [listener] = run.sockets().filter(({ state }) => state === 'LISTEN');
    const [, receiveQueue, sendQueue] = output('ss', ['-Hltn', `sport = :${PORT}`])
      .trim()
      .split(/\s+/);
    expect(listener).toMatchObject({
      receiveQueue: 3,
      sendQueue: 2,
      localAddress: '0.0.0.0',
      localPort: PORT,
      family: 4,
    });
    expect([receiveQueue, sendQueue]).toEqual(['3', '2']);
  });

  it('sees requests, mapped addresses, TIME_WAIT and timers', () => {
    const run = open();
    const listener = listen(run, 5, '::');
    establish(run, IPV4, 40001);
    const { returned: fd, outputs } = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS));
    expect(outputs.peer).toBe('192.0.2.1:40001');
    succeeded(run.call({ name: 'close', fd }, LIMIT_NS));
    const [fin] = answers(run);
    const number = { seq: 1001, ack: (fin?.seq ?? 0) + 1 };
    run.inject(segment(IPV4, 40001, TCP_FLAG.FIN | TCP_FLAG.ACK, number));
    run.inject(segment(IPV4, 40002, TCP_FLAG.SYN));
    const remote = (port: number) => run.sockets().find(({ remotePort }) => remotePort === port);
    expect(remote(40001)).toMatchObject({ state: 'TIME_WAIT', timer: 'timewait', remoteAddress: '192.0.2.1' });
    expect(remote(40002)).toMatchObject({
      state: 'SYN_RECV',
      timer: 'on',
      retransmits: 0,
      localAddress: '192.168.0.1',
    });
    expect(run.sockets().find(({ state }) => state === 'LISTEN')).toMatchObject({ family: 6, localAddress: '::' });
    const rows = run.procNetTcp().map(({ state, localPort, remotePort }) => ({ state, localPort, remotePort }));
    expect(rows).toContainEqual({ state: 'LISTEN', localPort: PORT, remotePort: 0 });
    expect(rows).toContainEqual({ state: 'SYN_RECV', localPort: PORT, remotePort: 40002 });
    expect(rows).toContainEqual({ state: 'TIME_WAIT', localPort: PORT, remotePort: 40001 });
  });

  it('reads dumps that are longer than one buffer', () => {
    const run = open();
    listen(run, 4096);
    for (let port = 10_000; port < 11_000; port++) run.inject(segment(IPV4, port, TCP_FLAG.SYN));
    expect(run.sockets().filter(({ state }) => state === 'SYN_RECV')).toHaveLength(1000);
  });

  it('has the counters of its own network, as nstat does', () => {
    const run = open();
    const before = run.counters();
    expect(before['Tcp.InSegs']).toBe(0);
    listen(run, 1);
    for (const port of [40001, 40002]) establish(run, IPV4, port);
    run.inject(segment(IPV4, 40003, TCP_FLAG.SYN));
    const after = run.counters();
    expect(after['TcpExt.ListenOverflows']).toBe(1);
    expect(after['TcpExt.ListenDrops']).toBe(1);
    const nstat = output('nstat', ['-az'], { ...process.env, NSTAT_HISTORY: `${temporaryFolder}/nstat` });
    for (const [name, value] of nstatCounters(nstat)) expect([name, lookUp(after, name)]).toEqual([name, value]);
  });

  it('gives TCP_INFO in full length, or the errno', () => {
    const run = open();
    const info = run.tcpInfo(listen(run));
    expect('bytes' in info ? info.bytes.length : info.errno).toBeGreaterThanOrEqual(104);
    expect(run.tcpInfo(999)).toEqual({ errno: 'EBADF' });
  });
});

/** Names without their group, of the groups that /proc/net/snmp and netstat have. */
function nstatCounters(text: string): readonly (readonly [string, number])[] {
  return text
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([name = '']) => /^(Tcp|TcpExt|IpExt)[A-Z]/.test(name) && !/^TcpExtTcp/.test(name))
    .map(([name = '', value = '']) => [name, Number(value)] as const);
}

function lookUp(counters: CounterValues, name: string): number | undefined {
  const group = /^(TcpExt|IpExt|Tcp)/.exec(name)?.[0] ?? '';
  return counters[`${group}.${name.slice(group.length)}`];
}

describe('calls', () => {
  it('gives values, options, addresses and errnos', () => {
    const run = open();
    const fd = listen(run);
    const option = { name: 'getsockopt', fd, level: 1, option: 2, length: 4 } as const;
    expect(run.call(option, LIMIT_NS).outcome).toEqual({
      returned: 4 - 4,
      errno: '',
      outputs: { bytes: integer(1), value: 1, length: 4 },
    });
    succeeded(run.call({ name: 'fcntl', fd, command: 4, argument: 0o4000 }, LIMIT_NS));
    expect(run.call({ name: 'accept', fd }, LIMIT_NS).outcome).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(run.call({ name: 'poll', entries: [{ fd, events: 1 }], timeoutMs: 0 }, LIMIT_NS).outcome).toEqual({
      returned: 0,
      errno: '',
      outputs: { revents: [0] },
    });
    expect(run.call({ name: 'listen', fd: 999, backlog: 1 }, LIMIT_NS).outcome.errno).toBe('EBADF');
  });

  it('moves data both ways', () => {
    const run = open();
    const listener = listen(run);
    establish(run, IPV4, 40001);
    const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
    const bytes = Uint8Array.of(1, 2, 3);
    succeeded(run.call({ name: 'write', fd, bytes }, LIMIT_NS));
    const [data] = answers(run);
    expect(data?.payload).toEqual(bytes);
    const ack = (data?.seq ?? 0) + 3;
    run.inject(segment(IPV4, 40001, TCP_FLAG.ACK | TCP_FLAG.PSH, { seq: 1001, ack, payload: Uint8Array.of(7, 8) }));
    const waiting = run.call({ name: 'ioctl', fd, request: 0x541b }, LIMIT_NS).outcome;
    expect(waiting.outputs.value).toBe(2);
    expect(run.sockets().find(({ remotePort }) => remotePort === 40001)?.receiveQueue).toBe(2);
    const read = run.call({ name: 'read', fd, count: 100 }, LIMIT_NS).outcome;
    expect(read).toEqual({ returned: 2, errno: '', outputs: { bytes: Uint8Array.of(7, 8) } });
  });

  it('interrupts one that sleeps past its limit', () => {
    const run = open();
    const listener = listen(run);
    establish(run, IPV4, 40001);
    const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
    const { startedNs, endedNs, outcome, interrupted } = run.call({ name: 'read', fd, count: 1 }, 30 * NS_PER_MS);
    expect(outcome).toMatchObject({ returned: -1, errno: 'EINTR' });
    expect(interrupted).toBe(true);
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(30 * NS_PER_MS);
    expect(endedNs - startedNs).toBeLessThan(300 * NS_PER_MS);
  });

  it('connects to the remote side', () => {
    const run = open();
    const socket = { name: 'socket', domain: AF_INET, type: 1 | 0o4000, protocol: 0 } as const;
    const fd = succeeded(run.call(socket, LIMIT_NS)).returned;
    const address = { family: 'ipv4', address: '192.0.2.1', port: 80 } as const;
    expect(run.call({ name: 'connect', fd, address }, LIMIT_NS).outcome.errno).toBe('EINPROGRESS');
    expect(answers(run)).toMatchObject([{ flags: TCP_FLAG.SYN, targetPort: 80 }]);
    expect(run.sockets()).toMatchObject([
      { state: 'SYN_SENT', remoteAddress: '192.0.2.1', localAddress: '192.168.0.1' },
    ]);
  });
});

describe('sysctls', () => {
  it('sets what is private', () => {
    const run = open();
    run.setSysctl('net.ipv4.tcp_syncookies', '2');
    run.setSysctl('net/ipv4/conf/tun0/forwarding', '1');
    expect(output('cat', ['/proc/sys/net/ipv4/tcp_syncookies']).trim()).toBe('2');
    expect(output('cat', ['/proc/sys/net/ipv4/conf/tun0/forwarding']).trim()).toBe('1');
    expect(run.hasSysctl('net.ipv4.tcp_syncookies')).toBe(true);
    expect(run.hasSysctl('net.ipv4.tcp_mem')).toBe(false);
    expect(run.hasSysctl('kernel.hostname')).toBe(false);
  });

  it.each([
    ['net.ipv4.tcp_syncookie', '1', 'unknown-sysctl', 'did you mean net.ipv4.tcp_syncookies'],
    ['net.ipv4.no_such_thing_at_all', '1', 'unknown-sysctl', undefined],
    ['net.ipv4../../kernel.hostname', '1', 'unknown-sysctl', undefined],
    ['kernel.hostname', 'x', 'global-sysctl', 'changes nothing outside'],
    ['net.ipv4.tcp_mem', '1 2 3', 'global-sysctl', 'changes nothing outside'],
    ['net.ipv4.tcp_allowed_congestion_control', 'reno', 'global-sysctl', 'changes nothing outside'],
    ['net.ipv4.tcp_syncookies', 'many', 'refused-sysctl', undefined],
    ['net.core.rmem_max', '1000000', 'refused-sysctl', undefined],
    ['net.ipv4.tcp_congestion_control', 'nosuch', 'refused-sysctl', 'allowed: reno'],
  ])('refuses %s = %s', (name, value, code, hint) => {
    const run = open();
    const error = refusal(() => run.setSysctl(name, value));
    expect(error.code).toBe(code);
    expect(error.message).toContain(name);
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });
});

describe('the host', () => {
  it('knows the kernel', () => {
    expect(host.facts).toEqual({ kernel: release(), architecture: output('uname', ['-m']).trim(), rootless: false });
    expect(host.hasCommand('sh')).toBe(true);
    expect(host.hasCommand('no-such-command')).toBe(false);
  });

  it('gives each run a network of its own, and leaves it afterwards', async () => {
    const network = () => readlinkSync('/proc/thread-self/ns/net');
    const first = open();
    const firstNetwork = network();
    await first.close();
    const between = network();
    open();
    expect(new Set([firstNetwork, between, network()]).size).toBe(3);
  });

  it('leaves no descriptor and no network behind', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const once = async () => {
      const run = host.openRun(IPV4);
      const listener = listen(run);
      establish(run, IPV4, 40001);
      const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
      // Closed, and never acknowledged: the kernel would keep it for minutes.
      succeeded(run.call({ name: 'write', fd, bytes: Uint8Array.of(1) }, LIMIT_NS));
      succeeded(run.call({ name: 'close', fd }, LIMIT_NS));
      await run.close();
      await run.close();
    };
    await once();
    await sleep(200);
    const before = descriptors();
    const networksBefore = networks();
    for (let count = 0; count < 200; count++) await once();
    await sleep(1000);
    expect(descriptors()).toBe(before);
    expect(networks() - networksBefore).toBeLessThan(20);
  });
});

/** How many networks the kernel has. */
function networks(): number {
  return Number(/^net_namespace\s+(\d+)/m.exec(output('cat', ['/proc/slabinfo']))?.[1]);
}
