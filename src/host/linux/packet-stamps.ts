/**
 * Time stamps of packets, switched on for as long as this process lives.
 *
 * The kernel stamps packets only while some socket of the machine wants it. It switches by patching its own code, which
 * stops every processor for a moment, and it does so a while after the socket has asked. Both must not happen in the
 * timed part of a run, neither of this process nor of its neighbours: so one socket keeps asking.
 */
import { NS_PER_S } from '../../base/nanoseconds';
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM, SYSTEM_CALLS } from './constants';
import { addressOf, libc, newTimespec, pause, readRealtime, succeed } from './libc';
import { raiseLoopback } from './link';
import { inFurtherNetwork } from './namespace';
import { encodeSocketAddress } from './socket-address';
import { StampedReceiver } from './stamped-receiver';

const ATTEMPTS = 200;
const PAUSE_NS = 200_000;
/** Any port: the socket is alone in its network, which it keeps. */
const ADDRESS = encodeSocketAddress({ family: 'ipv4', address: '127.0.0.1', port: 9 });

let keeper: number | undefined;

/** Returns when packets get their stamps as they arrive. */
export function keepStampsOn(): void {
  keeper ??= inFurtherNetwork(openKeeper);
}

function openKeeper(): number {
  raiseLoopback();
  const fd = succeed('socket(AF_INET)', libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  succeed('bind(127.0.0.1)', libc.bind(fd, ADDRESS, ADDRESS.length));
  const connect = libc.syscall(SYSTEM_CALLS.connect, fd, addressOf(ADDRESS), ADDRESS.length, 0, 0, 0);
  succeed('connect(127.0.0.1)', connect);
  const receiver = new StampedReceiver(fd, 8);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (isStampedOnArrival(fd, receiver)) break;
  }
  return fd;
}

/** A packet that has no stamp when it is read gets one then. */
function isStampedOnArrival(fd: number, receiver: StampedReceiver): boolean {
  const sent = newTimespec();
  succeed('send(127.0.0.1)', libc.send(fd, new Uint8Array(1), 1, 0));
  readRealtime(sent);
  pause(PAUSE_NS);
  if (receiver.receive() < 0) return false;
  const afterSendingNs = (receiver.stampSeconds - (sent[0] ?? 0)) * NS_PER_S + receiver.stampNs - (sent[2] ?? 0);
  return afterSendingNs < PAUSE_NS / 2;
}
