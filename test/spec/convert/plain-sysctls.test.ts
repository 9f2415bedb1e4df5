import { expect, it } from 'vitest';
import { plainSysctls } from '../../../src/spec/convert/plain-sysctls';

const found = (text: string) => {
  const sysctls = plainSysctls(text);
  return sysctls === undefined ? undefined : Object.fromEntries(sysctls);
};

it.each([
  ['sysctl -q net.ipv4.tcp_sack=0', { 'net.ipv4.tcp_sack': '0' }],
  [
    'sysctl -w net.ipv4.tcp_sack=0 net.ipv4.tcp_rmem="4096 1 2"\n # why\nsysctl -q net.ipv4.tcp_sack=1',
    { 'net.ipv4.tcp_rmem': '4096 1 2', 'net.ipv4.tcp_sack': '1' },
  ],
  [
    "sysctl 'net.ipv4.tcp_rmem=4096 1 2'; sysctl -q net.core.somaxconn=5",
    { 'net.ipv4.tcp_rmem': '4096 1 2', 'net.core.somaxconn': '5' },
  ],
  ['', {}],
])('%j', (text, sysctls) => {
  expect(found(text)).toEqual(sysctls);
});

it.each([
  './defaults.sh',
  'sysctl -q net.ipv4.tcp_sack=0\ntc qdisc add dev tun0 root pfifo',
  'sysctl -q kernel.pid_max=5',
  'sysctl -q net.ipv4.tcp_sack=$X',
  'sysctl -q net.ipv4.tcp_sack=0 || true',
  'sysctl -q net.ipv4.tcp_sack=0 > /dev/null',
  'sysctl net.ipv4.tcp_sack',
])('does more: %j', (text) => {
  expect(plainSysctls(text)).toBeUndefined();
});
