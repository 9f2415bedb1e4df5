import { describe, expect, it } from 'vitest';
import { DEVICE } from '../../../src/host/linux/link';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, useTestHost } from '../../support/live';
import { IPV4, listen, segment } from '../../support/segments';

const { open } = useTestHost();

describe('raw sockets over lo', () => {
  it("are seen where the kernel receives, and the kernel's answers where they leave: each once", () => {
    const network = { ...IPV4, link: 'raw-lo' } as const;
    const run = open(network);
    listen(run);
    run.inject(segment(network, 40_001, TCP_FLAG.SYN));
    expect(run.receive().map(({ direction }) => direction)).toEqual(['in', 'out']);
    const bytesOf = (device: string) => output('ip', ['-s', 'link', 'show', device]);
    // Received packets of lo, and sent ones of the device.
    expect(bytesOf('lo')).toMatch(/RX:.*\n\s+\d+\s+1\s/);
    expect(bytesOf(DEVICE)).toMatch(/TX:.*\n\s+\d+\s+1\s/);
  });

  it('takes what is longer than the MTU of the device', () => {
    const network = { ...IPV4, link: 'raw-lo' } as const;
    const run = open(network);
    const long = segment(network, 40_001, TCP_FLAG.ACK, { payload: new Uint8Array(9000) });
    expect(run.inject(long).errno).toBe('');
    expect(open({ ...IPV4, link: 'raw' }).inject(long).errno).toBe('EMSGSIZE');
  });
});
