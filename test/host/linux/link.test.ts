import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/base/nanoseconds';
import { maskHostBits } from '../../../src/host/linux/link';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, useTestHost } from '../../support/live';
import { IPV4, IPV6, listen, segment } from '../../support/segments';

const { open } = useTestHost();

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
});
