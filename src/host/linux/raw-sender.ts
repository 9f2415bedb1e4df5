/**
 * The raw-socket package as a synchronous sender of whole IP packets: the only file that knows it, with its traps.
 *
 * - Its own queue sends when the event loop turns, which it does not in the timed part: what the queue calls is called
 *   here directly.
 * - Every socket is watched for packets, which would all be given out in one shared buffer, without the kernel's time
 *   stamps: the watch is stopped, and `packet-socket.ts` receives.
 * - Sending on a closed socket opens a new one, in whatever network the thread is in then: refused here.
 * - A socket that nobody refers to is closed by the garbage collector; this object holds it.
 * - Errors come as the text of strerror(), without the number.
 * - It sends one packet at a time and reads the address of the target anew for each: many are sent through its descriptor,
 *   which it does not tell, and which is the one that is new when the socket is.
 * - It cannot be loaded on worker threads, so it is loaded with the first sender: importing this file loads nothing.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { assert, present } from '../../base/assert';
import { messageOf } from '../../base/message';
import type { IpVersion } from '../../wire/wire';
import { HostError } from '../host';
import { EMSGSIZE, EPERM } from './constants';
import { errnoName } from './errno';
import { errnoOfText } from './libc';
import { BatchSender, type PacketBatch } from './packet-batch';
import { encodeSocketAddress } from './socket-address';

/** Of the package, which has no types of its own, what is used here. */
interface RawSocketModule {
  readonly createSocket: (options: { readonly protocol: number; readonly addressFamily: number }) => RawSocket;
}

interface RawSocket {
  readonly pauseRecv: () => void;
  readonly setOption: (level: number, option: number, value: number) => void;
  readonly close: () => void;
  readonly wrap: {
    readonly send: (bytes: Buffer, offset: number, length: number, address: string, done: () => void) => void;
  };
}

/** With this protocol, the IP header is the sender's own (raw(7), ipv6(7)), and nothing is ever received. */
const IPPROTO_RAW = 255;
/** The package's numbers for the address families. */
const ADDRESS_FAMILY = { 4: 1, 6: 2 } as const;
/** IP_RECVERR and IPV6_RECVERR. */
const RECVERR = { 4: { level: 0, option: 11 }, 6: { level: 41, option: 25 } } as const;
const LARGEST_PACKET = 65_575;

export class RawSender {
  readonly #socket: RawSocket;
  readonly #fd: number;
  readonly #version: IpVersion;
  readonly #target: string;
  /** Only a Buffer can be sent. */
  readonly #outgoing = Buffer.alloc(LARGEST_PACKET);
  #closed = false;

  /**
   * Sends from the network that the calling thread is in, for good.
   * @param target where everything is sent, whatever target the header names
   * @throws HostError `no-raw-socket`
   */
  constructor(version: IpVersion, target: string) {
    this.#target = target;
    this.#version = version;
    const before = ownSockets();
    this.#socket = openSocket(version);
    const fresh = [...ownSockets()].find(([socket]) => !before.has(socket));
    this.#fd = present(fresh, 'the raw socket among the descriptors')[1];
    this.#socket.pauseRecv();
    // Otherwise a packet that the device drops, such as one without a carrier, counts as sent (ip(7)).
    const { level, option } = RECVERR[version];
    this.#socket.setOption(level, option, 1);
  }

  /** @returns zero or more, or minus the errno */
  send(packet: Uint8Array): number {
    assert(!this.#closed, 'a packet is sent on a closed raw socket');
    if (packet.length > LARGEST_PACKET) return -EMSGSIZE;
    this.#outgoing.set(packet);
    try {
      this.#socket.wrap.send(this.#outgoing, 0, packet.length, this.#target, ignore);
      return packet.length;
    } catch (error) {
      return -errnoOf(error);
    }
  }

  /** A way for many packets, until this is closed. */
  openBatch(): PacketBatch {
    const target = { port: 0, address: this.#target };
    return new BatchSender(
      this.#fd,
      encodeSocketAddress(this.#version === 4 ? { family: 'ipv4', ...target } : { family: 'ipv6', ...target }),
    );
  }

  close(): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }
}

/** The sockets of this process, by `socket:[INODE]`: a descriptor may be another socket's by the next look. */
function ownSockets(): ReadonlyMap<string, number> {
  const sockets = readdirSync('/proc/self/fd').map((fd) => [targetOf(fd), Number(fd)] as const);
  return new Map(sockets.filter(([target]) => target.startsWith('socket:')));
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // That of the folder, which is closed by now.
    return '';
  }
}

function ignore(): void {}

function openSocket(version: IpVersion): RawSocket {
  const { createSocket } = loadPackage();
  try {
    return createSocket({ protocol: IPPROTO_RAW, addressFamily: ADDRESS_FAMILY[version] });
  } catch (error) {
    const errno = errnoOf(error);
    const hint = errno === EPERM ? 'it needs CAP_NET_RAW' : 'use the other link: `link: tun`';
    throw new HostError('no-raw-socket', `socket(SOCK_RAW): ${errnoName(-errno)}`, hint, error);
  }
}

function loadPackage(): RawSocketModule {
  try {
    // oxlint-disable-next-line typescript/no-require-imports
    return require('raw-socket') as RawSocketModule;
  } catch (cause) {
    // Node adds by which files it came there.
    const [reason = ''] = messageOf(cause).split('\n');
    const message = `the package raw-socket cannot be loaded: ${reason}`;
    throw new HostError(
      'no-raw-socket',
      message,
      '`npm rebuild raw-socket`, or use the other link: `link: tun`',
      cause,
    );
  }
}

/** @throws what is no error of the kernel's */
function errnoOf(error: unknown): number {
  const errno = error instanceof Error ? errnoOfText(error.message) : undefined;
  if (errno === undefined) throw error;
  return errno;
}
