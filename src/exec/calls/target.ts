/** Whom a call reaches out to. */
import type { SocketAddress } from '../../host/host';
import type { CallArgument } from '../../spec/model';
import type { Resolved } from '../sockets';
import type { CallContext } from './declaration';

/** `AF_UNSPEC` is nobody: it takes a connection apart. `...` is the other side of the step's connection. */
export function targetOf(
  argument: CallArgument | undefined,
  { sockets, connection }: CallContext,
): Resolved<SocketAddress> {
  if (argument?.kind === 'symbols') return { value: { family: 'unspec' } };
  return sockets.remoteAddress(connection);
}
