/** Calls that make, set up and end sockets. */
import { viewOf } from '../../../wire/bytes';
import type { CallOutputs } from '../../../trace/trace';
import { SOCK_CLOEXEC, SYSTEM_CALLS } from '../constants';
import { encodeSocketAddress, formatSocketAddress, LARGEST_ADDRESS_BYTES } from '../socket-address';
import { OPENS_RESULT, type Preparations, prompt, sleepy } from './prepared-call';

const INTEGER_BYTES = 4;

export const SOCKET_CALLS: Preparations<
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'close'
  | 'shutdown'
  | 'setsockopt'
  | 'getsockopt'
  | 'fcntl'
  | 'ioctl'
> = {
  // Both flags of CLOEXEC only keep the sockets from processes that a spec's commands start.
  socket: ({ domain, type, protocol }) =>
    prompt(SYSTEM_CALLS.socket, [domain, type | SOCK_CLOEXEC, protocol], OPENS_RESULT),
  bind: ({ fd, address }) => {
    const bytes = encodeSocketAddress(address);
    return prompt(SYSTEM_CALLS.bind, [fd, bytes, bytes.length]);
  },
  listen: ({ fd, backlog }) => prompt(SYSTEM_CALLS.listen, [fd, backlog]),
  accept: ({ fd }) => {
    const address = new Uint8Array(LARGEST_ADDRESS_BYTES);
    const length = Uint32Array.of(address.length);
    const outputs = () => peerOutputs(address.subarray(0, length[0] ?? 0));
    return sleepy(SYSTEM_CALLS.accept4, [fd, address, length, SOCK_CLOEXEC], { outputs, ...OPENS_RESULT });
  },
  connect: ({ fd, address }) => {
    const bytes = encodeSocketAddress(address);
    return sleepy(SYSTEM_CALLS.connect, [fd, bytes, bytes.length]);
  },
  // SO_LINGER makes it sleep. Linux closes the descriptor even when the call says EINTR.
  close: ({ fd }) => sleepy(SYSTEM_CALLS.close, [fd], { closes: fd }),
  shutdown: ({ fd, how }) => prompt(SYSTEM_CALLS.shutdown, [fd, how]),
  setsockopt: ({ fd, level, option, value }) =>
    prompt(SYSTEM_CALLS.setsockopt, [fd, level, option, value.slice(), value.length]),
  getsockopt: ({ fd, level, option, length }) => {
    const value = new Uint8Array(length);
    const used = Uint32Array.of(length);
    const outputs = () => optionOutputs(value.slice(0, Math.min(used[0] ?? 0, length)), used[0] ?? 0);
    return prompt(SYSTEM_CALLS.getsockopt, [fd, level, option, value, used], { outputs });
  },
  fcntl: ({ fd, command, argument }) => prompt(SYSTEM_CALLS.fcntl, [fd, command, argument]),
  ioctl: ({ fd, request }) => {
    const value = new Int32Array(2);
    return prompt(SYSTEM_CALLS.ioctl, [fd, request, value], { outputs: () => ({ value: value[0] ?? 0 }) });
  },
};

/** A struct sockaddr that the kernel has filled in. */
export function peerOutputs(address: Uint8Array): CallOutputs {
  const peer = formatSocketAddress(address);
  return peer === undefined ? {} : { peer };
}

function optionOutputs(bytes: Uint8Array, length: number): CallOutputs {
  if (bytes.length === INTEGER_BYTES) return { bytes, value: viewOf(bytes).getInt32(0, true), length };
  if (bytes.length === 1) return { bytes, value: bytes[0] ?? 0, length };
  return { bytes, length };
}
