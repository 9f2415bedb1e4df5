import { readdirSync, readlinkSync } from 'node:fs';
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { output, refusal, useTestHost } from '../../support/live';
import { LINK_KINDS } from '../../../src/spec/link-kind';
import { TCP_FLAG } from '../../../src/wire/wire';
import { establish, IPV4, IPV6, LIMIT_NS, listen, segment, sends, succeeded } from '../../support/segments';

const { host, open } = useTestHost();

describe('the host', () => {
  it('knows the kernel', () => {
    const { tickNs, ...facts } = host().facts;
    expect(facts).toEqual({
      kernel: release(),
      architecture: output('uname', ['-m']).trim(),
      rootless: false,
      time: 'real',
    });
    // HZ is 100, 250, 300 or 1000 (kernel/Kconfig.hz); 300 does not divide a second.
    expect([10_000_000, 4_000_000, 3_333_333, 1_000_000].some((jiffyNs) => Math.abs(tickNs - jiffyNs) < 1000)).toBe(
      true,
    );
    expect(host().hasCommand('sh')).toBe(true);
    expect(host().hasCommand('no-such-command')).toBe(false);
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

  it('opens a network before it is wanted, and gives it to the next who asks for the same', async () => {
    const network = () => readlinkSync('/proc/thread-self/ns/net');
    await open().close();
    const home = network();
    host().prepareRun(IPV6);
    host().prepareRun(IPV4);
    host().prepareRun(IPV4);
    expect(network()).toBe(home);
    const run = open({ ...IPV4 });
    expect(run.hasSysctl('net.ipv4.tcp_syncookies')).toBe(true);
    listen(run);
    run.startTimedPart();
    run.inject(segment(IPV4, 40_001, TCP_FLAG.SYN));
    expect(run.receive().map(({ direction }) => direction)).toEqual(['in', 'out']);
    run.endTimedPart();
    expect(output('ss', ['-Htln'])).toMatch(/:8080/);
    const prepared = network();
    await run.close();
    expect(network()).toBe(home);
    await open().close();
    const other = open(IPV6);
    expect(output('ip', ['-6', 'address'])).toContain(IPV6.localAddress);
    expect(new Set([home, prepared, network()]).size).toBe(3);
    await other.close();
  });

  it.each(LINK_KINDS)('tells that its device has gone down, over %s', (link) => {
    const run = open({ ...IPV4, link });
    run.checkGround();
    output('ip', ['link', 'set', 'tun0', 'down']);
    expect(refusal(() => run.checkGround())).toMatchObject({
      code: 'link-down',
      message: expect.stringContaining('tun0'),
    });
  });

  it('leaves nothing behind when a network cannot be opened', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await open().close();
    await sleep(200);
    const before = descriptors();
    const network = readlinkSync('/proc/thread-self/ns/net');
    const error = refusal(() => host().openRun({ ...IPV4, mtu: 10 }));
    expect(error).toMatchObject({ code: 'system-call', message: 'setting mtu 10 of tun0: EINVAL' });
    expect(descriptors()).toBe(before);
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(network);
    open();
  });

  it('leaves no descriptor and no network behind', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const once = async () => {
      const run = host().openRun(IPV4);
      const listener = listen(run);
      establish(run, IPV4, 40001);
      const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
      // Closed, and never acknowledged: the kernel would keep it for minutes.
      succeeded(run.call({ name: 'write', fd, buffer: sends(1) }, LIMIT_NS));
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
    expect(networks() - networksBefore).toBeLessThan(100);
  });
});

/** How many networks the kernel has. */
function networks(): number {
  return Number(/^net_namespace\s+(\d+)/m.exec(output('cat', ['/proc/slabinfo']))?.[1]);
}
