import { describe, expect, it } from 'vitest';
import { matchCall, printOutcome } from '../../src/match/call';
import type { Call, CallArgument } from '../../src/spec/model';
import { callOf, ELLIPSIS, integer, list, outcome, socketNamed, struct, symbols, text } from '../support/builders';

const APP = socketNamed('app');
const BYTES = (value: string) => ({ bytes: new TextEncoder().encode(value) });

describe('the result', () => {
  it.each<[string, Call, number, string, boolean]>([
    ['0', callOf('close', [APP], 0), 0, '', true],
    ['0, but -1', callOf('close', [APP], 0), -1, 'EBADF', false],
    ['-1 EAGAIN', callOf('read', [APP, ELLIPSIS, integer(9)], -1, 'EAGAIN'), -1, 'EAGAIN', true],
    [
      '-1 EAGAIN, but another errno',
      callOf('read', [APP, ELLIPSIS, integer(9)], -1, 'EAGAIN'),
      -1,
      'ECONNRESET',
      false,
    ],
    ['-1 EAGAIN, but 0', callOf('read', [APP, ELLIPSIS, integer(9)], -1, 'EAGAIN'), 0, '', false],
    ['-1 of any kind', callOf('read', [APP, ELLIPSIS, integer(9)], -1), -1, 'ECONNRESET', true],
    ['a descriptor', callOf('accept', [APP, ELLIPSIS, ELLIPSIS], 'new'), 0, '', true],
    ['a descriptor, but -1', callOf('accept', [APP, ELLIPSIS, ELLIPSIS], 'new'), -1, 'EAGAIN', false],
    ['-1 instead of a descriptor', callOf('accept', [APP, ELLIPSIS, ELLIPSIS], -1, 'EAGAIN'), -1, 'EAGAIN', true],
    ['-1, but a descriptor', callOf('accept', [APP, ELLIPSIS, ELLIPSIS], -1, 'EAGAIN'), 7, '', false],
    ['10 of 10 bytes', callOf('write', [APP, ELLIPSIS, integer(10)], 10), 10, '', true],
    ['10 bytes, but 5', callOf('write', [APP, ELLIPSIS, integer(10)], 10), 5, '', false],
  ])('%s', (_, call, returned, errno, fits) => {
    expect(matchCall(call, outcome(returned, errno)).map(({ field }) => field)).toEqual(fits ? [] : ['result']);
  });

  it('is shown as packetdrill writes it', () => {
    expect(matchCall(callOf('close', [APP], 0), outcome(-1, 'EBADF'))).toEqual([
      { field: 'result', expected: '0', observed: '-1 EBADF' },
    ]);
    expect(matchCall(callOf('read', [APP], -1, 'EAGAIN'), outcome(3))).toEqual([
      { field: 'result', expected: '-1 EAGAIN', observed: '3' },
    ]);
    expect(matchCall(callOf('accept', [APP], 'new'), outcome(-1, 'EAGAIN'))).toMatchObject([
      { expected: 'a descriptor' },
    ]);
    expect(printOutcome(outcome(10))).toBe('10');
  });

  it('of a call that could not be made says why', () => {
    expect(matchCall(callOf('close', [APP], 0), { ...outcome(0), notMade: 'there is no socket `app`' })).toEqual([
      { field: 'call', expected: 'made', observed: 'there is no socket `app`' },
    ]);
  });
});

describe('what was read', () => {
  it.each(['read', 'recv', 'recvfrom'])("%s: the text in the buffer's place is what must come", (name) => {
    const call = callOf(name, [APP, text('ping'), integer(9)], 4);
    expect(matchCall(call, outcome(4, '', BYTES('ping')))).toEqual([]);
    expect(matchCall(call, outcome(4, '', BYTES('pong')))).toEqual([
      { field: 'data', expected: '70696e67', observed: '706f6e67' },
    ]);
    expect(matchCall(call, outcome(4))).toMatchObject([{ field: 'data', observed: 'nothing' }]);
  });

  it('`...` takes anything', () => {
    expect(matchCall(callOf('read', [APP, ELLIPSIS, integer(9)], 4), outcome(4, '', BYTES('pong')))).toEqual([]);
  });

  it('a wrong result is told alone', () => {
    expect(matchCall(callOf('read', [APP, text('ping'), integer(9)], 4), outcome(0))).toMatchObject([
      { field: 'result' },
    ]);
  });

  it('what is written is not compared', () => {
    expect(matchCall(callOf('write', [APP, text('ping'), integer(4)], 4), outcome(4))).toEqual([]);
  });
});

describe('a socket option', () => {
  const get = (value: CallArgument, length = 4): Call =>
    callOf('getsockopt', [APP, symbols('SOL_SOCKET'), symbols('SO_ERROR'), value, list(integer(length))], 0);

  it.each([
    ['[0]', list(integer(0)), 0, true],
    ['[0], but 104', list(integer(0)), 104, false],
    ['[AF_INET]', list(symbols('AF_INET')), 2, true],
    ['[...]', list(ELLIPSIS), 7, true],
    ['...', ELLIPSIS, 7, true],
  ] as const)('%s', (_, expected, value, fits) => {
    expect(matchCall(get(expected), outcome(0, '', { value, length: 4 })).map(({ field }) => field)).toEqual(
      fits ? [] : ['option value'],
    );
  });

  it('as bytes', () => {
    const call = get(text('cubic'), 5);
    expect(matchCall(call, outcome(0, '', { ...BYTES('cubic'), length: 5 }))).toEqual([]);
    expect(matchCall(call, outcome(0, '', { ...BYTES('cubyc'), length: 5 }))).toMatchObject([
      { field: 'option value' },
    ]);
  });

  // struct linger { int l_onoff; int l_linger; } in the machine's byte order.
  it('as a structure: every field is compared', () => {
    const call = get(struct({ onoff: integer(1), linger: integer(5) }), 8);
    const linger = (seconds: number) => ({ bytes: Uint8Array.of(1, 0, 0, 0, seconds, 0, 0, 0), value: 1, length: 8 });
    expect(matchCall(call, outcome(0, '', linger(5)))).toEqual([]);
    expect(matchCall(call, outcome(0, '', linger(6)))).not.toEqual([]);
  });

  // packetdrill 3.10: optlen compared.
  it('its length is compared', () => {
    expect(matchCall(get(list(integer(0))), outcome(0, '', { value: 0, length: 4 }))).toEqual([]);
    expect(matchCall(get(list(integer(0))), outcome(0, '', { value: 0, length: 1 }))).not.toEqual([]);
  });
});

// packetdrill 3.10: "ioctl: 3-arg: out value compared", "poll: revents exact".
describe('what other calls write', () => {
  it('ioctl: the number in its third place', () => {
    const call = callOf('ioctl', [APP, symbols('SIOCINQ'), list(integer(1000))], 0);
    expect(matchCall(call, outcome(0, '', { value: 1000 }))).toEqual([]);
    expect(matchCall(call, outcome(0, '', { value: 999 }))).not.toEqual([]);
    expect(matchCall(callOf('ioctl', [APP, symbols('SIOCINQ'), ELLIPSIS], 0), outcome(0, '', { value: 999 }))).toEqual(
      [],
    );
  });

  it('poll: the events that were found', () => {
    const entry = struct({ fd: APP, events: symbols('POLLIN'), revents: symbols('POLLIN') });
    const call = callOf('poll', [list(entry), integer(1), integer(0)], 1);
    expect(matchCall(call, outcome(1, '', { revents: [1] }))).toEqual([]);
    expect(matchCall(call, outcome(1, '', { revents: [1 | 8 | 16] }))).not.toEqual([]);
  });
});

describe('a message', () => {
  const message = struct({
    msg_iov: list(struct({ iov_base: ELLIPSIS, iov_len: integer(10) })),
    msg_flags: symbols('MSG_ERRQUEUE'),
    msg_control: list(struct({ cmsg_level: integer(6), cmsg_type: integer(36), cmsg_data: integer(1) })),
  });
  const call = callOf('recvmsg', [APP, message, integer(0)], 0);
  const control = [{ level: 6, type: 36, data: Uint8Array.of(1, 0, 0, 0) }];

  // include/linux/socket.h: MSG_ERRQUEUE is 0x2000, MSG_TRUNC 0x20.
  it('its flags and its control messages are compared', () => {
    expect(matchCall(call, outcome(0, '', { messageFlags: 0x2000, control }))).toEqual([]);
    expect(matchCall(call, outcome(0, '', { messageFlags: 0x2020, control: [] }))).toEqual([
      { field: 'msg_flags', expected: 'MSG_ERRQUEUE', observed: 'MSG_TRUNC|MSG_ERRQUEUE' },
      { field: 'control messages', expected: '1', observed: '0' },
    ]);
  });

  it('of a call that failed, nothing is', () => {
    expect(matchCall(callOf('recvmsg', [APP, message, integer(0)], -1, 'EAGAIN'), outcome(-1, 'EAGAIN'))).toEqual([]);
  });

  it('text in its buffers is what must come', () => {
    const vector = list(
      struct({ iov_base: text('pi'), iov_len: integer(2) }),
      struct({ iov_base: text('ng'), iov_len: integer(2) }),
    );
    const read = callOf('readv', [APP, vector, integer(2)], 4);
    expect(matchCall(read, outcome(4, '', BYTES('ping')))).toEqual([]);
    expect(matchCall(read, outcome(4, '', BYTES('pong')))).toMatchObject([{ field: 'data' }]);
    const open = list(
      ...(vector.kind === 'list' ? vector.items : []),
      struct({ iov_base: ELLIPSIS, iov_len: integer(1) }),
    );
    expect(matchCall(callOf('readv', [APP, open, integer(3)], 4), outcome(4, '', BYTES('pong')))).toEqual([]);
  });
});

// include/uapi/linux/eventpoll.h: EPOLLIN 1, EPOLLOUT 4, EPOLLERR 8.
describe('an event of epoll', () => {
  const wait = (data: Readonly<Record<string, CallArgument>>, events: CallArgument, result = 1) =>
    callOf('epoll_wait', [APP, struct({ events, ...data }), integer(4), integer(0)], result);
  const event = (events: number, data: bigint) => ({ events, data: data.toString(16).padStart(16, '0') });

  it('the first one is compared, and no other', () => {
    const call = wait({ fd: socketNamed('4') }, symbols('EPOLLIN'), 2);
    expect(matchCall(call, outcome(2, '', { events: [event(1, 4n), event(8, 9n)] }))).toEqual([]);
    expect(matchCall(call, outcome(2, '', { events: [event(5, 9n), event(1, 4n)] }))).toEqual([
      { field: 'events', expected: 'EPOLLIN', observed: 'EPOLLIN|EPOLLOUT' },
      { field: 'fd', expected: '4', observed: '9' },
    ]);
  });

  it('of `fd` and `u32` the low half counts, of `ptr` and `u64` all', () => {
    const outcomes = outcome(1, '', { events: [event(1, 0x7_0000_0004n)] });
    const fields = (call: Call) => matchCall(call, outcomes).map(({ field }) => field);
    expect(fields(wait({ fd: socketNamed('4') }, integer(1)))).toEqual([]);
    expect(fields(wait({ u32: integer(4) }, integer(1)))).toEqual([]);
    expect(fields(wait({ u64: integer(4) }, integer(1)))).toEqual(['u64']);
    expect(fields(wait({ ptr: integer(0x7_0000_0004) }, integer(1)))).toEqual([]);
  });

  it('a name that is another one', () => {
    expect(matchCall(wait({ fd: APP }, integer(1)), outcome(1, '', { events: [event(1, 4n)] }))).toEqual([
      { field: 'fd', expected: 'app', observed: 'another one' },
    ]);
  });

  it('is zero when there is none, also when the call failed', () => {
    expect(matchCall(wait({ ptr: integer(0) }, integer(0), 0), outcome(0, '', { events: [] }))).toEqual([]);
    expect(matchCall(wait({ fd: socketNamed('4') }, integer(0), 0), outcome(0))).toEqual([
      { field: 'fd', expected: '4', observed: '0' },
    ]);
    expect(matchCall(wait({ ptr: integer(0) }, symbols('EPOLLIN'), -1), outcome(-1, 'EINTR'))).toMatchObject([
      { field: 'events' },
    ]);
  });
});

// 0xffffffff and -1 are the same int: getsockopt(TCP_NOTSENT_LOWAT) gives the one where scripts write the other.
it('an option value may be written without its sign', () => {
  const call = callOf(
    'getsockopt',
    [APP, symbols('SOL_TCP'), symbols('TCP_NOTSENT_LOWAT'), list(integer(0xffff_ffff)), list(integer(4))],
    0,
  );
  expect(matchCall(call, outcome(0, '', { value: -1, length: 4 }))).toEqual([]);
});

it('an option that could not be read left zeros', () => {
  const get = (value: number) =>
    callOf('getsockopt', [APP, integer(6), integer(99), list(integer(value)), list(integer(4))], -1, 'ENOPROTOOPT');
  expect(matchCall(get(0), outcome(-1, 'ENOPROTOOPT'))).toEqual([]);
  expect(matchCall(get(5), outcome(-1, 'ENOPROTOOPT'))).toMatchObject([{ field: 'option value' }]);
});

it('revents that are not written are not compared', () => {
  const call = callOf('poll', [list(struct({ fd: APP, events: integer(1) })), integer(1), integer(0)], 1);
  expect(matchCall(call, outcome(1, '', { revents: [1] }))).toEqual([]);
});
