/**
 * Which of the frames that cross a real device are a run's. The kernel sorts out what cannot be by a small program, so
 * that a busy host does not wake the harness; what it lets through is looked at here, byte by byte.
 */
import type { HarnessPort } from '../../../timeline/timeline';
import { addressBytes } from '../../../wire/address';
import { concatBytes, viewOf } from '../../../wire/bytes';
import { isIcmpError } from '../../../wire/icmp';
import { ETHER_TYPE, PROTOCOL } from '../../../wire/packet';
import type { IpVersion } from '../../../wire/wire';
import type { LinkFrame } from '../../host';
import { BPF, instruction, WHOLE } from '../bpf';

export interface Ends {
  readonly version: IpVersion;
  /** Of this host. */
  readonly source: string;
  readonly target: string;
  /** Of the target. */
  readonly ports: readonly number[];
  readonly harnessPorts: readonly HarnessPort[];
  /** TCP port of this host from which it is asked whether the target is there. */
  readonly probePort: number;
}

/**
 * `run`: a frame of the run's; `probe`: an answer to the question whether the target is there; `elsewhere`: what looks
 * like an answer of the target's, but comes from another address; `other`: not the run's at all.
 */
export type FrameKind = 'run' | 'probe' | 'elsewhere' | 'other';

/** Of the echo requests that ask for the target. */
export const PROBE_ID = 0x7073;

const HEADER = {
  4: { protocolAt: 9, sourceAt: 12, targetAt: 16, addressBytes: 4 },
  6: { protocolAt: 6, sourceAt: 8, targetAt: 24, addressBytes: 16 },
} as const;
const IPV6_HEADER_BYTES = 40;
const FRAGMENT_AT = 6;
const FRAGMENT_OFFSET_MASK = 0x1fff;
const ICMP_HEADER_BYTES = 8;
const ECHO_REPLY = { 4: 0, 6: 129 } as const;
const ECHO_ID_AT = 4;

export class Traffic {
  readonly #ends: Ends;
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  readonly #held: ReadonlySet<string>;

  constructor(ends: Ends) {
    this.#ends = ends;
    this.#source = addressBytes(ends.source, ends.version);
    this.#target = addressBytes(ends.target, ends.version);
    this.#held = new Set(ends.harnessPorts.map(({ protocol, port }) => key(PROTOCOL_OF[protocol], port)));
  }

  /** @param bytes from the IP header on */
  kindOf({ direction, bytes }: Pick<LinkFrame, 'direction' | 'bytes'>): FrameKind {
    const header = readHeader(bytes, this.#ends.version);
    if (header === undefined) return 'other';
    return direction === 'in' ? this.#kindOfOurs(header) : this.#kindOfTheirs(header);
  }

  #kindOfOurs({ source, target, protocol, transport }: Header): FrameKind {
    if (!isSame(source, this.#source) || !isSame(target, this.#target)) return 'other';
    if (isIcmp(protocol)) return isIcmpError(this.#ends.version, transport[0] ?? 0) ? 'run' : 'other';
    return this.#held.has(key(protocol, portAt(transport, 0))) ? 'run' : 'other';
  }

  #kindOfTheirs({ source, target, protocol, transport }: Header): FrameKind {
    if (!isSame(target, this.#source)) return 'other';
    const isTargets = isSame(source, this.#target);
    if (isIcmp(protocol)) return this.#kindOfMessage(transport, isTargets);
    const port = portAt(transport, 2);
    const isProbe = protocol === PROTOCOL.TCP && port === this.#ends.probePort;
    if (!isProbe && !this.#held.has(key(protocol, port))) return 'other';
    if (!isTargets) return this.#ends.ports.includes(portAt(transport, 0)) ? 'elsewhere' : 'other';
    return isProbe ? 'probe' : 'run';
  }

  /** An error may come from a router; it is the run's when it quotes one of its packets. */
  #kindOfMessage(message: Uint8Array, isTargets: boolean): FrameKind {
    const { version } = this.#ends;
    const type = message[0] ?? 0;
    if (type === ECHO_REPLY[version]) return isTargets && portAt(message, ECHO_ID_AT) === PROBE_ID ? 'probe' : 'other';
    const quoted = isIcmpError(version, type) ? readHeader(message.subarray(ICMP_HEADER_BYTES), version) : undefined;
    return quoted === undefined ? 'other' : this.#kindOfOurs(quoted);
  }

  /** For the kernel: everything that may be the run's, and little else. It sees packets from the IP header on. */
  program(): Uint8Array {
    const ports = [this.#ends.probePort, ...this.#ends.harnessPorts.map(({ port }) => port)];
    return filterProgram(this.#ends.version, Math.min(...ports), Math.max(...ports));
  }
}

const PROTOCOL_OF = { tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;

function key(protocol: number, port: number): string {
  return `${protocol} ${port}`;
}

interface Header {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly protocol: number;
  readonly transport: Uint8Array;
}

/** Undefined for what has no ports to look at: too short, another version, a later fragment. */
function readHeader(bytes: Uint8Array, version: IpVersion): Header | undefined {
  const { protocolAt, sourceAt, targetAt, addressBytes: size } = HEADER[version];
  if ((bytes[0] ?? 0) >> 4 !== version) return undefined;
  const length = version === 4 ? ((bytes[0] ?? 0) & 0xf) * 4 : IPV6_HEADER_BYTES;
  if (bytes.length < length + ICMP_HEADER_BYTES) return undefined;
  if (version === 4 && (viewOf(bytes).getUint16(FRAGMENT_AT) & FRAGMENT_OFFSET_MASK) !== 0) return undefined;
  return {
    source: bytes.subarray(sourceAt, sourceAt + size),
    target: bytes.subarray(targetAt, targetAt + size),
    protocol: bytes[protocolAt] ?? 0,
    transport: bytes.subarray(length),
  };
}

function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;
}

function portAt(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint16(at);
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.every((byte, index) => byte === right[index]);
}

/** ICMP, and TCP and UDP with a port between the two. */
function filterProgram(version: IpVersion, lowest: number, highest: number): Uint8Array {
  const etherType = version === 4 ? ETHER_TYPE.IPV4 : ETHER_TYPE.IPV6;
  const icmp = version === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6;
  return concatBytes([
    instruction(BPF.loadWord, BPF.etherType),
    instruction(BPF.jumpIfEqual, etherType, 0, 12),
    version === 4 ? instruction(BPF.indexFromHeader, 0) : instruction(BPF.indexImmediate, IPV6_HEADER_BYTES),
    instruction(BPF.loadByte, HEADER[version].protocolAt),
    instruction(BPF.jumpIfEqual, icmp, 8, 0),
    instruction(BPF.jumpIfEqual, PROTOCOL.TCP, 1, 0),
    instruction(BPF.jumpIfEqual, PROTOCOL.UDP, 0, 7),
    instruction(BPF.loadHalfIndexed, 0),
    instruction(BPF.jumpIfAtLeast, lowest, 0, 1),
    instruction(BPF.jumpIfGreater, highest, 0, 3),
    instruction(BPF.loadHalfIndexed, 2),
    instruction(BPF.jumpIfAtLeast, lowest, 0, 2),
    instruction(BPF.jumpIfGreater, highest, 1, 0),
    instruction(BPF.return, WHOLE),
    instruction(BPF.return, 0),
  ]);
}
