import { describe, expect, it } from 'vitest';
import {
  boxedInteger,
  fieldOf,
  integerOf,
  itemsOf,
  namesGivenBy,
  namesUsedBy,
  reachesOut,
} from '../../src/spec/arguments';
import { callOf, ELLIPSIS, integer, list, socketNamed, struct, symbols, text } from '../support/builders';

describe('a number in an argument', () => {
  it.each([
    ['an integer', integer(-5), -5],
    // include/uapi/asm-generic/fcntl.h: O_RDWR is 2, O_NONBLOCK 04000.
    ['constants, ored', symbols('O_RDWR', 'O_NONBLOCK'), 2 + 2048],
    // include/uapi/linux/eventpoll.h
    ['a constant with the highest bit', symbols('EPOLLET'), 2 ** 31],
    ['an unknown constant', symbols('O_RDWR', 'O_NOTHING'), undefined],
    ['a text', text('5'), undefined],
    ['...', ELLIPSIS, undefined],
    ['nothing', undefined, undefined],
  ])('%s', (_, argument, expected) => {
    expect(integerOf(argument)).toBe(expected);
  });

  it('in a box or without', () => {
    expect([list(integer(4)), integer(4), list(symbols('AF_INET')), list(ELLIPSIS), list()].map(boxedInteger)).toEqual([
      4,
      4,
      2,
      undefined,
      undefined,
    ]);
  });
});

it('fields and items are those of structures and lists', () => {
  const linger = struct({ onoff: integer(1) });
  expect(fieldOf(linger, 'onoff')).toEqual(integer(1));
  expect([fieldOf(linger, 'linger'), fieldOf(list(), 'onoff'), fieldOf(undefined, 'onoff')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(itemsOf(list(integer(1)))).toHaveLength(1);
  expect(itemsOf(linger)).toEqual([]);
});

describe('the names that a call gives', () => {
  const names = (call: Parameters<typeof namesGivenBy>[0]) => namesGivenBy(call).map(({ name }) => name);

  it('is that of its result', () => {
    expect(names(callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], 'app'))).toEqual(['app']);
    expect(names(callOf('accept', [socketNamed('server'), ELLIPSIS, ELLIPSIS], -1, 'EAGAIN'))).toEqual([]);
  });

  it('are both ends of a pipe that is made', () => {
    const ends = list(socketNamed('out'), socketNamed('in'));
    expect(names(callOf('pipe', [ends], 0))).toEqual(['out', 'in']);
    expect(names(callOf('pipe', [ends], -1, 'EMFILE'))).toEqual([]);
  });

  it('are none where sockets are only used', () => {
    expect(names(callOf('close', [socketNamed('app')], 0))).toEqual([]);
  });
});

describe('a call reaches out', () => {
  const fd = socketNamed('app');
  it.each([
    ['connect', callOf('connect', [fd, ELLIPSIS, ELLIPSIS], 0), true],
    ['sendto', callOf('sendto', [fd, ELLIPSIS, integer(5), integer(0), ELLIPSIS, ELLIPSIS], 5), true],
    ['sendmsg with an address', callOf('sendmsg', [fd, struct({ msg_name: ELLIPSIS }), integer(0)], 5), true],
    ['sendmsg without one', callOf('sendmsg', [fd, struct({ msg_flags: integer(0) }), integer(0)], 5), false],
    ['write', callOf('write', [fd, ELLIPSIS, integer(5)], 5), false],
  ])('%s', (_, call, expected) => {
    expect(reachesOut(call)).toBe(expected);
  });
});

it('the descriptors that a call uses are found wherever they stand, but those of a pipe are new', () => {
  const names = (call: Parameters<typeof namesUsedBy>[0]) => namesUsedBy(call).map(({ name }) => name);
  const entry = list(struct({ fd: socketNamed('app') }), struct({ fd: socketNamed('other') }));
  expect(names(callOf('poll', [entry, integer(2), integer(0)], 0))).toEqual(['app', 'other']);
  expect(names(callOf('pipe', [list(socketNamed('a'), socketNamed('b'))], -1, 'EMFILE'))).toEqual([]);
});
