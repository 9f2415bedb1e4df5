import { describe, expect, it } from 'vitest';
import { encodeSocketAddress, formatSocketAddress } from '../../../src/host/linux/socket-address';

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
