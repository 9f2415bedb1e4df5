/** sendmsg and recvmsg. */
import { SYSTEM_CALLS } from '../constants';
import { addressOf } from '../libc';
import { MSGHDR } from '../message-header';
import { encodeSocketAddress, LARGEST_ADDRESS_BYTES } from '../socket-address';
import { bytesRead, inputBuffers, outputBuffers } from './buffers';
import { decodeControl, encodeControl } from './control-messages';
import { type Preparations, sleepy } from './prepared-call';
import { peerOutputs } from './sockets';
import { sending } from './transfer';

interface Parts {
  /** Empty: none. */
  readonly name: Uint8Array;
  readonly vector: BigUint64Array;
  readonly vectorLength: number;
  /** Empty: none. */
  readonly control: Uint8Array;
}

export const MESSAGE_CALLS: Preparations<'sendmsg' | 'recvmsg'> = {
  sendmsg: ({ fd, address, buffers, control, flags }) => {
    const { vector, memory, bytes } = outputBuffers(buffers);
    const name = address === undefined ? new Uint8Array(0) : encodeSocketAddress(address);
    const message = { name, vector, vectorLength: buffers.length, control: encodeControl(control) };
    const traits = { ...sending(bytes), memory: [name, vector, message.control, ...memory] };
    return sleepy(SYSTEM_CALLS.sendmsg, [fd, headerOf(message), flags], traits);
  },
  recvmsg: ({ fd, buffers, controlLength, flags }) => {
    const { vector, memory } = inputBuffers(buffers);
    const name = new Uint8Array(LARGEST_ADDRESS_BYTES);
    const control = new Uint8Array(controlLength);
    const header = headerOf({ name, vector, vectorLength: buffers.length, control });
    const outputs = (returned: number) => ({
      bytes: bytesRead(memory, returned),
      messageFlags: lowerHalf(header, MSGHDR.flags),
      control: decodeControl(control.subarray(0, lowerHalf(header, MSGHDR.controlLength))),
      ...peerOutputs(name.subarray(0, lowerHalf(header, MSGHDR.nameLength))),
    });
    return sleepy(SYSTEM_CALLS.recvmsg, [fd, header, flags], { outputs, memory: [name, vector, control, ...memory] });
  },
};

function headerOf({ name, vector, vectorLength, control }: Parts): BigUint64Array {
  const header = new BigUint64Array(MSGHDR.words);
  header[MSGHDR.name] = pointer(name);
  header[MSGHDR.nameLength] = BigInt(name.length);
  header[MSGHDR.vector] = pointer(vector);
  header[MSGHDR.vectorLength] = BigInt(vectorLength);
  header[MSGHDR.control] = pointer(control);
  header[MSGHDR.controlLength] = BigInt(control.length);
  return header;
}

function pointer(memory: NodeJS.TypedArray): bigint {
  return memory.length === 0 ? 0n : BigInt(addressOf(memory));
}

/** Lengths and flags of a message fit into 32 bits. */
function lowerHalf(header: BigUint64Array, word: number): number {
  return Number((header[word] ?? 0n) & 0xffff_ffffn);
}
