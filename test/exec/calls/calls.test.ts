import { describe, expect, it } from 'vitest';
import { requestOf } from '../../../src/exec/calls/calls';
import { SocketTable } from '../../../src/exec/sockets';
import { CALLS } from '../../../src/spec/notation/call-table';
import type { CallArgument } from '../../../src/spec/model';
import { parseCall } from '../../../src/spec/notation/call';
import { snippetAt } from '../../../src/spec/snippet';
import { networkOf } from '../../../src/timeline/network';
import {
  callOf,
  connection,
  ELLIPSIS,
  integer,
  list,
  socketNamed,
  struct,
  symbols,
  text,
  timelineOf,
} from '../../support/builders';

type Ip = 'ipv4' | 'ipv6' | 'ipv4-mapped';

function request(name: string, args: readonly CallArgument[], ip: Ip = 'ipv4'): unknown {
  const network = networkOf(ip);
  const sockets = new SocketTable(timelineOf([], { network, variant: { ip, matrix: {}, label: ip } }));
  sockets.bindName('app', 7);
  sockets.bindName('out', 8);
  const on = connection(0, { remoteAddress: network.remoteAddress, localAddress: network.localAddress });
  const resolved = requestOf(callOf(name, args, 0), { sockets, connection: on });
  return 'problem' in resolved ? resolved : resolved.value;
}

const APP = socketNamed('app');
const ZEROS = (count: number) => ({ kind: 'bytes', bytes: new Uint8Array(count) });

// Numbers are those of the x86 and generic headers of Linux: AF_INET 2, AF_INET6 10, SOCK_STREAM 1, SOL_SOCKET 1, ...
describe('a call becomes a request', () => {
  it.each<[string, readonly CallArgument[], unknown]>([
    [
      'socket',
      [symbols('AF_INET'), symbols('SOCK_STREAM', 'SOCK_NONBLOCK'), symbols('IPPROTO_TCP')],
      { name: 'socket', domain: 2, type: 1 | 0o4000, protocol: 6 },
    ],
    [
      'bind',
      [APP, ELLIPSIS, ELLIPSIS],
      { name: 'bind', fd: 7, address: { family: 'ipv4', address: '192.168.0.1', port: 8080 } },
    ],
    ['listen', [APP, integer(5)], { name: 'listen', fd: 7, backlog: 5 }],
    ['accept', [APP, ELLIPSIS, ELLIPSIS], { name: 'accept', fd: 7 }],
    [
      'connect',
      [APP, ELLIPSIS, ELLIPSIS],
      { name: 'connect', fd: 7, address: { family: 'ipv4', address: '192.0.2.1', port: 40_001 } },
    ],
    ['connect', [APP, symbols('AF_UNSPEC'), ELLIPSIS], { name: 'connect', fd: 7, address: { family: 'unspec' } }],
    ['read', [APP, ELLIPSIS, integer(10)], { name: 'read', fd: 7, buffer: { size: 10, isNull: false } }],
    [
      'recv',
      [APP, ELLIPSIS, integer(10), symbols('MSG_PEEK')],
      { name: 'recv', fd: 7, buffer: { size: 10, isNull: false }, flags: 2 },
    ],
    ['write', [APP, ELLIPSIS, integer(3)], { name: 'write', fd: 7, buffer: ZEROS(3) }],
    [
      'write',
      [APP, text('abc'), integer(2)],
      { name: 'write', fd: 7, buffer: { kind: 'bytes', bytes: Uint8Array.of(97, 98) } },
    ],
    [
      'send',
      [APP, ELLIPSIS, integer(1), symbols('MSG_MORE')],
      { name: 'send', fd: 7, buffer: ZEROS(1), flags: 0x8000 },
    ],
    [
      'sendto',
      [APP, ELLIPSIS, integer(1), symbols('MSG_FASTOPEN'), ELLIPSIS, ELLIPSIS],
      {
        name: 'sendto',
        fd: 7,
        buffer: ZEROS(1),
        flags: 0x2000_0000,
        address: { family: 'ipv4', address: '192.0.2.1', port: 40_001 },
      },
    ],
    ['close', [APP], { name: 'close', fd: 7 }],
    ['close', [integer(-1)], { name: 'close', fd: -1 }],
    ['shutdown', [APP, symbols('SHUT_WR')], { name: 'shutdown', fd: 7, how: 1 }],
    [
      'setsockopt',
      [APP, symbols('IPPROTO_TCP'), symbols('TCP_NODELAY'), list(integer(1)), integer(4)],
      { name: 'setsockopt', fd: 7, level: 6, option: 1, value: Uint8Array.of(1, 0, 0, 0) },
    ],
    [
      'setsockopt',
      [
        APP,
        symbols('SOL_SOCKET'),
        symbols('SO_LINGER'),
        struct({ onoff: integer(1), linger: integer(258) }),
        integer(8),
      ],
      { name: 'setsockopt', fd: 7, level: 1, option: 13, value: Uint8Array.of(1, 0, 0, 0, 2, 1, 0, 0) },
    ],
    [
      'setsockopt',
      [APP, symbols('IPPROTO_TCP'), symbols('TCP_CONGESTION'), text('reno'), integer(4)],
      { name: 'setsockopt', fd: 7, level: 6, option: 13, value: new TextEncoder().encode('reno') },
    ],
    [
      'getsockopt',
      [APP, symbols('SOL_SOCKET'), symbols('SO_ERROR'), list(integer(0)), list(integer(4))],
      { name: 'getsockopt', fd: 7, level: 1, option: 4, length: 4 },
    ],
    [
      'fcntl',
      [APP, symbols('F_SETFL'), symbols('O_RDWR', 'O_NONBLOCK')],
      { name: 'fcntl', fd: 7, command: 4, argument: 2 | 0o4000 },
    ],
    ['fcntl', [APP, symbols('F_GETFL')], { name: 'fcntl', fd: 7, command: 3, argument: 0 }],
    ['ioctl', [APP, symbols('SIOCINQ'), list(integer(5))], { name: 'ioctl', fd: 7, request: 0x541b }],
    [
      'poll',
      [
        list(struct({ fd: APP, events: symbols('POLLIN', 'POLLOUT'), revents: symbols('POLLIN') })),
        integer(1),
        integer(250),
      ],
      { name: 'poll', entries: [{ fd: 7, events: 5 }], timeoutMs: 250 },
    ],
  ])('%s %j', (name, args, expected) => {
    expect(request(name, args)).toEqual(expected);
  });

  it('setsockopt passes on a length that is wrong on purpose', () => {
    const args = [APP, symbols('IPPROTO_TCP'), symbols('TCP_NODELAY'), list(integer(1)), integer(1)];
    expect(request('setsockopt', args)).toMatchObject({ value: Uint8Array.of(1) });
  });

  it('struct linger is laid out by the names of its fields, not by their order', () => {
    const args = [
      APP,
      symbols('SOL_SOCKET'),
      symbols('SO_LINGER'),
      struct({ linger: integer(5), onoff: integer(1) }),
      integer(8),
    ];
    expect(request('setsockopt', args)).toMatchObject({ value: Uint8Array.of(1, 0, 0, 0, 5, 0, 0, 0) });
  });
});

describe('`...` is', () => {
  it.each<[Ip, number, string]>([
    ['ipv4', 2, '192.168.0.1'],
    ['ipv6', 10, 'fd3d:a0b:17d6::1'],
    ['ipv4-mapped', 10, '::ffff:192.168.0.1'],
  ])('of the variant: %s', (ip, domain, address) => {
    expect(request('socket', [ELLIPSIS, symbols('SOCK_STREAM'), integer(0)], ip)).toMatchObject({ domain });
    const family = ip === 'ipv4' ? 'ipv4' : 'ipv6';
    expect(request('bind', [APP, ELLIPSIS, ELLIPSIS], ip)).toMatchObject({ address: { family, address, port: 8080 } });
  });

  it('the other side for connect(), mapped where the socket is', () => {
    expect(request('connect', [APP, ELLIPSIS, ELLIPSIS], 'ipv4-mapped')).toMatchObject({
      address: { family: 'ipv6', address: '::ffff:192.0.2.1', port: 40_001 },
    });
  });
});

describe('what cannot be made', () => {
  it('a socket that does not exist is named', () => {
    expect(request('close', [socketNamed('nobody')])).toEqual({
      problem: expect.stringContaining('`nobody`') as string,
    });
  });

  it('a poll of one that does not exist, too', () => {
    const entry = struct({ fd: socketNamed('nobody'), events: integer(1), revents: integer(0) });
    expect(request('poll', [list(entry), integer(1), integer(0)])).toEqual({
      problem: expect.stringContaining('`nobody`') as string,
    });
  });

  it('connect() without a connection', () => {
    const sockets = new SocketTable(timelineOf([]));
    sockets.bindName('app', 7);
    expect(
      requestOf(callOf('connect', [APP, ELLIPSIS, ELLIPSIS], 0), { sockets, connection: undefined }),
    ).toHaveProperty('problem');
  });

  it('an unknown call', () => {
    expect(request('sendfiles', [])).toHaveProperty('problem');
    expect(request('constructor', [])).toHaveProperty('problem');
  });
});

describe('lengths that no memory has', () => {
  it.each([
    ['read', [APP, ELLIPSIS, integer(-1)]],
    ['write', [APP, ELLIPSIS, integer(2 ** 32 - 1)]],
    ['setsockopt', [APP, integer(0), integer(0), list(integer(1)), integer(-1)]],
    ['getsockopt', [APP, integer(0), integer(0), ELLIPSIS, list(integer(2 ** 31 - 1))]],
  ] as const)('%s', (name, args) => {
    expect(request(name, args)).toEqual({ problem: expect.stringContaining('bytes cannot be') as string });
  });
});

/** One call of each kind, as the language writes it, on the sockets `app` and `out`. */
const WRITTEN = `
  socket(..., SOCK_STREAM, IPPROTO_TCP) = s;  bind(app, ..., ...) = 0;  listen(app, 5) = 0;  accept(app, ..., ...) = s
  connect(app, ..., ...) = 0;  read(app, ..., 1) = 1;  readv(app, [{..., 1}], 1) = 1;  recv(app, ..., 1, 0) = 1
  recvfrom(app, ..., 1, 0, ..., ...) = 1;  recvmsg(app, {msg_iov(1)=[{..., 1}]}, 0) = 1;  write(app, ..., 1) = 1
  writev(app, [{..., 1}], 1) = 1;  send(app, ..., 1, 0) = 1;  sendto(app, ..., 1, 0, ..., ...) = 1
  sendmsg(app, {msg_iov(1)=[{..., 1}]}, 0) = 1;  fcntl(app, F_GETFL) = 0;  ioctl(app, SIOCINQ, [0]) = 0;  close(app) = 0
  shutdown(app, SHUT_WR) = 0;  getsockopt(app, SOL_TCP, TCP_INFO, ..., ...) = 0
  setsockopt(app, SOL_TCP, TCP_NODELAY, [1], 4) = 0;  poll([{fd=app, events=POLLIN, revents=0}], 1, 0) = 0
  cap_set(CAP_EFFECTIVE, CAP_NET_ADMIN, CAP_CLEAR) = 0;  open("data", O_RDONLY) = file;  sendfile(app, out, [0], 5) = 5
  epoll_create(1) = e;  epoll_ctl(out, EPOLL_CTL_ADD, app, {events=EPOLLIN, fd=app}) = 0
  epoll_wait(out, {events=0, ptr=0}, 1, 0) = 0;  pipe([a, b]) = 0;  splice(app, NULL, out, NULL, 9, 0) = 9`
  .split(/[;\n]/)
  .map((text) => text.trim())
  .filter((text) => text !== '');

it('everything that the language offers can be made', () => {
  const made = WRITTEN.map((text) => {
    const call = parseCall(snippetAt(text, 0), { report: ({ message }) => expect.fail(`${text}: ${message}`) });
    const asked = request(call?.name ?? '', call?.args ?? []);
    expect(asked).not.toHaveProperty('problem');
    return call?.name;
  });
  const offered = [...CALLS].flatMap(([name, { unsupported }]) => (unsupported === undefined ? [name] : []));
  expect(new Set(made)).toEqual(new Set(offered));
});
