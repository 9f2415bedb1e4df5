import { expect, it } from 'vitest';
import { parse } from './call-support';

it.each([
  ['readv(s, [{..., 1}, {..., 2}], 3) = 3', '`3`: the list of buffers has 2, not 3'],
  ['writev(s, [{..., 1}], 2) = 1', '`2`: the list of buffers has 1, not 2'],
  ['writev(s, [{"abc", 5}], 1) = 5', '`5`: the text has 3 bytes, 5 are to be written'],
  ['poll([{fd=s, events=0, revents=0}], 2, 0) = 0', '`2`: the list of entries has 1, not 2'],
  ['recvmsg(s, {msg_iov(2)=[{..., 1}]}, 0) = 1', '`2`: the list of buffers has 1, not 2'],
  ['sendmsg(s, {msg_iov(2)=[{..., 1}]}, 0) = 1', '`2`: the list of buffers has 1, not 2'],
  ['sendmsg(s, {msg_iov(1)=[{"a", 2}]}, 0) = 2', '`2`: the text has 1 bytes, 2 are to be written'],
  [
    'sendmsg(s, {msg_iov(1)=[{..., 1}], msg_flags=MSG_EOR}, 0) = 1',
    '`MSG_EOR`: `sendmsg` does not look at `msg_flags`',
  ],
  ['epoll_ctl(e, EPOLL_CTL_ADD, s, {events=0, fd=t}) = 0', '`t`: the event is about `s`, not about `t`'],
  ['cap_set(3, CAP_KILL, CAP_SET) = 0', '`3`: the set is `CAP_EFFECTIVE`'],
  ['cap_set(CAP_EFFECTIVE, CAP_KILL, 2) = 0', '`2`: the value is `CAP_SET` or `CAP_CLEAR`'],
])('%s', (text, trouble) => {
  const { made, troubles } = parse(text);
  expect(made).toBeUndefined();
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain(trouble);
});

it.each([
  'readv(s, [{..., 1}, {..., 2}], 2) = 3',
  'writev(s, [{"abc", 2}], 1) = 2',
  'recvmsg(s, {msg_iov=[{..., 1}]}, 0) = 1',
  'sendmsg(s, {msg_name(...)=..., msg_iov(1)=[{..., 1}], msg_flags=0}, MSG_EOR) = 1',
  'epoll_ctl(e, EPOLL_CTL_ADD, s, {events=0, ptr=7}) = 0',
])('%s is fine', (text) => {
  expect(parse(text).troubles).toEqual([]);
});
