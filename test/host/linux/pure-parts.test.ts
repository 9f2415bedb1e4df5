import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { outcomeOf, prepareCall } from '../../../src/host/linux/calls';
import { chooseMoment } from '../../../src/host/linux/clock';
import { errnoName } from '../../../src/host/linux/errno';
import { maskHostBits } from '../../../src/host/linux/link';
import { encodeSocketAddress, formatSocketAddress } from '../../../src/host/linux/socket-address';
import { nearestNames } from '../../../src/host/linux/sysctl';

describe('the moment of a stamp', () => {
  const bounds = [NS_PER_S, 2 * NS_PER_S] as const;

  it('is the first candidate when that is possible', () => {
    expect(chooseMoment([1.5 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.5 * NS_PER_S);
  });

  it('is that of the clock before its step when the other cannot be', () => {
    expect(chooseMoment([-3600 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.7 * NS_PER_S);
    expect(chooseMoment([3600 * NS_PER_S, 1.7 * NS_PER_S], ...bounds)).toBe(1.7 * NS_PER_S);
  });

  it('may lie a little before its lower bound', () => {
    expect(chooseMoment([NS_PER_S - NS_PER_MS / 2], ...bounds)).toBe(NS_PER_S - NS_PER_MS / 2);
  });

  it('is the nearer bound when nothing is possible', () => {
    expect(chooseMoment([9 * NS_PER_S, 8 * NS_PER_S], ...bounds)).toBe(2 * NS_PER_S);
    expect(chooseMoment([-9 * NS_PER_S], ...bounds)).toBe(NS_PER_S);
  });
});

describe('names of errors', () => {
  it.each([
    [0, ''],
    [5, ''],
    [-1, 'EPERM'],
    [-4, 'EINTR'],
    [-11, 'EAGAIN'],
    [-22, 'EINVAL'],
    [-38, 'ENOSYS'],
    [-71, 'EPROTO'],
    [-88, 'ENOTSOCK'],
    [-95, 'EOPNOTSUPP'],
    [-98, 'EADDRINUSE'],
    [-104, 'ECONNRESET'],
    [-110, 'ETIMEDOUT'],
    [-111, 'ECONNREFUSED'],
    [-113, 'EHOSTUNREACH'],
    [-115, 'EINPROGRESS'],
    [-125, 'ECANCELED'],
    [-133, 'EHWPOISON'],
    [-41, 'E41'],
    [-9999, 'E9999'],
  ])('%i is %s', (result, name) => {
    expect(errnoName(result)).toBe(name);
  });
});

describe('socket addresses', () => {
  it('are network byte order behind a family of the machine', () => {
    const ipv4 = encodeSocketAddress({ family: 'ipv4', address: '192.0.2.1', port: 40001 });
    expect([...ipv4]).toEqual([2, 0, 0x9c, 0x41, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const ipv6 = encodeSocketAddress({ family: 'ipv6', address: '2001:db8::1', port: 80 });
    expect(ipv6).toHaveLength(28);
    expect([...encodeSocketAddress({ family: 'unspec' })]).toEqual(new Array(16).fill(0));
  });

  it.each([
    ['192.0.2.1:80', { family: 'ipv4', address: '192.0.2.1', port: 80 }],
    ['[2001:db8::1]:80', { family: 'ipv6', address: '2001:db8::1', port: 80 }],
    ['192.0.2.1:80', { family: 'ipv6', address: '::ffff:192.0.2.1', port: 80 }],
    [undefined, { family: 'unspec' }],
  ] as const)('are written as %s', (text, address) => {
    expect(formatSocketAddress(encodeSocketAddress(address))).toBe(text);
  });
});

describe('a prefix', () => {
  it.each([
    [[192, 0, 2, 1], 24, [192, 0, 2, 0]],
    [[192, 0, 2, 255], 25, [192, 0, 2, 128]],
    [[255, 255, 255, 255], 0, [0, 0, 0, 0]],
    [[1, 2, 3, 4], 32, [1, 2, 3, 4]],
  ])('of %j/%i is %j', (bytes, length, masked) => {
    expect([...maskHostBits(Uint8Array.from(bytes), length)]).toEqual(masked);
  });
});

describe('near names', () => {
  const known = ['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_synack_retries', 'net.core.somaxconn'];

  it.each([
    ['net.ipv4.tcp_syncookie', ['net.ipv4.tcp_syncookies']],
    ['net.ipv4.somaxconn', ['net.core.somaxconn']],
    ['net.something.else.entirely', []],
  ])('of %s are %j', (name, nearest) => {
    expect(nearestNames(name, known)).toEqual(nearest);
  });
});

describe('a prepared call', () => {
  it('tells errors from values', () => {
    const call = prepareCall({ name: 'read', fd: 3, count: 4 });
    expect(call.maySleep).toBe(true);
    expect(call.values).toHaveLength(6);
    expect(outcomeOf(call, -11)).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(outcomeOf(call, 2)).toEqual({ returned: 2, errno: '', outputs: { bytes: Uint8Array.of(0, 0) } });
  });

  it('does not look at bytes that the caller changes afterwards', () => {
    const bytes = Uint8Array.of(1, 2);
    const call = prepareCall({ name: 'write', fd: 3, bytes });
    bytes[0] = 9;
    expect(call.memory[0]).toEqual(Uint8Array.of(1, 2));
  });
});
