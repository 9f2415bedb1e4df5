/** Calls that move bytes between a descriptor and memory. */
import { SYSTEM_CALLS } from '../constants';
import { encodeSocketAddress } from '../socket-address';
import { bytesRead, inputBuffers, inputMemory, outputBuffers, outputMemory, outputSize } from './buffers';
import { type Preparations, sleepy, type Traits } from './prepared-call';

export const TRANSFER_CALLS: Preparations<'read' | 'readv' | 'recv' | 'write' | 'writev' | 'send' | 'sendto'> = {
  read: ({ fd, buffer }) => {
    const memory = inputMemory(buffer);
    return sleepy(SYSTEM_CALLS.read, [fd, memory, buffer.size], reading([memory]));
  },
  readv: ({ fd, buffers }) => {
    const { vector, memory } = inputBuffers(buffers);
    return sleepy(SYSTEM_CALLS.readv, [fd, vector, buffers.length], { ...reading(memory), memory });
  },
  recv: ({ fd, buffer, flags }) => {
    const memory = inputMemory(buffer);
    return sleepy(SYSTEM_CALLS.recvfrom, [fd, memory, buffer.size, flags], reading([memory]));
  },
  write: ({ fd, buffer }) => {
    const size = outputSize(buffer);
    return sleepy(SYSTEM_CALLS.write, [fd, outputMemory(buffer), size], sending(size));
  },
  writev: ({ fd, buffers }) => {
    const { vector, memory, bytes } = outputBuffers(buffers);
    return sleepy(SYSTEM_CALLS.writev, [fd, vector, buffers.length], { ...sending(bytes), memory });
  },
  send: ({ fd, buffer, flags }) => {
    const size = outputSize(buffer);
    return sleepy(SYSTEM_CALLS.sendto, [fd, outputMemory(buffer), size, flags], sending(size));
  },
  sendto: ({ fd, buffer, flags, address }) => {
    const size = outputSize(buffer);
    const target = encodeSocketAddress(address);
    const values = [fd, outputMemory(buffer), size, flags, target, target.length];
    return sleepy(SYSTEM_CALLS.sendto, values, sending(size));
  },
};

function reading(memory: readonly (Uint8Array | 0)[]): Traits {
  return { outputs: (returned) => ({ bytes: bytesRead(memory, returned) }) };
}

/** The traits of a call that sends so many bytes. */
export function sending(bytes: number): Traits {
  return { wantedBytes: bytes, keepsMemory: true };
}
