import { describe, expect, it } from 'vitest';
import { nearestSysctls } from '../../../src/host/linux/sysctl';
import { output, refusal, useTestHost } from '../../support/live';

const { open } = useTestHost();

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

describe('near names', () => {
  const known = ['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_synack_retries', 'net.core.somaxconn'];

  it.each([
    ['net.ipv4.tcp_syncookie', ['net.ipv4.tcp_syncookies']],
    ['net.ipv4.somaxconn', ['net.core.somaxconn']],
    ['net.something.else.entirely', []],
    ['net.ipv4.no_such_thing_at_all', []],
  ])('of %s are %j', (name, nearest) => {
    expect(nearestSysctls(name, known)).toEqual(nearest);
  });
});
