import { describe, expect, it } from 'vitest';
import { explainOpenFailure } from '../../../src/host/linux/tun';
import type { Network } from '../../../src/timeline/timeline';
import { viewOf } from '../../../src/wire/bytes';
import { output, useTestHost } from '../../support/live';
import {
  acceptOne,
  answers,
  establish,
  integer,
  IPV4,
  IPV6,
  LIMIT_NS,
  listen,
  room,
  succeeded,
} from '../../support/segments';

const { open } = useTestHost();

const SO_SNDBUF = 7;

describe('the device', () => {
  it('names the errno of a packet that the device does not take', () => {
    expect(open().inject(Uint8Array.of(0x10, 0, 0, 0)).errno).toBe('EINVAL');
  });
});

const PAYLOAD = new Uint8Array(4000);

/** Lengths of the payloads that the kernel sends when it is given 4000 bytes at once. */
function sentLengths(network: Network): readonly number[] {
  const run = open(network);
  const { fd } = acceptOne(run, network);
  succeeded(run.call({ name: 'write', fd, buffer: { kind: 'bytes', bytes: PAYLOAD } }, LIMIT_NS));
  return answers(run).map(({ payload }) => payload.length);
}

describe.each([
  ['IPv4', IPV4],
  ['IPv6', IPV6],
])('super-segments over %s', (_, network) => {
  it('come out whole', () => {
    // A segment has 536 bytes when no MSS is told, over IPv6 1220 (RFC 9293, section 3.7.1).
    expect(Math.max(...sentLengths(network))).toBeLessThanOrEqual(1220);
    const lengths = sentLengths({ ...network, superSegments: true });
    expect(lengths.reduce((sum, one) => sum + one, 0)).toBe(PAYLOAD.length);
    expect(Math.max(...lengths)).toBeGreaterThan(1500);
  });

  it('go in as merged from segments of the size that is told', () => {
    const run = open({ ...network, superSegments: true, gsoSize: 1000 });
    const { fd, receives } = acceptOne(run, network);
    receives(...PAYLOAD);
    const { returned, outputs } = run.call({ name: 'read', fd, buffer: room(5000) }, LIMIT_NS).outcome;
    expect(returned).toBe(4000);
    expect(outputs.bytes).toEqual(PAYLOAD);
    const injected = run.receive().filter(({ direction }) => direction === 'in');
    expect(injected.map(({ bytes }) => bytes.length)).toContain(4000 + (network.ipVersion === 4 ? 40 : 60));
    // tcp_measure_rcv_mss takes the size of the merged segments for the sender's.
    const info = run.tcpInfo(fd);
    const receiveMss = 'bytes' in info ? viewOf(info.bytes).getUint32(20, true) : 0;
    expect(receiveMss).toBe(1000);
  });

  it('may be far longer than the MTU', () => {
    const run = open({ ...network, superSegments: true });
    const { fd, acknowledges } = acceptOne(run, network);
    const buffer = { kind: 'bytes', bytes: new Uint8Array(400_000) } as const;
    succeeded(run.call({ name: 'setsockopt', fd, level: 1, option: SO_SNDBUF, value: integer(4_000_000) }, LIMIT_NS));
    succeeded(run.call({ name: 'write', fd, buffer }, LIMIT_NS));
    const lengths: number[] = [];
    for (let sent = 0; sent < buffer.bytes.length; ) {
      const now = answers(run).map(({ payload }) => payload.length);
      expect(now).not.toEqual([]);
      lengths.push(...now);
      sent += now.reduce((sum, one) => sum + one, 0);
      acknowledges(sent);
    }
    expect(lengths.reduce((sum, one) => sum + one, 0)).toBe(buffer.bytes.length);
    expect(Math.max(...lengths)).toBeGreaterThan(10_000);
  });

  it('leave the device otherwise as it is', () => {
    const run = open({ ...network, superSegments: true });
    listen(run, 5, '::');
    establish(run, network, 40_001);
    expect(run.inject(Uint8Array.of(0x10, 0, 0, 0)).errno).toBe('EINVAL');
    expect(run.inject(new Uint8Array(70_000).fill(0x45)).errno).toBe('EMSGSIZE');
    expect(output('ethtool', ['-k', 'tun0'])).toMatch(/tcp-segmentation-offload: on/);
  });
});

describe('a device that cannot be opened', () => {
  it.each([
    [-2, 'no-tun', 'modprobe tun'],
    [-19, 'no-tun', 'modprobe tun'],
    [-13, 'no-permission', 'chmod 0666 /dev/net/tun'],
    [-1, 'no-permission', 'run as root'],
    [-24, 'no-tun', 'cannot be used'],
  ])('is explained for %i', (result, code, hint) => {
    expect(explainOpenFailure(result)).toEqual({ code, hint: expect.stringContaining(hint) });
  });
});
