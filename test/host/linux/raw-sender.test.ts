import { afterEach, describe, expect, it } from 'vitest';
import { RawSender } from '../../../src/host/linux/raw-sender';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import { IPV4, IPV6, segment } from '../../support/segments';

const { open } = useTestHost();

const senders: RawSender[] = [];

function sender(...args: ConstructorParameters<typeof RawSender>): RawSender {
  const made = new RawSender(...args);
  senders.push(made);
  return made;
}

afterEach(() => {
  for (const one of senders.splice(0)) one.close();
});

const EMSGSIZE = -90;
const EINVAL = -22;
const ENETUNREACH = -101;

describe('a raw sender', () => {
  it.each([
    [4, IPV4],
    [6, IPV6],
  ] as const)('sends what nobody here could have sent, over IPv%i', (version, network) => {
    const run = open({ ...network, link: 'raw-lo' });
    const syn = segment({ ...network, link: 'raw-lo' }, 40_001, TCP_FLAG.SYN);
    expect(sender(version, network.localAddress).send(syn)).toBe(syn.length);
    const arrived = run.receive().filter(({ direction }) => direction === 'in');
    expect(arrived).toHaveLength(1);
  });

  it('gives the errno of a packet that the kernel does not send, and of one that it has no route for', () => {
    open(IPV4);
    expect(sender(4, IPV4.localAddress).send(Uint8Array.of(0x45))).toBe(EINVAL);
    expect(sender(4, '203.0.113.9').send(segment(IPV4, 40_001, TCP_FLAG.SYN))).toBe(ENETUNREACH);
    expect(sender(4, IPV4.localAddress).send(new Uint8Array(70_000))).toBe(EMSGSIZE);
  });

  it('sends nothing when it is closed: the package would open another socket, in another network', () => {
    open(IPV4);
    const closed = sender(4, IPV4.localAddress);
    closed.close();
    expect(() => closed.send(segment(IPV4, 40_001, TCP_FLAG.SYN))).toThrow('closed');
  });
});
