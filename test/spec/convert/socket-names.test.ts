import { expect, it } from 'vitest';
import { callText } from '../../../src/spec/convert/call-text';
import { SocketNames } from '../../../src/spec/convert/socket-names';
import { goodScript } from '../pkt/support';

/** The calls of a script, with names. */
function named(text: string): readonly string[] {
  const { steps } = goodScript(text);
  const names = new SocketNames(steps);
  return steps.flatMap(({ action }) =>
    action.kind === 'call' ? [callText(action.call, names.take(action.call))] : [],
  );
}

it('are given by what becomes of a descriptor', () => {
  expect(
    named(
      [
        '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
        '+0 bind(3, ..., ...) = 0',
        '+0 listen(3, 1) = 0',
        '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4',
        '+0 connect(4, ..., ...) = -1 EINPROGRESS (x)',
        '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5',
        '+0 epoll_create(1) = 6',
        '+0 pipe([7, 8]) = 0',
        '+0 write(8, ..., 1) = 1',
      ].join('\n'),
    ),
  ).toEqual([
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = server',
    'bind(server, ..., ...) = 0',
    'listen(server, 1) = 0',
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = client',
    'connect(client, ..., ...) = -1 EINPROGRESS',
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = socket',
    'epoll_create(1) = events',
    'pipe([reader, writer]) = 0',
    'write(writer, ..., 1) = 1',
  ]);
});

it('are new for a number that is used again', () => {
  expect(
    named(
      [
        '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
        '+0 close(3) = 0',
        '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
        '+0 close(3) = 0',
      ].join('\n'),
    ),
  ).toEqual([
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = socket',
    'close(socket) = 0',
    'socket(..., SOCK_STREAM, IPPROTO_TCP) = socket2',
    'close(socket2) = 0',
  ]);
});

it('tell the one that accept() gave from the one that it hides', () => {
  const lines = named(
    [
      '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      '+0 listen(3, 1) = 0',
      '+0 < S 0:0(0) win 5',
      '+0 > S. 0:0(0) ack 1',
      '+0 accept(3, ..., ...) = 3',
      '+0 close(3) = 0',
      '+0 close(3) = 0',
    ].join('\n'),
  );
  expect(lines.slice(2)).toEqual(['accept(server, ..., ...) = app', 'close(app) = 0', 'close(server) = 0']);
});
