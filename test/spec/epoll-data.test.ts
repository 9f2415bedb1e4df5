import { expect, it } from 'vitest';
import { epollDataOf } from '../../src/spec/epoll-data';
import type { CallArgument } from '../../src/spec/model';
import { ELLIPSIS, integer, SPAN, socketNamed, struct, symbols } from '../support/builders';

const NULL: CallArgument = { kind: 'null', span: SPAN };

function data(field: string, value: CallArgument) {
  return epollDataOf(struct({ events: symbols('EPOLLIN'), [field]: value }));
}

// epoll_data_t (epoll_ctl(2)) is a union: int fd and uint32_t u32 are the low half of uint64_t u64 and of a pointer.
it.each([
  ['u32', integer(7), 7n, 32],
  ['u32', integer(-1), 0xffff_ffffn, 32],
  ['u64', integer(2 ** 40), 2n ** 40n, 64],
  ['u64', integer(-1), 2n ** 64n - 1n, 64],
  ['ptr', integer(0), 0n, 64],
  ['ptr', NULL, 0n, 64],
  ['fd', socketNamed('4'), 4n, 32],
] as const)('%s', (field, value, expected, bits) => {
  expect(data(field, value)).toEqual({ field, value: expected, bits });
});

it('a name has a number of its own, always the same', () => {
  const [app, again, other] = ['app', 'app', 'server'].map((name) => data('fd', socketNamed(name))?.value);
  expect(app).toBe(again);
  expect(app).not.toBe(other);
  // FNV-1a of "a", from the test vectors of draft-eastlake-fnv.
  expect(data('fd', socketNamed('a'))?.value).toBe(0xe40c_292cn);
});

it('says nothing of what is no event', () => {
  expect(epollDataOf(undefined)).toBeUndefined();
  expect(epollDataOf(struct({ events: integer(0) }))).toBeUndefined();
  expect(data('u32', ELLIPSIS)).toBeUndefined();
});
