import { describe, expect, it } from 'vitest';
import { integerOf, matchCall, printOutcome } from '../../src/match/call';
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

describe('a number in an argument', () => {
  it.each([
    ['an integer', integer(-5), -5],
    // include/uapi/asm-generic/fcntl.h: O_RDWR is 2, O_NONBLOCK 04000.
    ['constants, ored', symbols('O_RDWR', 'O_NONBLOCK'), 2 + 2048],
    ['an unknown constant', symbols('O_RDWR', 'O_NOTHING'), undefined],
    ['a text', text('5'), undefined],
    ['...', ELLIPSIS, undefined],
  ])('%s', (_, argument, expected) => {
    expect(integerOf(argument)).toBe(expected);
  });
});
