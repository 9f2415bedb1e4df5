/** What `ss` shows: the TCP sockets of a network, asked from the kernel over netlink. */
import type { SocketEntry } from '../../../trace/trace';
import { viewOf } from '../../../wire/bytes';
import { HostError } from '../../host';
import { AF_INET, AF_INET6, EAFNOSUPPORT, ENOENT, EOPNOTSUPP, IPPROTO_TCP } from '../constants';
import { errnoName } from '../errno';
import type { NetlinkMessage } from '../netlink';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../netlink';
import { ALL_STATES } from '../tcp-states';
import { decodeSocket, INET_DIAG_SKMEMINFO, SOCKET_ID_AT, SOCKET_ID_BYTES } from './decode';

const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
/** struct inet_diag_req_v2: family, protocol, extensions, padding, states, socket id. */
const REQUEST_ID_AT = 8;
const REQUEST_BYTES = REQUEST_ID_AT + SOCKET_ID_BYTES;
const ANY_COOKIE = 0xffffffff;
const COOKIE_AT = REQUEST_ID_AT + 40;

export class SockDiag {
  readonly #netlink: NetlinkSocket;

  /** Asks about the network that the calling thread is in now. @throws HostError `no-inet-diag` */
  constructor() {
    try {
      this.#netlink = new NetlinkSocket(NETLINK_SOCK_DIAG);
    } catch (cause) {
      throw noInetDiag(cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** @throws HostError `no-inet-diag` */
  sockets(): readonly SocketEntry[] {
    return this.#dump(decodeSocket).filter((entry) => entry !== undefined);
  }

  /**
   * Ends all sockets of the network: a connection that was closed but not acknowledged would otherwise keep the
   * network for minutes. A kernel without CONFIG_INET_DIAG_DESTROY leaves them.
   */
  destroyAll(): void {
    const requests = this.#dump(destroyRequest);
    if (requests.length > 0) this.#netlink.request(requests);
  }

  close(): void {
    this.#netlink.close();
  }

  #dump<T>(take: (body: Uint8Array) => T): readonly T[] {
    return [AF_INET, AF_INET6].flatMap((family) => {
      const answer = this.#netlink.dump(dumpRequest(family), take);
      if (typeof answer !== 'number') return answer;
      // A kernel without IPv6.
      if (family === AF_INET6 && (answer === -ENOENT || answer === -EAFNOSUPPORT || answer === -EOPNOTSUPP)) return [];
      throw noInetDiag(`sock_diag: ${errnoName(answer)}`);
    });
  }
}

function dumpRequest(family: number): NetlinkMessage {
  const body = new Uint8Array(REQUEST_BYTES);
  const view = viewOf(body);
  view.setUint8(0, family);
  view.setUint8(1, IPPROTO_TCP);
  view.setUint8(2, 1 << (INET_DIAG_SKMEMINFO - 1));
  view.setUint32(4, ALL_STATES, true);
  view.setUint32(COOKIE_AT, ANY_COOKIE, true);
  view.setUint32(COOKIE_AT + 4, ANY_COOKIE, true);
  return { type: SOCK_DIAG_BY_FAMILY, flags: 0, body };
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
