import { describe, expect, it } from 'vitest';
import { TCP_FLAG } from '../../../../src/wire/wire';
import { useTestHost } from '../../../support/live';
import { acceptOne, AF_INET, answers, integer, LIMIT_NS, listen, succeeded } from '../../../support/segments';

const { open } = useTestHost();

const SIOCINQ = 0x541b;

describe('calls on sockets', () => {
  it('gives values, options, addresses and errnos', () => {
    const run = open();
    const fd = listen(run);
    const option = { name: 'getsockopt', fd, level: 1, option: 2, length: 4 } as const;
    expect(run.call(option, LIMIT_NS).outcome).toEqual({
      returned: 0,
      errno: '',
      outputs: { bytes: integer(1), value: 1, length: 4 },
    });
    succeeded(run.call({ name: 'fcntl', fd, command: 4, argument: 0o4000 }, LIMIT_NS));
    expect(run.call({ name: 'accept', fd }, LIMIT_NS).outcome).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(run.call({ name: 'listen', fd: 999, backlog: 1 }, LIMIT_NS).outcome.errno).toBe('EBADF');
  });

  it('says what ioctl wrote', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    receives(7, 8);
    expect(run.call({ name: 'ioctl', fd, request: SIOCINQ }, LIMIT_NS).outcome.outputs.value).toBe(2);
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
