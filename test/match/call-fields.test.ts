import { expect, it } from 'vitest';
import { flagPrinter, matchBytes, matchNumber, sameInt } from '../../src/match/call-fields';
import { ELLIPSIS, integer, symbols } from '../support/builders';

it('a number of 32 bits is the same, signed or not', () => {
  expect([sameInt(0xffff_ffff, -1), sameInt(2 ** 31, -(2 ** 31)), sameInt(1, -1)]).toEqual([true, true, false]);
  expect(matchNumber('x', integer(0xffff_ffff), -1)).toEqual([]);
});

it('shows what is expected as it is written', () => {
  expect(matchNumber('x', symbols('POLLIN', 'POLLOUT'), 4)).toEqual([
    { field: 'x', expected: 'POLLIN|POLLOUT', observed: '4' },
  ]);
  expect(matchNumber('x', integer(1), undefined)).toEqual([{ field: 'x', expected: '1', observed: 'nothing' }]);
});

it('compares nothing that is left open', () => {
  expect([...matchNumber('x', ELLIPSIS, 4), ...matchNumber('x', undefined, 4)]).toEqual([]);
  expect(matchBytes('x', undefined, Uint8Array.of(1))).toEqual([]);
});

// include/uapi/asm-generic/poll.h and eventpoll.h.
it.each([
  [/^POLL/, 0, '0'],
  [/^POLL/, 1 | 8 | 16, 'POLLIN|POLLERR|POLLHUP'],
  [/^POLL/, 4 | 0x4000_0000, 'POLLOUT|0x40000000'],
  [/^EPOLL(?!_CTL)/, 2 ** 31 + 1, 'EPOLLIN|EPOLLET'],
  [/^MSG_/, 0x2020, 'MSG_TRUNC|MSG_ERRQUEUE'],
])('bits of %s: %i', (family, value, expected) => {
  expect(flagPrinter(family)(value)).toBe(expected);
});
