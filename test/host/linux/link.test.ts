import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/base/nanoseconds';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, refusal, useTestHost } from '../../support/live';
import { establish, IPV4, IPV6, listen, segment } from '../../support/segments';

const { open } = useTestHost();

describe('the interfaces', () => {
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

  it('has the prefixes, the MTU and the speed that are asked for', () => {
    open({ ...IPV4, localPrefixLength: 20, remotePrefixLength: 28, mtu: 9000, speedMbps: 100_000 });
    expect(output('ip', ['-brief', 'address', 'show', 'tun0'])).toContain('192.168.0.1/20');
    expect(output('ip', ['route', 'show', 'dev', 'tun0'])).toContain('192.0.2.0/28');
    expect(output('ip', ['link', 'show', 'tun0'])).toContain('mtu 9000');
    expect(output('ethtool', ['tun0'])).toContain('Speed: 100000Mb/s');
  });
});

describe('a gateway', () => {
  it.each([
    ['the local address itself, over IPv4', IPV4, '192.168.0.1', '192.0.2.0/24 via 192.168.0.1'],
    ['another address of the local network, over IPv4', IPV4, '192.168.0.9', '192.0.2.0/24 via 192.168.0.9'],
    [
      'another address of the local network, over IPv6',
      IPV6,
      'fd3d:a0b:17d6:8888::1',
      'fd3d:fa7b:d17d::/48 via fd3d:a0b:17d6:8888::1',
    ],
  ])('is %s', (_, network, gateway, shown) => {
    const run = open({ ...network, gateway });
    expect(output('ip', [`-${network.ipVersion}`, 'route', 'show', 'dev', 'tun0'])).toContain(shown);
    listen(run, 5, '::');
    establish(run, network, 40_001);
    expect(run.sockets().map(({ state }) => state)).toContain('ESTABLISHED');
  });

  it('must be one to the kernel', () => {
    const error = refusal(() => open({ ...IPV6, gateway: IPV6.localAddress }));
    expect(error).toMatchObject({
      code: 'system-call',
      message: 'route to fd3d:fa7b:d17d::1/48 via fd3d:a0b:17d6::1: EINVAL',
    });
    expect(refusal(() => open({ ...IPV4, gateway: '10.9.9.9' })).message).toContain('ENETUNREACH');
  });
});
