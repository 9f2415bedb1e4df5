/**
 * Structures that calls take and give by the names of their fields: where each field stands, on 64-bit Linux.
 *
 * All are in the machine's byte order, which is little-endian on all that packetspec runs on.
 */
import { concatBytes, viewOf } from '../wire/bytes';
import { fieldOf, integerOf } from './arguments';
import { constantValue } from './constants';
import type { CallArgument } from './model';

/** A field of a structure: how many bytes, and where. */
export interface Field {
  readonly name: string;
  readonly offset: number;
  readonly bytes: 1 | 4 | 8;
}

/** A structure: its fields as far as a spec can name them, and its size with everything else. */
export interface Layout {
  readonly size: number;
  readonly fields: readonly Field[];
}

/** struct linger (include/linux/socket.h). */
export const LINGER: Layout = {
  size: 8,
  fields: [
    { name: 'onoff', offset: 0, bytes: 4 },
    { name: 'linger', offset: 4, bytes: 4 },
  ],
};

/** struct sock_extended_err (include/uapi/linux/errqueue.h). */
export const EXTENDED_ERROR: Layout = {
  size: 16,
  fields: [
    { name: 'ee_errno', offset: 0, bytes: 4 },
    { name: 'ee_origin', offset: 4, bytes: 1 },
    { name: 'ee_type', offset: 5, bytes: 1 },
    { name: 'ee_code', offset: 6, bytes: 1 },
    { name: 'ee_info', offset: 8, bytes: 4 },
    { name: 'ee_data', offset: 12, bytes: 4 },
  ],
};

/** struct scm_timestamping (include/uapi/linux/errqueue.h): three stamps, of which software makes the first. */
export const TIMESTAMP: Layout = {
  size: 48,
  fields: [
    { name: 'scm_sec', offset: 0, bytes: 8 },
    { name: 'scm_nsec', offset: 8, bytes: 8 },
  ],
};

/** The structures that a spec writes with these names, for finding the one that is meant. */
const LAYOUTS = [LINGER, EXTENDED_ERROR, TIMESTAMP];

/** One number in SCM_TIMESTAMPING_OPT_STATS, a row of netlink attributes (net/ipv4/tcp.c tcp_get_timestamping_opt_stats). */
export interface Statistic {
  /** Of its value. */
  readonly bytes: 1 | 4 | 8;
  /** It is a duration in microseconds, and never quite the same twice. */
  readonly isDuration: boolean;
}

const COUNT_U64: Statistic = { bytes: 8, isDuration: false };
const COUNT_U32: Statistic = { bytes: 4, isDuration: false };
const COUNT_U8: Statistic = { bytes: 1, isDuration: false };
const DURATION: Statistic = { bytes: 8, isDuration: true };

/** By name, in the order of the kernel's numbers. */
export const STATISTICS: ReadonlyMap<string, Statistic> = new Map([
  ['TCP_NLA_BUSY', DURATION],
  ['TCP_NLA_RWND_LIMITED', DURATION],
  ['TCP_NLA_SNDBUF_LIMITED', DURATION],
  ['TCP_NLA_DATA_SEGS_OUT', COUNT_U64],
  ['TCP_NLA_TOTAL_RETRANS', COUNT_U64],
  ['TCP_NLA_PACING_RATE', COUNT_U64],
  ['TCP_NLA_DELIVERY_RATE', COUNT_U64],
  ['TCP_NLA_SND_CWND', COUNT_U32],
  ['TCP_NLA_REORDERING', COUNT_U32],
  ['TCP_NLA_MIN_RTT', COUNT_U32],
  ['TCP_NLA_RECUR_RETRANS', COUNT_U8],
  ['TCP_NLA_DELIVERY_RATE_APP_LMT', COUNT_U8],
  ['TCP_NLA_SNDQ_SIZE', COUNT_U32],
  ['TCP_NLA_CA_STATE', COUNT_U8],
  ['TCP_NLA_SND_SSTHRESH', COUNT_U32],
  ['TCP_NLA_DELIVERED', COUNT_U32],
  ['TCP_NLA_DELIVERED_CE', COUNT_U32],
  ['TCP_NLA_BYTES_SENT', COUNT_U64],
  ['TCP_NLA_BYTES_RETRANS', COUNT_U64],
  ['TCP_NLA_DSACK_DUPS', COUNT_U32],
  ['TCP_NLA_REORD_SEEN', COUNT_U32],
  ['TCP_NLA_SRTT', COUNT_U32],
]);

/** nlattr (include/uapi/linux/netlink.h): length and type, two bytes each; attributes are padded to four bytes. */
export const ATTRIBUTE_HEADER_BYTES = 4;

const SOL_IP = constantValue('SOL_IP');
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;

/** The layout whose field this is; `undefined` for a field of none. */
export function layoutWith(field: string): Layout | undefined {
  return LAYOUTS.find(({ fields }) => fields.some(({ name }) => name === field));
}

/** The value of a field, unsigned; `undefined` when the bytes end before it. */
export function readField(bytes: Uint8Array, { offset, bytes: width }: Field): bigint | undefined {
  if (offset + width > bytes.length) return undefined;
  const view = viewOf(bytes);
  switch (width) {
    case 1:
      return BigInt(view.getUint8(offset));
    case 4:
      return BigInt(view.getUint32(offset, true));
    case 8:
      return view.getBigUint64(offset, true);
  }
}

/** Writes a number as a field of the bytes; one that is negative or too large keeps its low bits, as in C. */
function writeField(bytes: Uint8Array, { offset, bytes: width }: Field, value: number): void {
  const whole = BigInt.asUintN(width * 8, BigInt(value));
  for (let index = 0; index < width; index++) bytes[offset + index] = Number((whole >> BigInt(8 * index)) & 0xffn);
}

/** A structure as the kernel takes it, however a spec orders its fields; `undefined` when it is none that is known. */
export function encodeStructure(argument: CallArgument): Uint8Array | undefined {
  if (argument.kind !== 'struct') return undefined;
  const layout = layoutWith(argument.fields[0]?.name ?? '');
  if (layout === undefined) return undefined;
  const bytes = new Uint8Array(layout.size);
  for (const field of layout.fields) {
    const value = integerOf(fieldOf(argument, field.name));
    if (value !== undefined) writeField(bytes, field, value);
  }
  return bytes;
}

/** A number as an int, as most options and control messages have it. */
export function encodeInteger(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeField(bytes, { name: 'int', offset: 0, bytes: 4 }, value);
  return bytes;
}

/**
 * The data of a control message as the kernel would make them; `undefined` when the argument is no such data.
 * Behind struct sock_extended_err comes the address that caused it (net/ipv4/ip_sockglue.c ip_recv_error), here as zeros.
 */
export function encodeControlData(level: number, argument: CallArgument | undefined): Uint8Array | undefined {
  if (argument === undefined) return undefined;
  const value = integerOf(argument);
  if (value !== undefined) return encodeInteger(value);
  if (argument.kind === 'string') return argument.bytes;
  if (argument.kind !== 'struct') return undefined;
  const layout = layoutWith(argument.fields[0]?.name ?? '');
  const bytes = layout === undefined ? encodeStatistics(argument.fields) : encodeStructure(argument);
  if (layout !== EXTENDED_ERROR || bytes === undefined) return bytes;
  return concatBytes([bytes, new Uint8Array(level === SOL_IP ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES)]);
}

type Fields = Extract<CallArgument, { readonly kind: 'struct' }>['fields'];

function encodeStatistics(fields: Fields): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const { name, value } of fields) {
    const statistic = STATISTICS.get(name);
    const type = constantValue(name);
    if (statistic === undefined || type === undefined) return undefined;
    const length = ATTRIBUTE_HEADER_BYTES + statistic.bytes;
    const bytes = new Uint8Array(padded(length));
    viewOf(bytes).setUint16(0, length, true);
    viewOf(bytes).setUint16(2, type, true);
    writeField(bytes, { name, offset: ATTRIBUTE_HEADER_BYTES, bytes: statistic.bytes }, integerOf(value) ?? 0);
    parts.push(bytes);
  }
  return concatBytes(parts);
}

/** A netlink attribute as it was found. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** Takes a row of netlink attributes apart, as far as it is one. */
export function readAttributes(bytes: Uint8Array): readonly Attribute[] {
  const attributes: Attribute[] = [];
  let at = 0;
  while (at + ATTRIBUTE_HEADER_BYTES <= bytes.length) {
    const view = viewOf(bytes);
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) break;
    const value = bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length);
    attributes.push({ type: view.getUint16(at + 2, true), value });
    at += padded(length);
  }
  return attributes;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
