/** Calls that wait for events: poll and epoll. */
import { NS_PER_MS, NS_PER_S } from '../../../base/nanoseconds';
import { viewOf } from '../../../wire/bytes';
import { EPOLL_CLOEXEC, EPOLL_EVENT, SYSTEM_CALLS } from '../constants';
import { OPENS_RESULT, type Preparations, prompt, sleepy } from './prepared-call';

const POLLFD_BYTES = 8;
const SIGNAL_SET_BYTES = 8;
/** The kernel takes no such flag, and answers EINVAL, as epoll_create(2) does to a size that is not positive. */
const BAD_FLAGS = 1;
const DATA_DIGITS = 16;

export const WAITING_CALLS: Preparations<'poll' | 'epoll_create' | 'epoll_ctl' | 'epoll_wait'> = {
  poll: ({ entries, timeoutMs }) => {
    const list = new Uint8Array(Math.max(entries.length, 1) * POLLFD_BYTES);
    const view = viewOf(list);
    for (const [index, { fd, events }] of entries.entries()) {
      view.setInt32(index * POLLFD_BYTES, fd, true);
      view.setInt16(index * POLLFD_BYTES + 4, events, true);
    }
    const timeout = timeoutMs < 0 ? 0 : timespecOf(timeoutMs);
    const outputs = () => ({ revents: entries.map((_, index) => view.getInt16(index * POLLFD_BYTES + 6, true)) });
    return sleepy(SYSTEM_CALLS.ppoll, [list, entries.length, timeout, 0, SIGNAL_SET_BYTES], { outputs });
  },
  // The old call does not exist on arm64, and the size means nothing any more.
  epoll_create: ({ size }) => prompt(SYSTEM_CALLS.epollCreate1, [size > 0 ? EPOLL_CLOEXEC : BAD_FLAGS], OPENS_RESULT),
  epoll_ctl: ({ epoll, operation, fd, events, data }) => {
    const event = new Uint8Array(EPOLL_EVENT.bytes);
    const view = viewOf(event);
    view.setUint32(0, events, true);
    view.setBigUint64(EPOLL_EVENT.dataAt, BigInt(`0x${data}`), true);
    return prompt(SYSTEM_CALLS.epollCtl, [epoll, operation, fd, event]);
  },
  epoll_wait: ({ epoll, maxEvents, timeoutMs }) => {
    const list = new Uint8Array(Math.max(maxEvents, 1) * EPOLL_EVENT.bytes);
    const view = viewOf(list);
    const outputs = (returned: number) => ({
      events: Array.from({ length: returned }, (_, index) => ({
        events: view.getUint32(index * EPOLL_EVENT.bytes, true),
        data: hexadecimal(view.getBigUint64(index * EPOLL_EVENT.bytes + EPOLL_EVENT.dataAt, true)),
      })),
    });
    return sleepy(SYSTEM_CALLS.epollPwait, [epoll, list, maxEvents, timeoutMs, 0, SIGNAL_SET_BYTES], { outputs });
  },
};

function hexadecimal(data: bigint): string {
  return data.toString(16).padStart(DATA_DIGITS, '0');
}

function timespecOf(milliseconds: number): BigInt64Array {
  const ns = milliseconds * NS_PER_MS;
  return BigInt64Array.of(BigInt(Math.floor(ns / NS_PER_S)), BigInt(ns % NS_PER_S));
}
