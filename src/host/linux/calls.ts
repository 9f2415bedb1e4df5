/**
 * System calls as data: a `CallRequest` becomes the number and six arguments of one system call, and a reading of what
 * the kernel wrote. The same data serve the main thread and the blocking thread, which share their memory.
 * Deliberately absent: making the call; see `call.ts` and `blocking-threads.ts`.
 */
import { NS_PER_MS, NS_PER_S } from '../../base/nanoseconds';
import { viewOf } from '../../wire/bytes';
import type { CallOutcome, CallOutputs } from '../../trace/trace';
import type { CallRequest } from '../host';
import { SOCK_CLOEXEC, SYSTEM_CALLS } from './constants';
import { errnoName } from './errno';
import { addressOf } from './libc';
import { encodeSocketAddress, formatSocketAddress, LARGEST_ADDRESS_BYTES } from './socket-address';

export interface PreparedCall {
  readonly number: number;
  /** Six, as the kernel takes them; addresses are numbers. */
  readonly values: readonly number[];
  /** What the addresses point to: must live until the call is over. */
  readonly memory: readonly NodeJS.TypedArray[];
  /** The call can sleep, so somebody must watch over it. */
  readonly maySleep: boolean;
  /** What the kernel wrote, after a call that succeeded. */
  readonly outputs: (returned: number) => CallOutputs;
}

type Request<N extends CallRequest['name']> = Extract<CallRequest, { readonly name: N }>;
type Preparations = { readonly [N in CallRequest['name']]: (request: Request<N>) => PreparedCall };

/** A number is itself, bytes are their address. */
type Value = number | NodeJS.TypedArray;

const NO_OUTPUTS = () => ({});
const POLLFD_BYTES = 8;
const SIGNAL_SET_BYTES = 8;
const INTEGER_BYTES = 4;

const PREPARATIONS: Preparations = {
  // Both flags of CLOEXEC only keep the sockets from processes that a spec's commands start.
  socket: ({ domain, type, protocol }) =>
    prompt(SYSTEM_CALLS.socket, [domain, type | SOCK_CLOEXEC, protocol], NO_OUTPUTS),
  bind: ({ fd, address }) => {
    const bytes = encodeSocketAddress(address);
    return prompt(SYSTEM_CALLS.bind, [fd, bytes, bytes.length], NO_OUTPUTS);
  },
  listen: ({ fd, backlog }) => prompt(SYSTEM_CALLS.listen, [fd, backlog], NO_OUTPUTS),
  accept: ({ fd }) => {
    const address = new Uint8Array(LARGEST_ADDRESS_BYTES);
    const length = Uint32Array.of(address.length);
    return sleepy(SYSTEM_CALLS.accept4, [fd, address, length, SOCK_CLOEXEC], () => {
      const peer = formatSocketAddress(address.subarray(0, length[0] ?? 0));
      return peer === undefined ? {} : { peer };
    });
  },
  connect: ({ fd, address }) => {
    const bytes = encodeSocketAddress(address);
    return sleepy(SYSTEM_CALLS.connect, [fd, bytes, bytes.length], NO_OUTPUTS);
  },
  read: ({ fd, count }) => {
    const buffer = new Uint8Array(count);
    return sleepy(SYSTEM_CALLS.read, [fd, buffer, count], (returned) => ({ bytes: buffer.slice(0, returned) }));
  },
  recv: ({ fd, count, flags }) => {
    const buffer = new Uint8Array(count);
    // MSG_TRUNC returns more than was written.
    const outputs = (returned: number) => ({ bytes: buffer.slice(0, Math.min(returned, count)) });
    return sleepy(SYSTEM_CALLS.recvfrom, [fd, buffer, count, flags], outputs);
  },
  write: ({ fd, bytes }) => sleepy(SYSTEM_CALLS.write, [fd, bytes.slice(), bytes.length], NO_OUTPUTS),
  send: ({ fd, bytes, flags }) => sleepy(SYSTEM_CALLS.sendto, [fd, bytes.slice(), bytes.length, flags], NO_OUTPUTS),
  sendto: ({ fd, bytes, flags, address }) => {
    const target = encodeSocketAddress(address);
    return sleepy(SYSTEM_CALLS.sendto, [fd, bytes.slice(), bytes.length, flags, target, target.length], NO_OUTPUTS);
  },
  // SO_LINGER makes it sleep.
  close: ({ fd }) => sleepy(SYSTEM_CALLS.close, [fd], NO_OUTPUTS),
  shutdown: ({ fd, how }) => prompt(SYSTEM_CALLS.shutdown, [fd, how], NO_OUTPUTS),
  setsockopt: ({ fd, level, option, value }) =>
    prompt(SYSTEM_CALLS.setsockopt, [fd, level, option, value.slice(), value.length], NO_OUTPUTS),
  getsockopt: ({ fd, level, option, length }) => {
    const value = new Uint8Array(length);
    const used = Uint32Array.of(length);
    return prompt(SYSTEM_CALLS.getsockopt, [fd, level, option, value, used], () =>
      optionOutputs(value.slice(0, Math.min(used[0] ?? 0, length)), used[0] ?? 0),
    );
  },
  fcntl: ({ fd, command, argument }) => prompt(SYSTEM_CALLS.fcntl, [fd, command, argument], NO_OUTPUTS),
  ioctl: ({ fd, request }) => {
    const value = new Int32Array(2);
    return prompt(SYSTEM_CALLS.ioctl, [fd, request, value], () => ({ value: value[0] ?? 0 }));
  },
  poll: ({ entries, timeoutMs }) => {
    const list = new Uint8Array(Math.max(entries.length, 1) * POLLFD_BYTES);
    const view = viewOf(list);
    for (const [index, { fd, events }] of entries.entries()) {
      view.setInt32(index * POLLFD_BYTES, fd, true);
      view.setInt16(index * POLLFD_BYTES + 4, events, true);
    }
    const timeout = timeoutMs < 0 ? 0 : timespecOf(timeoutMs);
    return sleepy(SYSTEM_CALLS.ppoll, [list, entries.length, timeout, 0, SIGNAL_SET_BYTES], () => ({
      revents: entries.map((_, index) => view.getInt16(index * POLLFD_BYTES + 6, true)),
    }));
  },
};

export function prepareCall(request: CallRequest): PreparedCall {
  // The table has, for each name, what takes the request of that name.
  const prepare = PREPARATIONS[request.name] as (request: CallRequest) => PreparedCall;
  return prepare(request);
}

/** @param result what the call returned, or minus the errno */
export function outcomeOf(call: PreparedCall, result: number): CallOutcome {
  if (result < 0) return { returned: -1, errno: errnoName(result), outputs: {} };
  return { returned: result, errno: '', outputs: call.outputs(result) };
}

function prompt(number: number, values: readonly Value[], outputs: PreparedCall['outputs']): PreparedCall {
  return prepared(number, values, false, outputs);
}

function sleepy(number: number, values: readonly Value[], outputs: PreparedCall['outputs']): PreparedCall {
  return prepared(number, values, true, outputs);
}

function prepared(
  number: number,
  values: readonly Value[],
  maySleep: boolean,
  outputs: PreparedCall['outputs'],
): PreparedCall {
  const memory = values.filter((value) => typeof value !== 'number');
  const numbers = values.map((value) => (typeof value === 'number' ? value : addressOf(value)));
  while (numbers.length < 6) numbers.push(0);
  return { number, values: numbers, memory, maySleep, outputs };
}

function optionOutputs(bytes: Uint8Array, length: number): CallOutputs {
  if (bytes.length === INTEGER_BYTES) return { bytes, value: viewOf(bytes).getInt32(0, true), length };
  if (bytes.length === 1) return { bytes, value: bytes[0] ?? 0, length };
  return { bytes, length };
}

function timespecOf(milliseconds: number): BigInt64Array {
  const ns = milliseconds * NS_PER_MS;
  return BigInt64Array.of(BigInt(Math.floor(ns / NS_PER_S)), BigInt(ns % NS_PER_S));
}
