/** The raw links do what the TUN does, and the harness's own kernel stays silent. */
import { describe, expect, it } from 'vitest';
import { NS_PER_S, NS_PER_US } from '../../../src/base/nanoseconds';
import { DEVICE } from '../../../src/host/linux/link';
import type { Network } from '../../../src/timeline/timeline';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, useTestHost } from '../../support/live';
import { acceptOne, answers, IPV4, IPV6, LIMIT_NS, listen, room, segment, succeeded } from '../../support/segments';

const { open } = useTestHost();

const NETWORKS: readonly (readonly [string, Network])[] = (['raw', 'raw-lo'] as const).flatMap((link) => [
  [`${link} over IPv4`, { ...IPV4, link }] as const,
  [`${link} over IPv6`, { ...IPV6, link }] as const,
]);

const PAYLOAD = { kind: 'bytes', bytes: new Uint8Array(4000) } as const;

/** The longest payload when the kernel is given 4000 bytes at once. */
function longestSent(network: Network): number {
  const run = open(network);
  const { fd } = acceptOne(run, network);
  succeeded(run.call({ name: 'write', fd, buffer: PAYLOAD }, LIMIT_NS));
  return Math.max(...answers(run).map(({ payload }) => payload.length));
}

describe.each(NETWORKS)('%s', (_, network) => {
  it('carries both directions, in order, with stamps of the kernel', () => {
    const run = open(network);
    listen(run, 5, '::');
    run.startTimedPart();
    const { startedNs, errno } = run.inject(segment(network, 40_001, TCP_FLAG.SYN, { seq: 1000 }));
    const frames = run.receive();
    const endedNs = run.nowNs();
    run.endTimedPart();
    expect(errno).toBe('');
    expect(frames.map(({ direction }) => direction)).toEqual(['in', 'out']);
    const [arrivedNs = 0, answeredNs = 0] = frames.map(({ atNs }) => atNs);
    expect(arrivedNs).toBeGreaterThanOrEqual(startedNs - 5 * NS_PER_US);
    expect(answeredNs).toBeGreaterThanOrEqual(arrivedNs);
    expect(answeredNs).toBeLessThanOrEqual(endedNs + 5 * NS_PER_US);
  });

  it('delivers data to an application, and what that writes', () => {
    const run = open(network);
    const { fd, receives } = acceptOne(run, network);
    receives(1, 2, 3);
    const read = succeeded(run.call({ name: 'read', fd, buffer: room(9) }, LIMIT_NS));
    expect(read.outputs.bytes).toEqual(Uint8Array.of(1, 2, 3));
    answers(run);
    const buffer = { kind: 'bytes', bytes: Uint8Array.of(7, 8) } as const;
    succeeded(run.call({ name: 'write', fd, buffer }, LIMIT_NS));
    expect(answers(run).map(({ payload }) => [...payload])).toEqual([[7, 8]]);
  });

  it('is answered by nobody but the harness', () => {
    const run = open(network);
    listen(run, 5, '::');
    run.startTimedPart();
    run.inject(segment(network, 40_001, TCP_FLAG.SYN));
    // Longer than until the SYN+ACK is repeated: a reset would have ended the request.
    run.waitExactly(1.5 * NS_PER_S);
    const frames = run.receive();
    run.endTimedPart();
    expect(frames.map(({ direction }) => direction)).toEqual(['in', 'out', 'out']);
    expect(run.sockets().map(({ state }) => state)).toContain('SYN_RECV');
  });

  it('is silent when nothing is sent', () => {
    const run = open(network);
    run.startTimedPart();
    run.waitExactly(2 * NS_PER_S);
    expect(run.receive()).toEqual([]);
    run.endTimedPart();
  });

  it('has the MTU, and sends segments of their own', () => {
    expect(longestSent({ ...network, mtu: 1400 })).toBeLessThanOrEqual(1400);
    expect(output('ip', ['link', 'show', DEVICE])).toContain('mtu 1400');
  });

  it('lets super-segments out whole', () => {
    expect(longestSent({ ...network, superSegments: true })).toBeGreaterThan(1500);
  });

  it('names the errno of what the kernel does not send', () => {
    expect(open(network).inject(Uint8Array.of(0x45)).errno).toBe('EINVAL');
  });

  it('looks at checksums', () => {
    const run = open(network);
    const wrong = segment(network, 40_001, TCP_FLAG.SYN);
    wrong.set([0xde, 0xad], wrong.length - 4);
    run.inject(wrong);
    expect(run.counters()['Tcp.InCsumErrors']).toBe(1);
  });
});
