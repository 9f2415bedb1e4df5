import { describe, expect, it } from 'vitest';
import { joinNeeds, shellNeeds } from '../../../src/spec/pkt/gate';

describe('sysctls that commands set by name', () => {
  it.each([
    ['sysctl -q net.ipv4.tcp_ecn=1  # fully', ['net.ipv4.tcp_ecn']],
    ['sysctl -w net/ipv4/conf/eth0.1/rp_filter=0', ['net.ipv4.conf.eth0/1.rp_filter']],
    ['sysctl -q net.ipv4.tcp_rmem="4096 131072 $((32*1024))" net.core.x_y=1', ['net.ipv4.tcp_rmem', 'net.core.x_y']],
    [
      './defaults.sh\n ../set_sysctls.py \\\n  /proc/sys/net/ipv4/tcp_a=1 \\\n /proc/sys/net/ipv4/tcp_b="1 2"',
      ['net.ipv4.tcp_a', 'net.ipv4.tcp_b'],
    ],
    ['echo 3 > /proc/sys/net/ipv4/tcp_c', ['net.ipv4.tcp_c']],
    ['sysctl -e -q net.ipv4.tcp_ecn=1', []],
    ['sysctl -q net.ipv4.tcp_ecn=1 || true', []],
    ['sysctl -q kernel.pid_max=5', []],
    ['sysctl net.ipv4.tcp_ecn', []],
    ['sysctl -q net.$X=1', []],
    ['if true; then sysctl -q net.ipv4.tcp_ecn=1; fi', []],
    ['echo 3 > /sys/module/tcp_cubic/parameters/x', []],
  ])('%j', (text, sysctls) => {
    expect(shellNeeds(text).sysctls).toEqual(sysctls);
  });
});

describe('programs that commands call', () => {
  it.each([
    ['./defaults.sh\ntc qdisc add dev tun0 root fq; ip link > /dev/null 2>&1', ['tc', 'ip']],
    ['nstat -s | grep x | grep -q " 2 "', ['nstat', 'grep']],
    ['A=1 B=2 ethtool -K tun0 tso off', ['ethtool']],
    ['echo hi; cd /tmp && $X y; /bin/rm z; . x', []],
    ['missing 2>/dev/null || true', []],
    ['while true; do foo; done', []],
    ['f() { bar; }; f', []],
  ])('%j', (text, commands) => {
    expect(shellNeeds(text).commands).toEqual(commands);
  });
});

it('needs of several commands add up', () => {
  expect(joinNeeds(['tc x', 'tc y; ip z'].map(shellNeeds))).toEqual({ sysctls: [], commands: ['tc', 'ip'] });
});

it('a command as long as a book is not looked into', () => {
  expect(shellNeeds(`x${'"a"'.repeat(1_000_000)}`)).toEqual({ sysctls: [], commands: [] });
});
