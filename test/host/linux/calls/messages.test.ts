import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/host/host';
import { viewOf } from '../../../../src/wire/bytes';
import { useTestHost } from '../../../support/live';
import {
  acceptOne,
  AF_INET,
  answers,
  integer,
  IPV4,
  LIMIT_NS,
  nowhere,
  PORT,
  room,
  sends,
  succeeded,
} from '../../../support/segments';

const { open } = useTestHost();

const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_TIMESTAMPNS = 35;
const SO_ZEROCOPY = 60;
const SOL_IP = 0;
const IP_TTL = 2;
const IP_RECVERR = 11;
const TCP_INQ = 36;
const SOL_TCP = 6;
const MSG_CTRUNC = 0x08;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;
const MSG_ZEROCOPY = 0x4000000;
const CMSG_TCP_INQ = 36;

function setOption(run: Run, fd: number, level: number, option: number): void {
  succeeded(run.call({ name: 'setsockopt', fd, level, option, value: integer(1) }, LIMIT_NS));
}

describe('recvmsg', () => {
  it('gives bytes over all buffers, flags, and control messages', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    setOption(run, fd, SOL_TCP, TCP_INQ);
    receives(1, 2, 3, 4, 5, 6);
    const request = { name: 'recvmsg', fd, buffers: [room(1), room(3)], controlLength: 64, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome).toEqual({
      returned: 4,
      errno: '',
      outputs: {
        bytes: Uint8Array.of(1, 2, 3, 4),
        messageFlags: 0,
        control: [{ level: SOL_TCP, type: CMSG_TCP_INQ, data: integer(2) }],
      },
    });
  });

  it('without room for control messages says so', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    setOption(run, fd, SOL_TCP, TCP_INQ);
    receives(1);
    const request = { name: 'recvmsg', fd, buffers: [room(4)], controlLength: 0, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome.outputs).toEqual({
      bytes: Uint8Array.of(1),
      messageFlags: MSG_CTRUNC,
      control: [],
    });
  });

  it('into NULL is EFAULT', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    receives(1);
    const request = { name: 'recvmsg', fd, buffers: [nowhere(4)], controlLength: 0, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome.errno).toBe('EFAULT');
  });

  it('names the sender, and tells how long a datagram was', () => {
    const run = open();
    const local = { family: 'ipv4', address: '127.0.0.1', port: PORT } as const;
    const socket = { name: 'socket', domain: AF_INET, type: SOCK_DGRAM, protocol: 0 } as const;
    const fd = succeeded(run.call(socket, LIMIT_NS)).returned;
    succeeded(run.call({ name: 'bind', fd, address: local }, LIMIT_NS));
    setOption(run, fd, SOL_SOCKET, SO_TIMESTAMPNS);
    const buffer = sends(1, 2, 3, 4);
    succeeded(run.call({ name: 'sendto', fd, buffer, flags: 0, address: local }, LIMIT_NS));
    const request = { name: 'recvmsg', fd, buffers: [room(2)], controlLength: 256, flags: MSG_TRUNC } as const;
    const { returned, outputs } = succeeded(run.call(request, LIMIT_NS));
    expect(returned).toBe(4);
    expect(outputs).toMatchObject({ bytes: Uint8Array.of(1, 2), messageFlags: MSG_TRUNC, peer: `127.0.0.1:${PORT}` });
    const [stamp] = outputs.control ?? [];
    expect(stamp).toMatchObject({ level: SOL_SOCKET, type: SO_TIMESTAMPNS });
    const seconds = Number(viewOf(stamp?.data ?? new Uint8Array(8)).getBigInt64(0, true));
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(2);
  });
});

describe('sendmsg', () => {
  it('sends what stands in several buffers', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const request = { name: 'sendmsg', fd, buffers: [sends(1), sends(2, 3)], control: [], flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome).toEqual({ returned: 3, errno: '', outputs: {} });
    expect(answers(run).map(({ payload }) => [...payload])).toEqual([[1, 2, 3]]);
  });

  it('gives an address and control messages', () => {
    const run = open();
    const socket = { name: 'socket', domain: AF_INET, type: SOCK_DGRAM, protocol: 0 } as const;
    const fd = succeeded(run.call(socket, LIMIT_NS)).returned;
    const address = { family: 'ipv4', address: IPV4.remoteAddress, port: 53 } as const;
    const control = [{ level: SOL_IP, type: IP_TTL, data: integer(7) }];
    const request = { name: 'sendmsg', fd, address, buffers: [sends(1)], control, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome.returned).toBe(1);
    const [frame] = run.receive().filter(({ direction }) => direction === 'out');
    expect(frame?.bytes[8]).toBe(7);
    expect(frame?.bytes.subarray(16, 20)).toEqual(Uint8Array.of(192, 0, 2, 1));
    const bad = [{ level: SOL_IP, type: IP_TTL, data: integer(0) }];
    expect(run.call({ ...request, control: bad }, LIMIT_NS).outcome.errno).toBe('EINVAL');
  });

  it('from NULL is EFAULT', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const buffers = [{ kind: 'null', size: 9 }] as const;
    expect(run.call({ name: 'sendmsg', fd, buffers, control: [], flags: 0 }, LIMIT_NS).outcome.errno).toBe('EFAULT');
  });

  it('with MSG_ZEROCOPY tells its completion on the error queue', () => {
    const run = open();
    const { fd, acknowledges } = acceptOne(run);
    setOption(run, fd, SOL_SOCKET, SO_ZEROCOPY);
    const buffer = { kind: 'bytes', bytes: new Uint8Array(4000) } as const;
    expect(run.call({ name: 'send', fd, buffer, flags: MSG_ZEROCOPY }, LIMIT_NS).outcome.returned).toBe(4000);
    answers(run);
    const acked = { name: 'recvmsg', fd, buffers: [], controlLength: 256, flags: MSG_ERRQUEUE | MSG_DONTWAIT } as const;
    expect(run.call(acked, LIMIT_NS).outcome.errno).toBe('EAGAIN');
    acknowledges(4000);
    const { outputs } = succeeded(run.call(acked, LIMIT_NS));
    expect(outputs.messageFlags).toBe(MSG_ERRQUEUE);
    expect(outputs.control).toMatchObject([{ level: SOL_IP, type: IP_RECVERR }]);
  });
});
