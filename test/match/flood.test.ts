import { describe, expect, it } from 'vitest';
import { FloodPeers, floodPeersOf } from '../../src/match/flood';
import { networkOf } from '../../src/timeline/network';
import { connection, field, fromKernel, inject, seg, step, timelineOf } from '../support/builders';
import { walk } from '../support/walk';

const SYN = seg('S', { seq: 0 });
const floodOf = (count: number) => step({ kind: 'flood', packet: SYN, count }, { connection: null });

describe('the peers of a flood', () => {
  it.each([
    ['ipv4', 0, '192.0.2.2', 1_024],
    ['ipv4', 64_511, '192.0.2.2', 65_535],
    ['ipv4', 64_512, '192.0.2.3', 1_024],
    ['ipv6', 100_000, 'fd3d:fa7b:d17d::3', 36_512],
  ] as const)('over %s, segment %d comes from %s port %d', (ip, index, address, port) => {
    const peers = new FloodPeers(networkOf(ip), 100_001);
    expect(peers.at(index)).toMatchObject({ address, port });
  });

  it('come from one port behind the other, as far as an address has them', () => {
    const peers = new FloodPeers(networkOf('ipv4'), 130_000);
    expect([0, 64_500, 64_511, 64_512].map((index) => peers.at(index).left)).toEqual([64_512, 12, 1, 64_512]);
  });

  it('are no two alike, and none is the peer of a connection that has a name', () => {
    const peers = new FloodPeers(networkOf('ipv4'), 130_000);
    const all = Array.from({ length: 130_000 }, (_, index) => `${peers.at(index).address} ${peers.at(index).port}`);
    expect(new Set(all).size).toBe(130_000);
    expect(peers.hasAddress(networkOf('ipv4').remoteAddress)).toBe(false);
  });

  it('are those of the largest flood of a timeline', () => {
    expect(floodPeersOf(timelineOf([inject(SYN)]))).toBeUndefined();
    const peers = floodPeersOf(timelineOf([floodOf(10), floodOf(70_000), floodOf(20)]));
    expect(['192.0.2.2', '192.0.2.3', '192.0.2.4'].map((text) => peers?.hasAddress(text))).toEqual([true, true, false]);
    expect(peers?.addresses).toEqual({ first: Uint8Array.of(192, 0, 2, 2), count: 2 });
  });
});

describe('what the walk makes of a flood', () => {
  const flooded = {
    kind: 'flooded',
    step: 0,
    plannedNs: 0,
    startedNs: 0,
    endedNs: 5_000,
    sent: 9,
    answered: 7,
  } as const;
  const expecting = (answered: number) =>
    timelineOf([
      step({ kind: 'flood', packet: SYN, count: 9, answered: field('answered', answered) }, { connection: null }),
    ]);

  it('the answers are compared, when a number is written', () => {
    const { checks } = walk(expecting(8), [{ ...flooded, errno: '' }]);
    expect(checks.filter(({ passed }) => !passed).map(({ kind, mismatches }) => [kind, mismatches])).toEqual([
      ['flood', [{ field: 'answered', expected: '8', observed: '7' }]],
    ]);
    expect(walk(expecting(7), [{ ...flooded, errno: '' }]).checks.every(({ passed }) => passed)).toBe(true);
  });

  it('one that crawls is the lateness of the harness', () => {
    const timings = (endedNs: number) => walk(expecting(7), [{ ...flooded, endedNs, errno: '' }]).timings;
    expect(timings(5e9)).toHaveLength(1);
    expect(timings(5.1e9).at(-1)).toEqual({ step: 0, plannedNs: 0, startedNs: 5.1e9, allowedNs: 5e9 });
  });

  it('a device that takes no more ends the run', () => {
    const progress = walk(expecting(7), [{ ...flooded, sent: 3, errno: 'ENOBUFS' }]);
    expect(progress.failed).toBe(true);
    expect(progress.checks[0]?.message).toBe('the device refused the packet after 3: ENOBUFS');
  });

  it('what comes for its peers later is no stray', () => {
    const late = fromKernel(seg('S.'), connection(0, { remoteAddress: '192.0.2.2', remotePort: 1_024 }));
    const progress = walk(expecting(7), [
      { ...flooded, errno: '' },
      { kind: 'frame', direction: 'out', atNs: 9_000, bytes: late },
      { kind: 'frame', direction: 'out', atNs: 9_000, bytes: fromKernel(seg('S.'), connection(9)) },
    ]);
    expect(progress.book.untaken()).toHaveLength(1);
  });
});
