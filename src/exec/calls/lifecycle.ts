/** Calls that make, join and end sockets. */
import { type CallDeclaration, both, given, integerAt, onSocket } from './declaration';
import { targetOf } from './target';

export const LIFECYCLE_CALLS: Readonly<Record<string, CallDeclaration>> = {
  socket: (call, { sockets }) =>
    both(integerAt(call, 0, sockets.domain()), integerAt(call, 1, 0), (domain, type) =>
      given(integerAt(call, 2, 0), (protocol) => ({ value: { name: 'socket', domain, type, protocol } })),
    ),

  bind: onSocket((fd, _call, { sockets }) => ({ value: { name: 'bind', fd, address: sockets.localAddress() } })),

  listen: onSocket((fd, call) =>
    given(integerAt(call, 1, 0), (backlog) => ({ value: { name: 'listen', fd, backlog } })),
  ),

  accept: onSocket((fd) => ({ value: { name: 'accept', fd } })),

  connect: onSocket((fd, call, context) =>
    given(targetOf(call.args[1], context), (address) => ({ value: { name: 'connect', fd, address } })),
  ),

  close: onSocket((fd) => ({ value: { name: 'close', fd } })),

  shutdown: onSocket((fd, call) => given(integerAt(call, 1, 0), (how) => ({ value: { name: 'shutdown', fd, how } }))),
};
