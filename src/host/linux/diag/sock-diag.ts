/** What `ss` shows: the TCP sockets of a network, asked from the kernel over netlink. */
import { messageOf } from '../../../base/message';
import type { SocketEntry } from '../../../trace/trace';
import { viewOf } from '../../../wire/bytes';
import { HostError } from '../../host';
import { AF_INET, IPPROTO_TCP } from '../constants';
import { errnoName } from '../errno';
import type { NetlinkMessage } from '../netlink';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../netlink';
import { ALL_STATES } from '../tcp-states';
import { decodeSocket, INET_DIAG_SKMEMINFO, SOCKET_ID_AT, SOCKET_ID_BYTES } from './decode';

const TCPDIAG_GETSOCK = 18;
/** struct inet_diag_req: family, two lengths, extensions, socket id, states, an unused number. */
const OLD_REQUEST_EXTENSIONS_AT = 3;
const OLD_REQUEST_STATES_AT = 52;
const OLD_REQUEST_BYTES = 60;

const SOCK_DESTROY = 21;
/** struct inet_diag_req_v2: family, protocol, extensions, padding, states, socket id. */
const REQUEST_ID_AT = 8;
const REQUEST_BYTES = REQUEST_ID_AT + SOCKET_ID_BYTES;

export class SockDiag {
  readonly #netlink: NetlinkSocket;

  /** Asks about the network that the calling thread is in now. @throws HostError `no-inet-diag` */
  constructor() {
    try {
      this.#netlink = new NetlinkSocket(NETLINK_SOCK_DIAG);
    } catch (cause) {
      throw noInetDiag(messageOf(cause));
    }
  }

  /** @throws HostError `no-inet-diag` */
  sockets(): readonly SocketEntry[] {
    return this.#dump(decodeSocket).filter((entry) => entry !== undefined);
  }

  /**
   * Ends all sockets of the network: a connection that was closed but not acknowledged would otherwise keep the
   * network for minutes. A kernel without CONFIG_INET_DIAG_DESTROY leaves them. The last thing to ask for.
   */
  destroyAll(): void {
    this.#netlink.post(this.#dump(destroyRequest));
  }

  /** Ends the sockets that are wanted, as `destroyAll` does. */
  destroy(isWanted: (entry: SocketEntry) => boolean): void {
    const requests = this.#dump((body) => {
      const entry = decodeSocket(body);
      return entry !== undefined && isWanted(entry) ? destroyRequest(body) : undefined;
    });
    this.#netlink.post(requests.filter((request) => request !== undefined));
  }

  close(): void {
    this.#netlink.close();
  }

  #dump<T>(take: (body: Uint8Array) => T): readonly T[] {
    const answer = this.#netlink.dump(dumpRequest(), take);
    if (typeof answer === 'number') throw noInetDiag(`sock_diag: ${errnoName(answer)}`);
    return answer;
  }
}

/**
 * The old form of the question, which asks for IPv4 and IPv6 at once. The kernel walks its whole table of connections
 * for each question, and on a large machine that takes most of a millisecond.
 */
function dumpRequest(): NetlinkMessage {
  const body = new Uint8Array(OLD_REQUEST_BYTES);
  const view = viewOf(body);
  view.setUint8(0, AF_INET);
  view.setUint8(OLD_REQUEST_EXTENSIONS_AT, 1 << (INET_DIAG_SKMEMINFO - 1));
  view.setUint32(OLD_REQUEST_STATES_AT, ALL_STATES, true);
  return { type: TCPDIAG_GETSOCK, flags: 0, body };
}

/** @param found struct inet_diag_msg */
function destroyRequest(found: Uint8Array): NetlinkMessage {
  const body = new Uint8Array(REQUEST_BYTES);
  const view = viewOf(body);
  view.setUint8(0, found[0] ?? 0);
  view.setUint8(1, IPPROTO_TCP);
  view.setUint32(4, ALL_STATES, true);
  body.set(found.subarray(SOCKET_ID_AT, SOCKET_ID_AT + SOCKET_ID_BYTES), REQUEST_ID_AT);
  return { type: SOCK_DESTROY, flags: 0, body };
}

function noInetDiag(message: string): HostError {
  return new HostError('no-inet-diag', message, 'the kernel needs CONFIG_INET_DIAG: as root, `modprobe tcp_diag`');
}
