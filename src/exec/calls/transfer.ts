/** Calls that move data between a buffer and a descriptor. */
import type { OutputBuffer } from '../../host/host';
import type { Call } from '../../spec/model';
import type { Resolved } from '../sockets';
import { buffersOf, inputBuffer, outputBuffer } from './buffers';
import { type CallContext, type CallDeclaration, both, given, integerAt, onSocket } from './declaration';
import { targetOf } from './target';

const receive = onSocket((fd, call) =>
  both(integerAt(call, 2, 0), integerAt(call, 3, 0), (size, flags) =>
    given(inputBuffer(call.args[1], size), (buffer) => ({ value: { name: 'recv', fd, buffer, flags } })),
  ),
);

export const TRANSFER_CALLS: Readonly<Record<string, CallDeclaration>> = {
  read: onSocket((fd, call) =>
    given(integerAt(call, 2, 0), (size) =>
      given(inputBuffer(call.args[1], size), (buffer) => ({ value: { name: 'read', fd, buffer } })),
    ),
  ),

  readv: onSocket((fd, call) =>
    given(buffersOf(call.args[1], inputBuffer), (buffers) => ({ value: { name: 'readv', fd, buffers } })),
  ),

  recv: receive,

  /** The peer of a TCP socket is known: its address is not asked for. */
  recvfrom: receive,

  write: onSocket((fd, call) =>
    given(integerAt(call, 2, 0), (size) =>
      given(outputBuffer(call.args[1], size), (buffer) => ({ value: { name: 'write', fd, buffer } })),
    ),
  ),

  writev: onSocket((fd, call) =>
    given(buffersOf(call.args[1], outputBuffer), (buffers) => ({ value: { name: 'writev', fd, buffers } })),
  ),

  send: onSocket((fd, call) =>
    both(integerAt(call, 2, 0), integerAt(call, 3, 0), (size, flags) =>
      given(outputBuffer(call.args[1], size), (buffer) => ({ value: { name: 'send', fd, buffer, flags } })),
    ),
  ),

  sendto: onSocket((fd, call, context) =>
    both(datagram(call, context), integerAt(call, 3, 0), (buffer, flags) =>
      given(targetOf(call.args[4], context), (address) => ({ value: { name: 'sendto', fd, buffer, flags, address } })),
    ),
  ),
};

const ECHO_HEADER_BYTES = 8;

/** What sendto() sends. A ping socket takes nothing but a whole echo request (net/ipv4/ping.c ping_common_sendmsg). */
function datagram(call: Call, { sockets }: CallContext): Resolved<OutputBuffer> {
  return given(integerAt(call, 2, 0), (size) => {
    const made = outputBuffer(call.args[1], size);
    const echo = sockets.echoRequestOf(call.args[0]);
    if ('problem' in made || made.value.kind === 'null' || echo === undefined) return made;
    const isFree = call.args[1]?.kind === 'ellipsis' && size >= ECHO_HEADER_BYTES;
    if (isFree) made.value.bytes[0] = echo;
    return made;
  });
}
