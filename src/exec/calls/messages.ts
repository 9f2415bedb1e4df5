/** sendmsg() and recvmsg(): several buffers, and control messages beside them. */
import type { SocketAddress } from '../../host/host';
import { fieldOf, integerOf, itemsOf } from '../../spec/arguments';
import type { CallArgument } from '../../spec/model';
import { encodeControlData } from '../../spec/structures';
import type { ControlMessage } from '../../trace/trace';
import type { Resolved } from '../sockets';
import { buffersOf, inputBuffer, outputBuffer } from './buffers';
import { all, both, type CallContext, type CallDeclaration, given, integerAt, onSocket } from './declaration';
import { targetOf } from './target';

export const MESSAGE_CALLS: Readonly<Record<string, CallDeclaration>> = {
  sendmsg: onSocket((fd, call, context) => {
    const [, message] = call.args;
    return both(buffersOf(fieldOf(message, 'msg_iov'), outputBuffer), integerAt(call, 2, 0), (buffers, flags) =>
      both(addressOf(message, context), controlOf(message), (address, control) => ({
        value: { name: 'sendmsg', fd, ...(address === null ? {} : { address }), buffers, control, flags },
      })),
    );
  }),

  /** Whom a message came from is not asked for: the peer of a TCP socket is known. */
  recvmsg: onSocket((fd, call) => {
    const [, message] = call.args;
    return both(buffersOf(fieldOf(message, 'msg_iov'), inputBuffer), integerAt(call, 2, 0), (buffers, flags) =>
      given(controlOf(message), (control) => ({
        value: { name: 'recvmsg', fd, buffers, controlLength: roomFor(control), flags },
      })),
    );
  }),
};

/** `null`: the message names none. */
function addressOf(message: CallArgument | undefined, context: CallContext): Resolved<SocketAddress | null> {
  const name = fieldOf(message, 'msg_name');
  return name === undefined ? { value: null } : targetOf(name, context);
}

function controlOf(message: CallArgument | undefined): Resolved<readonly ControlMessage[]> {
  return all(itemsOf(fieldOf(message, 'msg_control')).map(controlMessage));
}

function controlMessage(argument: CallArgument): Resolved<ControlMessage> {
  const level = integerOf(fieldOf(argument, 'cmsg_level')) ?? 0;
  const type = integerOf(fieldOf(argument, 'cmsg_type')) ?? 0;
  const data = encodeControlData(level, fieldOf(argument, 'cmsg_data'));
  return data === undefined ? { problem: 'the data of a control message are none' } : { value: { level, type, data } };
}

const CMSG_HEADER_BYTES = 16;
const CMSG_ALIGNMENT = 8;

/**
 * As much room as the expected control messages take, and no more: what the kernel has beyond them then shows as
 * MSG_CTRUNC in msg_flags. packetdrill gives the same.
 */
function roomFor(control: readonly ControlMessage[]): number {
  return control.reduce(
    (room, { data }) => room + CMSG_HEADER_BYTES + Math.ceil(data.length / CMSG_ALIGNMENT) * CMSG_ALIGNMENT,
    0,
  );
}
