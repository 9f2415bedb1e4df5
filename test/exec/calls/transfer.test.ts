import { describe, expect, it } from 'vitest';
import { SocketTable } from '../../../src/exec/sockets';
import { callOf, ELLIPSIS, outcome, symbols, timelineOf } from '../../support/builders';
import { requestFor } from './support';

const zeros = (count: number) => ({ kind: 'bytes', bytes: new Uint8Array(count) });

it.each([
  ['read(4, NULL, 10) = -1 EFAULT (Bad)', { name: 'read', fd: 104, buffer: { size: 10, isNull: true } }],
  ['recv(4, 0, 10, 0) = -1 EFAULT (Bad)', { name: 'recv', fd: 104, buffer: { size: 10, isNull: true }, flags: 0 }],
  [
    'readv(4, [{..., 1}, {..., 2}], 2) = 3',
    {
      name: 'readv',
      fd: 104,
      buffers: [
        { size: 1, isNull: false },
        { size: 2, isNull: false },
      ],
    },
  ],
  ['write(4, NULL, 10) = -1 EFAULT (Bad)', { name: 'write', fd: 104, buffer: { kind: 'null', size: 10 } }],
  ['writev(4, [{..., 1}, {..., 2}], 2) = 3', { name: 'writev', fd: 104, buffers: [zeros(1), zeros(2)] }],
  [
    'sendto(4, ..., 5, MSG_FASTOPEN, AF_UNSPEC, ...) = -1 EOPNOTSUPP (No)',
    { name: 'sendto', fd: 104, buffer: zeros(5), flags: 0x2000_0000, address: { family: 'unspec' } },
  ],
])('%s', (text, expected) => {
  expect(requestFor(text)).toEqual(expected);
});

describe('a ping socket', () => {
  // RFC 792: type 8; RFC 4443 section 4.1: type 128.
  it.each([
    ['AF_INET', 'IPPROTO_ICMP', 8],
    ['AF_INET6', 'IPPROTO_ICMPV6', 128],
    ['AF_INET', 'IPPROTO_UDP', 0],
    ['AF_INET6', 'IPPROTO_ICMP', 0],
  ])('of %s and %s sends type %i', (domain, protocol, type) => {
    const sockets = new SocketTable(timelineOf([]));
    sockets.learn(callOf('socket', [symbols(domain), symbols('SOCK_DGRAM'), symbols(protocol)], '3'), outcome(9));
    expect(requestFor('sendto(3, ..., 8, 0, ..., ...) = 8', sockets)).toMatchObject({
      fd: 9,
      buffer: { bytes: Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0) },
    });
    // Too short for a header: what the kernel says to that is the spec's matter.
    expect(requestFor('sendto(3, ..., 7, 0, ..., ...) = 7', sockets)).toMatchObject({ buffer: zeros(7) });
  });

  it('is one by the family of the run, and is none when its name goes to another', () => {
    const sockets = new SocketTable(timelineOf([]));
    sockets.learn(callOf('socket', [ELLIPSIS, symbols('SOCK_DGRAM'), symbols('IPPROTO_ICMP')], '3'), outcome(9));
    expect(requestFor('sendto(3, ..., 8, 0, ..., ...) = 8', sockets)).toMatchObject({ buffer: { bytes: { 0: 8 } } });
    sockets.learn(callOf('socket', [ELLIPSIS, symbols('SOCK_STREAM'), symbols('IPPROTO_TCP')], '3'), outcome(10));
    expect(requestFor('sendto(3, ..., 8, 0, ..., ...) = 8', sockets)).toMatchObject({ fd: 10, buffer: zeros(8) });
  });
});
