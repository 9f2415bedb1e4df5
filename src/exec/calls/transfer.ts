/** Calls that move data. */
import { type CallDeclaration, both, bytesToSend, integerAt, onSocket } from './declaration';

const receive = onSocket((fd, call) =>
  both(integerAt(call, 2, 0), integerAt(call, 3, 0), (count, flags) => ({ value: { name: 'recv', fd, count, flags } })),
);

export const TRANSFER_CALLS: Readonly<Record<string, CallDeclaration>> = {
  read: onSocket((fd, call) => {
    const count = integerAt(call, 2, 0);
    return 'problem' in count ? count : { value: { name: 'read', fd, count: count.value } };
  }),

  recv: receive,

  /** The peer of a TCP socket is known: its address is not asked for. */
  recvfrom: receive,

  write: onSocket((fd, call) => {
    const count = integerAt(call, 2, 0);
    return 'problem' in count ? count : { value: { name: 'write', fd, bytes: bytesToSend(call.args[1], count.value) } };
  }),

  send: onSocket((fd, call) =>
    both(integerAt(call, 2, 0), integerAt(call, 3, 0), (count, flags) => ({
      value: { name: 'send', fd, bytes: bytesToSend(call.args[1], count), flags },
    })),
  ),

  sendto: onSocket((fd, call, { sockets, connection }) =>
    both(integerAt(call, 2, 0), integerAt(call, 3, 0), (count, flags) => {
      const address = sockets.remoteAddress(connection);
      if ('problem' in address) return address;
      return { value: { name: 'sendto', fd, bytes: bytesToSend(call.args[1], count), flags, address: address.value } };
    }),
  ),
};
