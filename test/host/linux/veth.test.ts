import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEVICE } from '../../../src/host/linux/link';
import type { Network } from '../../../src/timeline/timeline';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, useTestHost } from '../../support/live';
import { IPV4, IPV6, listen, segment } from '../../support/segments';

const { host, open } = useTestHost();

const OPENED = 60;

describe.each([
  ['IPv4', { ...IPV4, link: 'raw' }],
  ['IPv6', { ...IPV6, link: 'raw' }],
] as const)('a pair of Ethernet cards over %s', (_, network: Network) => {
  it('has one end in the network of the run, the other elsewhere', () => {
    open(network);
    expect(output('ip', ['-details', 'link', 'show', DEVICE])).toMatch(/<[^>]*NOARP[^>]*LOWER_UP[^>]*>[^]*veth/);
    expect(output('ip', ['-brief', 'link'])).not.toContain('harness0');
  });

  it('loses no packet that is sent right after it was made', async () => {
    for (let round = 0; round < OPENED; round++) {
      const run = host().openRun(network);
      listen(run, 5, '::');
      run.inject(segment(network, 40_001, TCP_FLAG.SYN));
      const directions = run.receive().map(({ direction }) => direction);
      await run.close();
      expect(directions).toEqual(['in', 'out']);
    }
  });

  it('does not take a packet for sent when the other end is down', async () => {
    const run = open(network);
    output('ip', ['link', 'set', DEVICE, 'down']);
    const errnos = new Set<string>();
    // A kernel thread tells the harness's end.
    for (let round = 0; round < 100 && errnos.size === 0; round++) {
      const { errno } = run.inject(segment(network, 40_001, TCP_FLAG.SYN));
      if (errno !== '') errnos.add(errno);
      await sleep(20);
    }
    expect([...errnos]).toEqual(['ENOBUFS']);
  });

  it('needs no neighbours and asks for none', () => {
    const run = open(network);
    listen(run, 5, '::');
    run.inject(segment(network, 40_001, TCP_FLAG.SYN));
    expect(run.receive()).toHaveLength(2);
    expect(output('ip', [`-${network.ipVersion}`, 'neighbour', 'show'])).toBe('');
  });
});
