/** What a flood counts is what the kernel counts, and nothing of others is lost by it. */
import { describe, expect, it } from 'vitest';
import { FLOOD_AHEAD, type FloodRequest, type Run } from '../../../src/host/host';
import type { Network } from '../../../src/timeline/timeline';
import { LINK_KINDS } from '../../../src/spec/link-kind';
import { addressBytes, formatAddress } from '../../../src/wire/address';
import { decodePacket } from '../../../src/wire/packet';
import { tcpOf } from '../../../src/wire/segment';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import { IPV4, IPV6, listen, segment } from '../../support/segments';

const { open } = useTestHost();

const NETWORKS: readonly (readonly [string, Network])[] = LINK_KINDS.flatMap((link) => [
  [`${link} over IPv4`, { ...IPV4, link }] as const,
  [`${link} over IPv6`, { ...IPV6, link }] as const,
]);

function neighbour(network: Network, distance: number): string {
  const bytes = addressBytes(network.remoteAddress, network.ipVersion).slice();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + distance;
  return formatAddress(bytes);
}

/** SYNs from two addresses behind that of the remote side, half of them from each. */
function syns(network: Network, count: number, synAt = (index: number) => syn(network, index)): FloodRequest {
  const packetsFrom = (from: number): readonly Uint8Array[] =>
    Array.from({ length: Math.min(FLOOD_AHEAD, count - from) }, (_, place) => synAt(from + place));
  return { count, packetsFrom, sources: { first: addressBytes(neighbour(network, 1), network.ipVersion), count: 2 } };
}

function syn(network: Network, index: number): Uint8Array {
  const remoteAddress = neighbour(network, 1 + (index % 2));
  return segment({ ...network, remoteAddress }, 10_000 + index, TCP_FLAG.SYN, { seq: index });
}

function moved(run: Run, name: string, before: Readonly<Record<string, number>>): number {
  return (run.counters()[name] ?? 0) - (before[name] ?? 0);
}

/** There, each packet has a header of its own and is written by itself. */
const SUPER: typeof NETWORKS = [['of super-segments', { ...IPV4, superSegments: true }]];

describe.each([...NETWORKS, ...SUPER])('a flood, %s', (_, network) => {
  it('is answered as often as the kernel says', () => {
    const run = open(network);
    run.setSysctl('net.ipv4.tcp_syncookies', '1');
    listen(run, 16, '::');
    const before = run.counters();
    run.startTimedPart();
    const { sent, errno, answered } = run.flood(syns(network, 2_000));
    run.endTimedPart();
    expect({ sent, errno, answered }).toEqual({ sent: 2_000, errno: '', answered: 2_000 });
    expect(moved(run, 'TcpExt.SyncookiesSent', before)).toBe(2_000 - 17);
  });

  it('ends with the first packet that is refused', () => {
    const run = open(network);
    listen(run, 4, '::');
    run.startTimedPart();
    const request = syns(network, 200, (at) => (at === 70 ? Uint8Array.of(0x10) : syn(network, at)));
    const { sent, errno } = run.flood(request);
    run.endTimedPart();
    expect({ sent, errno }).toEqual({ sent: 70, errno: 'EINVAL' });
  });

  it('of more frames than the capture has room for is not captured, on whichever devices it shows', () => {
    const run = open(network);
    listen(run, 4, '::');
    run.startTimedPart();
    expect(run.flood(syns(network, 30_000)).sent).toBe(30_000);
    expect(run.receive()).toEqual([]);
    run.endTimedPart();
  });

  it('is not given out, and what others send is', () => {
    const run = open(network);
    run.setSysctl('net.ipv4.tcp_syncookies', '1');
    listen(run, 4, '::');
    run.startTimedPart();
    run.flood(syns(network, 20));
    expect(run.receive()).toEqual([]);
    // One address before the flood's, and one behind them.
    for (const distance of [0, 3]) {
      const remoteAddress = neighbour(network, distance);
      const others = segment({ ...network, remoteAddress }, 40_001, TCP_FLAG.SYN);
      run.flood(syns(network, 1, (index) => (run.inject(others), syn(network, index))));
      expect(run.receive().map(({ direction, bytes }) => [direction, tcpOf(decodePacket(bytes))?.flags])).toEqual([
        ['in', TCP_FLAG.SYN],
        ['out', TCP_FLAG.SYN | TCP_FLAG.ACK],
      ]);
    }
    run.inject(syn(network, 0));
    expect(run.receive().length).toBeGreaterThan(0);
    run.endTimedPart();
  });
});
