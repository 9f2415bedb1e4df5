/**
 * TCP options: RFC 9293 section 3.2, and the RFC named at each kind.
 *
 * An area that decodes, encodes to the same bytes: what packetspec does not know, or knows with another length, stays
 * `unknown`; from the first length that makes no sense on, the rest is `malformed`.
 */
import { unreachable } from '../base/assert';
import { concatBytes, viewOf } from './bytes';
import type { OptionPattern } from './pattern';
import type { SackBlock, TcpOption } from './wire';

/** Option kind numbers (IANA, "TCP Parameters"). */
const OPTION_KIND = {
  EOL: 0,
  NOP: 1,
  MSS: 2,
  /** RFC 7323. */
  WSCALE: 3,
  /** RFC 2018. */
  SACK_PERMITTED: 4,
  SACK: 5,
  /** RFC 7323. */
  TIMESTAMP: 8,
  /** RFC 2385. */
  MD5: 19,
  /** RFC 7413. */
  FASTOPEN: 34,
  /** RFC 9768 section 3.2.3: the two orders of the counters. */
  ACCECN_ORDER_0: 172,
  ACCECN_ORDER_1: 174,
  /** RFC 4727; two bytes of data tell the experiments apart (RFC 6994). */
  EXPERIMENT: 254,
} as const;

/** The experiment identifier that Fast Open used before it had a kind of its own. */
const FASTOPEN_EXPERIMENT = 0xf989;

/** Lengths in bytes of the data behind kind and length. */
const MD5_DIGEST_BYTES = 16;
const SACK_BLOCK_BYTES = 8;
const ACCECN_COUNTER_BYTES = 3;
const ACCECN_COUNTERS_MAXIMUM = 3;

/** All options of an area, in order. */
export function decodeOptions(area: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  const view = viewOf(area);
  let at = 0;
  while (at < area.length) {
    const kind = view.getUint8(at);
    if (kind === OPTION_KIND.EOL) {
      options.push({ kind: 'eol', padding: area.subarray(at + 1) });
      break;
    }
    if (kind === OPTION_KIND.NOP) {
      options.push({ kind: 'nop' });
      at += 1;
      continue;
    }
    const length = at + 1 < area.length ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > area.length) {
      options.push({ kind: 'malformed', bytes: area.subarray(at) });
      break;
    }
    const data = area.subarray(at + 2, at + length);
    options.push(decodeKnown(kind, data) ?? { kind: 'unknown', number: kind, data });
    at += length;
  }
  return options;
}

/** An option of a known kind with a length that fits; otherwise `undefined`. */
function decodeKnown(kind: number, data: Uint8Array): TcpOption | undefined {
  const view = viewOf(data);
  switch (kind) {
    case OPTION_KIND.MSS:
      return data.length === 2 ? { kind: 'mss', value: view.getUint16(0) } : undefined;
    case OPTION_KIND.WSCALE:
      return data.length === 1 ? { kind: 'wscale', shift: view.getUint8(0) } : undefined;
    case OPTION_KIND.SACK_PERMITTED:
      return data.length === 0 ? { kind: 'sackOK' } : undefined;
    case OPTION_KIND.SACK:
      return data.length % SACK_BLOCK_BYTES === 0 ? { kind: 'sack', blocks: decodeBlocks(view) } : undefined;
    case OPTION_KIND.TIMESTAMP:
      return data.length === 8 ? { kind: 'timestamp', val: view.getUint32(0), ecr: view.getUint32(4) } : undefined;
    case OPTION_KIND.MD5:
      return data.length === MD5_DIGEST_BYTES ? { kind: 'md5', digest: data } : undefined;
    case OPTION_KIND.FASTOPEN:
      return { kind: 'fastopen', cookie: data };
    case OPTION_KIND.EXPERIMENT:
      return data.length >= 2 && view.getUint16(0) === FASTOPEN_EXPERIMENT
        ? { kind: 'fastopen-exp', cookie: data.subarray(2) }
        : undefined;
    case OPTION_KIND.ACCECN_ORDER_0:
      return decodeAccEcn(0, data);
    case OPTION_KIND.ACCECN_ORDER_1:
      return decodeAccEcn(1, data);
    default:
      return undefined;
  }
}

function decodeBlocks(view: DataView): SackBlock[] {
  const blocks: SackBlock[] = [];
  for (let at = 0; at < view.byteLength; at += SACK_BLOCK_BYTES) {
    blocks.push({ left: view.getUint32(at), right: view.getUint32(at + 4) });
  }
  return blocks;
}

function decodeAccEcn(order: 0 | 1, data: Uint8Array): TcpOption | undefined {
  const count = data.length / ACCECN_COUNTER_BYTES;
  if (!Number.isInteger(count) || count > ACCECN_COUNTERS_MAXIMUM) return undefined;
  const view = viewOf(data);
  const counters = Array.from({ length: count }, (_, index) => {
    const at = index * ACCECN_COUNTER_BYTES;
    return (view.getUint8(at) << 16) | view.getUint16(at + 1);
  });
  return { kind: 'accecn', order, counters };
}

/** The area's bytes: each option as it is, nothing added between or behind them. */
export function encodeOptions(options: readonly TcpOption[]): Uint8Array {
  return concatBytes(options.map(encodeOption));
}

function encodeOption(option: TcpOption): Uint8Array {
  switch (option.kind) {
    case 'eol':
      return concatBytes([Uint8Array.of(OPTION_KIND.EOL), option.padding]);
    case 'nop':
      return Uint8Array.of(OPTION_KIND.NOP);
    case 'mss':
      return withLength(OPTION_KIND.MSS, bigEndian(option.value, 2));
    case 'wscale':
      return withLength(OPTION_KIND.WSCALE, bigEndian(option.shift, 1));
    case 'sackOK':
      return withLength(OPTION_KIND.SACK_PERMITTED);
    case 'sack': {
      const edges = option.blocks.flatMap(({ left, right }) => [bigEndian(left, 4), bigEndian(right, 4)]);
      return withLength(OPTION_KIND.SACK, ...edges);
    }
    case 'timestamp':
      return withLength(OPTION_KIND.TIMESTAMP, bigEndian(option.val, 4), bigEndian(option.ecr, 4));
    case 'md5':
      return withLength(OPTION_KIND.MD5, option.digest);
    case 'fastopen':
      return withLength(OPTION_KIND.FASTOPEN, option.cookie);
    case 'fastopen-exp':
      return withLength(OPTION_KIND.EXPERIMENT, bigEndian(FASTOPEN_EXPERIMENT, 2), option.cookie);
    case 'accecn': {
      const kind = option.order === 0 ? OPTION_KIND.ACCECN_ORDER_0 : OPTION_KIND.ACCECN_ORDER_1;
      return withLength(kind, ...option.counters.map((counter) => bigEndian(counter, ACCECN_COUNTER_BYTES)));
    }
    case 'unknown':
      return withLength(option.number, option.data);
    case 'malformed':
      return option.bytes;
    default:
      return unreachable(option);
  }
}

function withLength(kind: number, ...data: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(data);
  return concatBytes([Uint8Array.of(kind, body.length + 2), body]);
}

/** The low `size` bytes of the number. */
function bigEndian(value: number, size: 1 | 2 | 3 | 4): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value);
  return bytes.subarray(4 - size);
}

/**
 * The option that a pattern sends: absent numbers are 0, absent cookies and block lists empty, an absent MD5 digest is
 * 16 zeros.
 */
export function fillOption(pattern: OptionPattern): TcpOption {
  switch (pattern.kind) {
    case 'eol':
      return { kind: 'eol', padding: new Uint8Array(0) };
    case 'nop':
    case 'sackOK':
    case 'accecn':
      return pattern;
    case 'mss':
      return { kind: 'mss', value: pattern.value ?? 0 };
    case 'wscale':
      return { kind: 'wscale', shift: pattern.shift ?? 0 };
    case 'sack':
      return { kind: 'sack', blocks: pattern.blocks ?? [] };
    case 'timestamp':
      return { kind: 'timestamp', val: pattern.val ?? 0, ecr: pattern.ecr ?? 0 };
    case 'md5':
      return { kind: 'md5', digest: pattern.digest ?? new Uint8Array(MD5_DIGEST_BYTES) };
    case 'fastopen':
      return { kind: 'fastopen', cookie: pattern.cookie ?? new Uint8Array(0) };
    case 'fastopen-exp':
      return { kind: 'fastopen-exp', cookie: pattern.cookie ?? new Uint8Array(0) };
    case 'unknown':
      return { kind: 'unknown', number: pattern.number, data: pattern.data ?? new Uint8Array(0) };
    default:
      return unreachable(pattern);
  }
}

/**
 * The options with each zero behind an end of the list as an end of its own, which is how a pattern spells padding
 * (`wscale 7,eol,eol`). Padding that is not all zeros stays as it is.
 */
export function spreadPadding(options: readonly TcpOption[]): readonly TcpOption[] {
  return options.flatMap((option) => {
    if (option.kind !== 'eol' || option.padding.some((byte) => byte !== 0)) return [option];
    return Array.from(
      { length: option.padding.length + 1 },
      () => ({ kind: 'eol', padding: new Uint8Array(0) }) as const,
    );
  });
}
