import { describe, expect, it } from 'vitest';
import type { CallRequest, Run } from '../../../../src/host/host';
import { useTestHost } from '../../../support/live';
import { acceptOne, AF_INET, answers, LIMIT_NS, nowhere, room, sends, succeeded } from '../../../support/segments';

const { open } = useTestHost();

const MSG_PEEK = 0x02;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const SOCK_DGRAM = 2;

describe('reading', () => {
  it.each<readonly [string, (fd: number) => CallRequest, readonly number[]]>([
    ['read', (fd) => ({ name: 'read', fd, buffer: room(100) }), [1, 2, 3, 4, 5]],
    ['read of a part', (fd) => ({ name: 'read', fd, buffer: room(2) }), [1, 2]],
    ['readv', (fd) => ({ name: 'readv', fd, buffers: [room(2), room(1), room(9)] }), [1, 2, 3, 4, 5]],
    ['recv', (fd) => ({ name: 'recv', fd, buffer: room(100), flags: MSG_PEEK }), [1, 2, 3, 4, 5]],
  ])('%s gives the bytes', (_, request, bytes) => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    receives(1, 2, 3, 4, 5);
    expect(run.call(request(fd), LIMIT_NS).outcome).toEqual({
      returned: bytes.length,
      errno: '',
      outputs: { bytes: Uint8Array.from(bytes) },
    });
  });

  it('into NULL is EFAULT, unless the kernel only drops', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    receives(1, 2, 3, 4, 5);
    expect(run.call({ name: 'read', fd, buffer: nowhere(5) }, LIMIT_NS).outcome.errno).toBe('EFAULT');
    expect(run.call({ name: 'readv', fd, buffers: [nowhere(5)] }, LIMIT_NS).outcome.errno).toBe('EFAULT');
    const recv = { name: 'recv', fd, flags: 0 } as const;
    expect(run.call({ ...recv, buffer: nowhere(5) }, LIMIT_NS).outcome.errno).toBe('EFAULT');
    const dropped = run.call({ ...recv, flags: MSG_TRUNC, buffer: nowhere(5) }, LIMIT_NS).outcome;
    expect(dropped).toEqual({ returned: 5, errno: '', outputs: { bytes: new Uint8Array(0) } });
  });
});

describe('sending', () => {
  it.each<readonly [string, (fd: number) => CallRequest]>([
    ['write', (fd) => ({ name: 'write', fd, buffer: sends(1, 2, 3) })],
    ['writev', (fd) => ({ name: 'writev', fd, buffers: [sends(1), sends(2, 3)] })],
    ['send', (fd) => ({ name: 'send', fd, buffer: sends(1, 2, 3), flags: MSG_DONTWAIT })],
  ])('%s puts the bytes on the wire', (_, request) => {
    const run = open();
    const { fd } = acceptOne(run);
    expect(run.call(request(fd), LIMIT_NS).outcome).toEqual({ returned: 3, errno: '', outputs: {} });
    expect(answers(run).map(({ payload }) => [...payload])).toEqual([[1, 2, 3]]);
  });

  it.each<readonly [string, (fd: number) => CallRequest]>([
    ['write', (fd) => ({ name: 'write', fd, buffer: nowhereFrom(3) })],
    ['writev', (fd) => ({ name: 'writev', fd, buffers: [nowhereFrom(3)] })],
    ['send', (fd) => ({ name: 'send', fd, buffer: nowhereFrom(3), flags: 0 })],
  ])('%s from NULL is EFAULT', (_, request) => {
    const run = open();
    const { fd } = acceptOne(run);
    expect(run.call(request(fd), LIMIT_NS).outcome.errno).toBe('EFAULT');
  });

  it('goes to an address', () => {
    const run = open();
    const fd = datagramSocket(run);
    const address = { family: 'ipv4', address: '192.0.2.1', port: 53 } as const;
    const sent = run.call({ name: 'sendto', fd, buffer: sends(9, 9), flags: 0, address }, LIMIT_NS).outcome;
    expect(sent).toEqual({ returned: 2, errno: '', outputs: {} });
    const [frame] = run.receive().filter(({ direction }) => direction === 'out');
    // IPv4 and UDP headers, then the two bytes.
    expect(frame?.bytes).toHaveLength(30);
    expect([...(frame?.bytes.subarray(28) ?? [])]).toEqual([9, 9]);
  });
});

function nowhereFrom(size: number) {
  return { kind: 'null', size } as const;
}

function datagramSocket(run: Run): number {
  return succeeded(run.call({ name: 'socket', domain: AF_INET, type: SOCK_DGRAM, protocol: 0 }, LIMIT_NS)).returned;
}
