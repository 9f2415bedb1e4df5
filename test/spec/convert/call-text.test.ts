import { expect, it } from 'vitest';
import { callText } from '../../../src/spec/convert/call-text';
import type { Call } from '../../../src/spec/model';
import { parseCall } from '../../../src/spec/notation/call';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';

function read(text: string): Call {
  const call = parseCall(snippetAt(text, 0), new DiagnosticList());
  if (call === undefined) throw new Error(text);
  return call;
}

it.each([
  'socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = app',
  'connect(app, AF_UNSPEC, ...) = -1 EINPROGRESS',
  'read(app, NULL, 5) = -1 EFAULT',
  'write(app, "GET \\x22\\x00", 6) = 6',
  'setsockopt(app, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0',
  'poll([{fd=app, events=POLLIN, revents=POLLIN}], 1, 100) = 1',
  'epoll_ctl(events, EPOLL_CTL_ADD, app, {events=EPOLLIN|EPOLLET, fd=app}) = 0',
  'sendmsg(app, {msg_name(...)=..., msg_iov(2)=[{..., 9}, {"ab", 2}], msg_flags=0}, MSG_MORE) = 11',
  'recvmsg(app, {msg_iov(1)=[{..., 5}], msg_flags=0, msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=6}]}, 0) = 5',
  'pipe([reader, writer]) = 0',
])('is what the notation reads back: %s', (text) => {
  expect(callText(read(text), ({ name }) => name)).toBe(text);
});

it('has the new names', () => {
  const names = new Map([
    ['door', 'server'],
    ['four', 'app'],
  ]);
  expect(callText(read('accept(door, ..., ...) = four'), ({ name }) => names.get(name) ?? '?')).toBe(
    'accept(server, ..., ...) = app',
  );
});
