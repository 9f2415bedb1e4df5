/** A remote side for tests of the real host: the networks, a listening socket, segments. */
import { NS_PER_S } from '../../src/base/nanoseconds';
import type { InputBuffer, OutputBuffer, Run } from '../../src/host/host';
import type { Network } from '../../src/timeline/timeline';
import type { CallOutcome } from '../../src/trace/trace';
import { craftPacket } from '../../src/wire/craft';
import { decodePacket } from '../../src/wire/packet';
import { tcpOf } from '../../src/wire/segment';
import type { TcpSegment } from '../../src/wire/wire';
import { TCP_FLAG } from '../../src/wire/wire';

export const PORT = 8080;
export const LIMIT_NS = NS_PER_S;

export const IPV4: Network = {
  link: 'tun',
  ipVersion: 4,
  localAddress: '192.168.0.1',
  localPrefixLength: 16,
  remoteAddress: '192.0.2.1',
  remotePrefixLength: 24,
  mtu: 1500,
  superSegments: false,
};

export const IPV6: Network = {
  link: 'tun',
  ipVersion: 6,
  localAddress: 'fd3d:a0b:17d6::1',
  localPrefixLength: 48,
  remoteAddress: 'fd3d:fa7b:d17d::1',
  remotePrefixLength: 48,
  mtu: 1500,
  superSegments: false,
};

export const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SOL_IPV6 = 41;
const IPV6_V6ONLY = 26;

/** The outcome of a call that must succeed. */
export function succeeded({ outcome }: { readonly outcome: CallOutcome }): CallOutcome {
  if (outcome.errno !== '') throw new Error(`a system call failed: ${outcome.errno}`);
  return outcome;
}

/** A listening socket on PORT. */
export function listen(run: Run, backlog = 5, address = '0.0.0.0'): number {
  const isIpv6 = address.includes(':');
  const domain = isIpv6 ? AF_INET6 : AF_INET;
  const fd = succeeded(run.call({ name: 'socket', domain, type: SOCK_STREAM, protocol: 0 }, LIMIT_NS)).returned;
  const option = { name: 'setsockopt', fd } as const;
  succeeded(run.call({ ...option, level: SOL_SOCKET, option: SO_REUSEADDR, value: integer(1) }, LIMIT_NS));
  if (isIpv6) succeeded(run.call({ ...option, level: SOL_IPV6, option: IPV6_V6ONLY, value: integer(0) }, LIMIT_NS));
  const family = isIpv6 ? 'ipv6' : 'ipv4';
  succeeded(run.call({ name: 'bind', fd, address: { family, address, port: PORT } }, LIMIT_NS));
  succeeded(run.call({ name: 'listen', fd, backlog }, LIMIT_NS));
  return fd;
}

export function integer(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** A buffer with these bytes. */
export function sends(...bytes: readonly number[]): OutputBuffer {
  return { kind: 'bytes', bytes: Uint8Array.from(bytes) };
}

/** Room to read into. */
export function room(size: number): InputBuffer {
  return { size, isNull: false };
}

/** NULL, with a size claimed. */
export function nowhere(size: number): InputBuffer {
  return { size, isNull: true };
}

/** A segment from the remote side. */
export function segment(
  network: Network,
  remotePort: number,
  flags: number,
  { seq = 0, ack = 0, payload = new Uint8Array(0) }: { seq?: number; ack?: number; payload?: Uint8Array } = {},
): Uint8Array {
  return craftPacket(
    { kind: 'tcp', flags, payload },
    {
      version: network.ipVersion,
      sourceAddress: network.remoteAddress,
      targetAddress: network.localAddress,
      sourcePort: remotePort,
      targetPort: PORT,
      seq,
      ack,
    },
  );
}

/** The TCP segments that the kernel sends next; waits for the first at most a second. */
export function answers(run: Run): readonly TcpSegment[] {
  const untilNs = run.nowNs() + LIMIT_NS;
  for (;;) {
    const segments = run
      .receive()
      .filter(({ direction }) => direction === 'out')
      .flatMap(({ bytes }) => tcpOf(decodePacket(bytes)) ?? []);
    if (segments.length > 0 || run.nowNs() >= untilNs) return segments;
    run.waitForEvent(untilNs);
  }
}

/** Completes a handshake from the remote side. @returns what it acknowledges */
export function establish(run: Run, network: Network, remotePort: number): { readonly ack: number } {
  run.inject(segment(network, remotePort, TCP_FLAG.SYN, { seq: 1000 }));
  const [synAck] = answers(run);
  if (synAck === undefined) throw new Error('no SYN+ACK came');
  const ack = synAck.seq + 1;
  run.inject(segment(network, remotePort, TCP_FLAG.ACK, { seq: 1001, ack }));
  return { ack };
}

/** A connection from the remote side, accepted. */
export interface Accepted {
  readonly fd: number;
  /** Data from the remote side, after what has come before. */
  readonly receives: (...payload: readonly number[]) => void;
  /** The remote side has got so many bytes. */
  readonly acknowledges: (bytes: number) => void;
}

export function acceptOne(run: Run, network: Network = IPV4, remotePort = 40001): Accepted {
  const listener = listen(run, 5, network.ipVersion === 4 ? '0.0.0.0' : '::');
  const { ack } = establish(run, network, remotePort);
  const fd = succeeded(run.call({ name: 'accept', fd: listener }, LIMIT_NS)).returned;
  let seq = 1001;
  return {
    fd,
    receives: (...payload) => {
      const bytes = Uint8Array.from(payload);
      run.inject(segment(network, remotePort, TCP_FLAG.ACK | TCP_FLAG.PSH, { seq, ack, payload: bytes }));
      seq += bytes.length;
    },
    acknowledges: (bytes) => void run.inject(segment(network, remotePort, TCP_FLAG.ACK, { seq, ack: ack + bytes })),
  };
}
