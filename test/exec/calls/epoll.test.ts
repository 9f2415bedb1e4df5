import { expect, it } from 'vitest';
import { requestFor } from './support';

// include/uapi/linux/eventpoll.h: EPOLLOUT 4, EPOLLET 2^31, EPOLL_CTL_ADD 1, EPOLL_CTL_DEL 2.
it.each([
  ['epoll_create(1) = 5', { name: 'epoll_create', size: 1 }],
  [
    'epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT|EPOLLET, fd=4}) = 0',
    { name: 'epoll_ctl', epoll: 105, operation: 1, fd: 104, events: 2 ** 31 + 4, data: '0000000000000004' },
  ],
  [
    'epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLET, u64=-1}) = 0',
    { name: 'epoll_ctl', epoll: 105, operation: 1, fd: 104, events: 2 ** 31, data: 'ffffffffffffffff' },
  ],
  [
    'epoll_ctl(5, EPOLL_CTL_DEL, 4, NULL) = 0',
    { name: 'epoll_ctl', epoll: 105, operation: 2, fd: 104, events: 0, data: '0000000000000000' },
  ],
  ['epoll_wait(5, {events=0, ptr=0}, 4, 250) = 0', { name: 'epoll_wait', epoll: 105, maxEvents: 4, timeoutMs: 250 }],
])('%s', (text, expected) => {
  expect(requestFor(text)).toEqual(expected);
});
