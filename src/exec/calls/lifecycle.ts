/** Calls that make, join and end sockets. */
import { type CallDeclaration, both, integerAt, onSocket } from './declaration';

const AF_UNSPEC_NAME = 'AF_UNSPEC';

export const LIFECYCLE_CALLS: Readonly<Record<string, CallDeclaration>> = {
  socket: (call, { sockets }) =>
    both(integerAt(call, 0, sockets.domain()), integerAt(call, 1, 0), (domain, type) => {
      const protocol = integerAt(call, 2, 0);
      return 'problem' in protocol ? protocol : { value: { name: 'socket', domain, type, protocol: protocol.value } };
    }),

  bind: onSocket((fd, _call, { sockets }) => ({ value: { name: 'bind', fd, address: sockets.localAddress() } })),

  listen: onSocket((fd, call) => {
    const backlog = integerAt(call, 1, 0);
    return 'problem' in backlog ? backlog : { value: { name: 'listen', fd, backlog: backlog.value } };
  }),

  accept: onSocket((fd) => ({ value: { name: 'accept', fd } })),

  connect: onSocket((fd, call, { sockets, connection }) => {
    const target = call.args[1];
    if (target?.kind === 'symbols' && target.names[0] === AF_UNSPEC_NAME) {
      return { value: { name: 'connect', fd, address: { family: 'unspec' } } };
    }
    const address = sockets.remoteAddress(connection);
    return 'problem' in address ? address : { value: { name: 'connect', fd, address: address.value } };
  }),

  close: onSocket((fd) => ({ value: { name: 'close', fd } })),

  shutdown: onSocket((fd, call) => {
    const how = integerAt(call, 1, 0);
    return 'problem' in how ? how : { value: { name: 'shutdown', fd, how: how.value } };
  }),
};
