import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../../src/base/nanoseconds';
import { outcomeOf, prepareCall } from '../../../src/host/linux/calls';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import {
  AF_INET,
  answers,
  establish,
  IPV4,
  integer,
  LIMIT_NS,
  listen,
  segment,
  succeeded,
} from '../../support/segments';

const { open } = useTestHost();

describe('calls', () => {
  it('gives values, options, addresses and errnos', () => {
    const run = open();
    const fd = listen(run);
    const option = { name: 'getsockopt', fd, level: 1, option: 2, length: 4 } as const;
    expect(run.call(option, LIMIT_NS).outcome).toEqual({
      returned: 4 - 4,
      errno: '',
      outputs: { bytes: integer(1), value: 1, length: 4 },
    });
    succeeded(run.call({ name: 'fcntl', fd, command: 4, argument: 0o4000 }, LIMIT_NS));
    expect(run.call({ name: 'accept', fd }, LIMIT_NS).outcome).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(run.call({ name: 'poll', entries: [{ fd, events: 1 }], timeoutMs: 0 }, LIMIT_NS).outcome).toEqual({
      returned: 0,
      errno: '',
      outputs: { revents: [0] },
    });
    expect(run.call({ name: 'listen', fd: 999, backlog: 1 }, LIMIT_NS).outcome.errno).toBe('EBADF');
  });

  it('moves data both ways', () => {
    const run = open();
    const listener = listen(run);
    establish(run, IPV4, 40001);
    const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
    const bytes = Uint8Array.of(1, 2, 3);
    succeeded(run.call({ name: 'write', fd, bytes }, LIMIT_NS));
    const [data] = answers(run);
    expect(data?.payload).toEqual(bytes);
    const ack = (data?.seq ?? 0) + 3;
    run.inject(segment(IPV4, 40001, TCP_FLAG.ACK | TCP_FLAG.PSH, { seq: 1001, ack, payload: Uint8Array.of(7, 8) }));
    const waiting = run.call({ name: 'ioctl', fd, request: 0x541b }, LIMIT_NS).outcome;
    expect(waiting.outputs.value).toBe(2);
    expect(run.sockets().find(({ remotePort }) => remotePort === 40001)?.receiveQueue).toBe(2);
    const read = run.call({ name: 'read', fd, count: 100 }, LIMIT_NS).outcome;
    expect(read).toEqual({ returned: 2, errno: '', outputs: { bytes: Uint8Array.of(7, 8) } });
  });

  it('interrupts one that sleeps past its limit', () => {
    const run = open();
    const listener = listen(run);
    establish(run, IPV4, 40001);
    const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
    const { startedNs, endedNs, outcome, interrupted } = run.call({ name: 'read', fd, count: 1 }, 30 * NS_PER_MS);
    expect(outcome).toMatchObject({ returned: -1, errno: 'EINTR' });
    expect(interrupted).toBe(true);
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(30 * NS_PER_MS);
    expect(endedNs - startedNs).toBeLessThan(300 * NS_PER_MS);
  });

  it('connects to the remote side', () => {
    const run = open();
    const socket = { name: 'socket', domain: AF_INET, type: 1 | 0o4000, protocol: 0 } as const;
    const fd = succeeded(run.call(socket, LIMIT_NS)).returned;
    const address = { family: 'ipv4', address: '192.0.2.1', port: 80 } as const;
    expect(run.call({ name: 'connect', fd, address }, LIMIT_NS).outcome.errno).toBe('EINPROGRESS');
    expect(answers(run)).toMatchObject([{ flags: TCP_FLAG.SYN, targetPort: 80 }]);
    expect(run.sockets()).toMatchObject([
      { state: 'SYN_SENT', remoteAddress: '192.0.2.1', localAddress: '192.168.0.1' },
    ]);
  });

  it('gives TCP_INFO in full length, or the errno', () => {
    const run = open();
    const info = run.tcpInfo(listen(run));
    expect('bytes' in info ? info.bytes.length : info.errno).toBeGreaterThanOrEqual(104);
    expect(run.tcpInfo(999)).toEqual({ errno: 'EBADF' });
  });
});

describe('a prepared call', () => {
  it('tells errors from values', () => {
    const call = prepareCall({ name: 'read', fd: 3, count: 4 });
    expect(call.maySleep).toBe(true);
    expect(call.values).toHaveLength(6);
    expect(outcomeOf(call, -11)).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(outcomeOf(call, 2)).toEqual({ returned: 2, errno: '', outputs: { bytes: Uint8Array.of(0, 0) } });
  });

  it('does not look at bytes that the caller changes afterwards', () => {
    const bytes = Uint8Array.of(1, 2);
    const call = prepareCall({ name: 'write', fd: 3, bytes });
    bytes[0] = 9;
    expect(call.memory[0]).toEqual(Uint8Array.of(1, 2));
  });
});
