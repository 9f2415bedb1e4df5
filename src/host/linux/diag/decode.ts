/** The answers of inet_diag (include/uapi/linux/inet_diag.h), without any socket. */
import type { SocketEntry, SocketMemory } from '../../../trace/trace';
import { formatAddress } from '../../../wire/address';
import { viewOf } from '../../../wire/bytes';
import { AF_INET } from '../constants';
import { findAttribute } from '../netlink';
import { stateName } from '../tcp-states';

/** struct inet_diag_sockid: two ports, two addresses of 16 bytes, interface, cookie. */
export const SOCKET_ID_AT = 4;
export const SOCKET_ID_BYTES = 48;
export const INET_DIAG_SKMEMINFO = 7;

const STATE_AT = 1;
const SOURCE_PORT_AT = SOCKET_ID_AT;
const TARGET_PORT_AT = SOCKET_ID_AT + 2;
const SOURCE_AT = SOCKET_ID_AT + 4;
const TARGET_AT = SOCKET_ID_AT + 20;
const EXPIRES_AT = SOCKET_ID_AT + SOCKET_ID_BYTES;
const MESSAGE_BYTES = EXPIRES_AT + 20;

const TIMERS: readonly string[] = ['off', 'on', 'keepalive', 'timewait', 'persist', 'delack'];

/** One struct inet_diag_msg with its attributes; undefined when the bytes are too few for one. */
export function decodeSocket(body: Uint8Array): SocketEntry | undefined {
  if (body.length < MESSAGE_BYTES) return undefined;
  const view = viewOf(body);
  const timer = view.getUint8(2);
  const memory = findAttribute(body, MESSAGE_BYTES, INET_DIAG_SKMEMINFO);
  const family = view.getUint8(0) === AF_INET ? 4 : 6;
  return {
    state: stateName(view.getUint8(STATE_AT)),
    family,
    localAddress: addressAt(view, SOURCE_AT, family),
    localPort: view.getUint16(SOURCE_PORT_AT),
    remoteAddress: addressAt(view, TARGET_AT, family),
    remotePort: view.getUint16(TARGET_PORT_AT),
    receiveQueue: view.getUint32(EXPIRES_AT + 4, true),
    sendQueue: view.getUint32(EXPIRES_AT + 8, true),
    timer: TIMERS[timer] ?? `timer-${timer}`,
    timerExpiresMs: view.getUint32(EXPIRES_AT, true),
    retransmits: view.getUint8(3),
    inode: view.getUint32(EXPIRES_AT + 16, true),
    ...(memory === undefined ? {} : { memory: decodeMemory(memory) }),
  };
}

/** A dump may have thousands of addresses, and most of them are IPv4: those take no detour. */
function addressAt(view: DataView, at: number, family: 4 | 6): string {
  if (family === 4) return quadAt(view, at);
  const isMapped = view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
  if (isMapped) return quadAt(view, at + 12);
  return formatAddress(new Uint8Array(view.buffer, view.byteOffset + at, 16));
}

function quadAt(view: DataView, at: number): string {
  return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
}

/** Kernels before 4.10 give eight numbers, without the drops. */
function decodeMemory(bytes: Uint8Array): SocketMemory {
  const view = viewOf(bytes);
  const number = (index: number) => ((index + 1) * 4 <= bytes.length ? view.getInt32(index * 4, true) : 0);
  return {
    receiveAllocated: number(0),
    receiveBuffer: number(1),
    sendAllocated: number(2),
    sendBuffer: number(3),
    forwardAllocated: number(4),
    writeQueued: number(5),
    optionMemory: number(6),
    backlog: number(7),
    drops: number(8),
  };
}
