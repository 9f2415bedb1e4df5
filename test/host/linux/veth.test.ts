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

  it('needs no neighbours and asks for none', () => {
    const run = open(network);
    listen(run, 5, '::');
    run.inject(segment(network, 40_001, TCP_FLAG.SYN));
    expect(run.receive()).toHaveLength(2);
    expect(output('ip', [`-${network.ipVersion}`, 'neighbour', 'show'])).toBe('');
  });
});
