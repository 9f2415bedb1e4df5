/**
 * Netlink: messages as bytes, and a socket that sends them and reads the answers.
 * Deliberately absent: what the messages mean; see `link.ts` and `diag/`.
 */
import { concatBytes, padToWord, viewOf } from '../../wire/bytes';
import { HostError } from '../host';
import { AF_NETLINK, MSG_TRUNC, SOCK_CLOEXEC, SOCK_RAW, SO_RCVTIMEO, SOL_SOCKET } from './constants';
import { errnoName } from './errno';
import { libc, succeed } from './libc';

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_GENERIC = 16;

const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;
export const NLM_F_EXCL = 0x200;

const NLM_F_DUMP_INTR = 0x10;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
/** The two bits above say that it is nested, and in which byte order. */
const TYPE_MASK = 0x3fff;
/** The kernel fills dumps in pieces of at most 32 KiB, whatever the size of the buffer. */
const BUFFER_BYTES = 64 * 1024;
/** Answers are made before send() returns; a socket that has none by then never will. */
const ANSWER_SECONDS = 2;
const DUMP_ATTEMPTS = 20;
/** A message must fit into the send buffer. */
const POSTED_AT_ONCE = 500;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** One attribute: length, type, payload, padding. */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(ATTRIBUTE_HEADER_BYTES);
  viewOf(header).setUint16(0, ATTRIBUTE_HEADER_BYTES + payload.length, true);
  viewOf(header).setUint16(2, type, true);
  return padToWord(concatBytes([header, payload]));
}

/** A 32-bit number as the payload of an attribute. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

export function encodeMessage(message: NetlinkMessage, sequence: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = viewOf(header);
  view.setUint32(0, HEADER_BYTES + message.body.length, true);
  view.setUint16(4, message.type, true);
  view.setUint16(6, message.flags, true);
  view.setUint32(8, sequence, true);
  return padToWord(concatBytes([header, message.body]));
}

/** The messages in what one recv() gave. A rest that is too short for a header is left out. */
export function decodeMessages(bytes: Uint8Array): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.getUint32(at, true);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      body: bytes.subarray(at + HEADER_BYTES, at + length),
    });
    at += (length + 3) & ~3;
  }
  return messages;
}

/** The payload of an attribute of a message, whose attributes begin at `from`; undefined when it has none. */
export function findAttribute(bytes: Uint8Array, from: number, type: number): Uint8Array | undefined {
  const view = viewOf(bytes);
  let at = from;
  while (at + ATTRIBUTE_HEADER_BYTES <= bytes.length) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) break;
    const isWanted = (view.getUint16(at + 2, true) & TYPE_MASK) === type;
    if (isWanted) return bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length);
    at += (length + 3) & ~3;
  }
  return undefined;
}

interface Dump<T> {
  readonly taken: readonly T[];
  /** The kernel says that the list changed meanwhile. */
  readonly interrupted: boolean;
  readonly errno: number;
}

export class NetlinkSocket {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #sequence = 1;
  #closed = false;

  /** @throws HostError `system-call` */
  constructor(protocol: number) {
    const what = `socket(AF_NETLINK, SOCK_RAW, ${protocol})`;
    this.#fd = succeed(what, libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVTIMEO, BigInt64Array.of(BigInt(ANSWER_SECONDS), 0n), 16);
  }

  /**
   * Sends requests in one go, which the kernel carries out in order.
   * @returns for each, zero or minus the errno
   */
  request(messages: readonly NetlinkMessage[]): readonly number[] {
    this.#send(messages.map((message) => ({ ...message, flags: message.flags | NLM_F_REQUEST | NLM_F_ACK })));
    const results: number[] = [];
    while (results.length < messages.length) {
      for (const { type, body } of this.#receive()) {
        if (type === NLMSG_ERROR) results.push(viewOf(body).getInt32(0, true));
      }
    }
    return results;
  }

  /** Sends requests whose results nobody needs to know. Nothing else can be asked over this socket afterwards. */
  post(messages: readonly NetlinkMessage[]): void {
    for (let at = 0; at < messages.length; at += POSTED_AT_ONCE) {
      this.#send(messages.slice(at, at + POSTED_AT_ONCE).map((one) => ({ ...one, flags: one.flags | NLM_F_REQUEST })));
    }
  }

  /** Sends one question with one answer. @returns the answer, or minus the errno */
  ask(message: NetlinkMessage): NetlinkMessage | number {
    this.#send([{ ...message, flags: message.flags | NLM_F_REQUEST }]);
    const [answer] = this.#receive();
    if (answer === undefined) throw new HostError('system-call', 'netlink gave an empty answer');
    if (answer.type === NLMSG_ERROR) return viewOf(answer.body).getInt32(0, true);
    // The buffer is used again by the next receipt.
    return { ...answer, body: answer.body.slice() };
  }

  /**
   * All messages of a dump, however many buffers they fill. One that changed under the reader is read again.
   *
   * @param take makes something of a message's body, which is valid only during the call
   * @returns what was made, or minus the errno
   */
  dump<T>(message: NetlinkMessage, take: (body: Uint8Array) => T): readonly T[] | number {
    for (let attempt = 1; ; attempt++) {
      const { taken, interrupted, errno } = this.#dumpOnce(message, take);
      if (errno < 0) return errno;
      if (!interrupted || attempt === DUMP_ATTEMPTS) return taken;
    }
  }

  close(): void {
    if (!this.#closed) libc.close(this.#fd);
    this.#closed = true;
  }

  #dumpOnce<T>(message: NetlinkMessage, take: (body: Uint8Array) => T): Dump<T> {
    this.#send([{ ...message, flags: message.flags | NLM_F_REQUEST | NLM_F_DUMP }]);
    const taken: T[] = [];
    let interrupted = false;
    for (;;) {
      for (const { type, flags, body } of this.#receive()) {
        if ((flags & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        if (type === NLMSG_ERROR) return { taken, interrupted, errno: viewOf(body).getInt32(0, true) };
        if (type === NLMSG_DONE) {
          const errno = body.length >= 4 ? viewOf(body).getInt32(0, true) : 0;
          return { taken, interrupted, errno: Math.min(errno, 0) };
        }
        taken.push(take(body));
      }
    }
  }

  #send(messages: readonly NetlinkMessage[]): void {
    const bytes = concatBytes(messages.map((message) => encodeMessage(message, this.#sequence++)));
    succeed('send(netlink)', libc.send(this.#fd, bytes, bytes.length, 0));
  }

  #receive(): readonly NetlinkMessage[] {
    const length = libc.recv(this.#fd, this.#buffer, this.#buffer.length, MSG_TRUNC);
    if (length < 0) throw new HostError('system-call', `recv(netlink): ${errnoName(length)}`);
    if (length > this.#buffer.length) throw new HostError('system-call', `a netlink message of ${length} bytes`);
    return decodeMessages(this.#buffer.subarray(0, length));
  }
}

/** Over a socket of the network in which the calling thread is, which is closed then. @throws HostError `system-call` */
export function overNetlink<T>(protocol: number, use: (netlink: NetlinkSocket) => T): T {
  const netlink = new NetlinkSocket(protocol);
  try {
    return use(netlink);
  } finally {
    netlink.close();
  }
}
