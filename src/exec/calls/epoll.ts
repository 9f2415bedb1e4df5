/** epoll. */
import { fieldOf, integerOf } from '../../spec/arguments';
import { epollDataOf } from '../../spec/epoll-data';
import { type CallDeclaration, both, given, integerAt, onSocket } from './declaration';

const DATA_DIGITS = 16;

export const EPOLL_CALLS: Readonly<Record<string, CallDeclaration>> = {
  epoll_create: (call) => given(integerAt(call, 0, 0), (size) => ({ value: { name: 'epoll_create', size } })),

  epoll_ctl: onSocket((epoll, call, { sockets }) =>
    both(integerAt(call, 1, 0), sockets.descriptorOf(call.args[2]), (operation, fd) => {
      const event = call.args[3];
      const events = (integerOf(fieldOf(event, 'events')) ?? 0) >>> 0;
      const data = (epollDataOf(event)?.value ?? 0n).toString(16).padStart(DATA_DIGITS, '0');
      return { value: { name: 'epoll_ctl', epoll, operation, fd, events, data } };
    }),
  ),

  epoll_wait: onSocket((epoll, call) =>
    both(integerAt(call, 2, 0), integerAt(call, 3, 0), (maxEvents, timeoutMs) => ({
      value: { name: 'epoll_wait', epoll, maxEvents, timeoutMs },
    })),
  ),
};
