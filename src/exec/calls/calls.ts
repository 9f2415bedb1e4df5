/** Every system call that a spec can make. */
import type { CallRequest } from '../../host/host';
import type { Call } from '../../spec/model';
import type { Resolved } from '../sockets';
import type { CallContext, CallDeclaration } from './declaration';
import { EPOLL_CALLS } from './epoll';
import { FILE_CALLS } from './files';
import { LIFECYCLE_CALLS } from './lifecycle';
import { MESSAGE_CALLS } from './messages';
import { OPTION_CALLS } from './options';
import { TRANSFER_CALLS } from './transfer';

const CALLS: ReadonlyMap<string, CallDeclaration> = new Map(
  Object.entries({
    ...LIFECYCLE_CALLS,
    ...TRANSFER_CALLS,
    ...MESSAGE_CALLS,
    ...OPTION_CALLS,
    ...EPOLL_CALLS,
    ...FILE_CALLS,
  }),
);

/** The request that a call makes of the host, with live descriptors and addresses; or why it cannot be made. */
export function requestOf(call: Call, context: CallContext): Resolved<CallRequest> {
  const declaration = CALLS.get(call.name);
  return declaration === undefined
    ? { problem: `packetspec has no system call \`${call.name}\`` }
    : declaration(call, context);
}
