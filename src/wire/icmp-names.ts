/**
 * The words for ICMP types and codes, which are those of packetdrill (its icmp_packet.c): RFC 792 and the IANA registry
 * for IPv4, RFC 4443 for IPv6. Every number can also be written `type_N` and `code_N`.
 */
import type { IpVersion } from './wire';

/** Codes by number; the first word of several is the one that is printed. */
interface IcmpType {
  readonly number: number;
  readonly word: string;
  readonly codes?: readonly (readonly [number: number, word: string])[];
}

const TYPES: Readonly<Record<IpVersion, readonly IcmpType[]>> = {
  4: [
    { number: 0, word: 'echo_reply' },
    {
      number: 3,
      word: 'unreachable',
      codes: [
        [0, 'net_unreachable'],
        [1, 'host_unreachable'],
        [2, 'protocol_unreachable'],
        [3, 'port_unreachable'],
        [4, 'frag_needed'],
        [5, 'source_route_failed'],
        [6, 'net_unknown'],
        [7, 'host_unknown'],
        [8, 'source_host_isolated'],
        [9, 'net_prohibited'],
        [10, 'host_prohibited'],
        [11, 'net_unreachable_for_tos'],
        [12, 'host_unreachable_for_tos'],
        [13, 'packet_filtered'],
        [14, 'precedence_violation'],
        [15, 'precedence_cutoff'],
      ],
    },
    { number: 4, word: 'source_quench' },
    { number: 5, word: 'redirect' },
    { number: 8, word: 'echo_request' },
    { number: 11, word: 'time_exceeded' },
    { number: 12, word: 'parameter_problem' },
    { number: 13, word: 'timestamp_request' },
    { number: 14, word: 'timestamp_reply' },
    { number: 15, word: 'information_request' },
    { number: 16, word: 'information_reply' },
    { number: 17, word: 'address_mask_request' },
    { number: 18, word: 'address_mask_reply' },
  ],
  6: [
    {
      number: 1,
      word: 'unreachable',
      codes: [
        [0, 'no_route'],
        [0, 'net_unreachable'],
        [1, 'admin_prohibited'],
        [2, 'not_neighbour'],
        [3, 'address_unreachable'],
        [4, 'port_unreachable'],
      ],
    },
    { number: 2, word: 'packet_too_big' },
    {
      number: 3,
      word: 'time_exceeded',
      codes: [
        [0, 'exceeded_hop_limit'],
        [1, 'exceeded_frag_time'],
      ],
    },
    {
      number: 4,
      word: 'parameter_problem',
      codes: [
        [0, 'header_field'],
        [1, 'unknown_next_header'],
        [2, 'unknown_option'],
      ],
    },
    { number: 128, word: 'echo_request' },
    { number: 129, word: 'echo_reply' },
  ],
};

export interface IcmpNumbers {
  readonly type: number;
  readonly code: number;
}

export interface UnknownIcmpName {
  readonly error: string;
  /** The words that would have been understood in that place. */
  readonly candidates: readonly string[];
}

/** The numbers for the words. Without a code it is 0, as in packetdrill. */
export function resolveIcmp(version: IpVersion, type: string, code?: string): IcmpNumbers | UnknownIcmpName {
  const typeNumber = numbered('type', type) ?? TYPES[version].find(({ word }) => word === type)?.number;
  if (typeNumber === undefined) {
    return { error: unknownType(version, type), candidates: TYPES[version].map(({ word }) => word) };
  }
  if (code === undefined) return { type: typeNumber, code: 0 };
  const codes = codesOf(version, typeNumber);
  const codeNumber = numbered('code', code) ?? codes.find(([, word]) => word === code)?.[0];
  if (codeNumber === undefined) {
    return { error: unknownCode(version, type, code), candidates: codes.map(([, word]) => word) };
  }
  return { type: typeNumber, code: codeNumber };
}

/** The words for the numbers: `code` is absent where it is 0 and the type has no words for its codes. */
export function nameIcmp(version: IpVersion, type: number, code: number): { type: string; code?: string } {
  const typeWord = TYPES[version].find(({ number }) => number === type)?.word ?? `type_${type}`;
  const codeWord = codesOf(version, type).find(([number]) => number === code)?.[1];
  if (codeWord !== undefined) return { type: typeWord, code: codeWord };
  return code === 0 ? { type: typeWord } : { type: typeWord, code: `code_${code}` };
}

function codesOf(version: IpVersion, type: number): readonly (readonly [number: number, word: string])[] {
  return TYPES[version].find(({ number }) => number === type)?.codes ?? [];
}

/** The N of `type_N` or `code_N`, when it fits in the byte. */
function numbered(prefix: 'type' | 'code', word: string): number | undefined {
  const digits = new RegExp(`^${prefix}_(\\d{1,3})$`).exec(word)?.[1];
  return digits !== undefined && Number(digits) <= 255 ? Number(digits) : undefined;
}

function protocolName(version: IpVersion): string {
  return version === 4 ? 'ICMP' : 'ICMPv6';
}

function unknownType(version: IpVersion, type: string): string {
  const other: IpVersion = version === 4 ? 6 : 4;
  const isOther = TYPES[other].some(({ word }) => word === type);
  const where = isOther ? `: it is one of ${protocolName(other)}` : '';
  return `${type} is no type of ${protocolName(version)}${where}`;
}

function unknownCode(version: IpVersion, type: string, code: string): string {
  const other: IpVersion = version === 4 ? 6 : 4;
  const resolved = resolveIcmpWord(other, type, code);
  const where = resolved ? `: it is one of ${protocolName(other)}` : '';
  return `${code} is no code of ${protocolName(version)} ${type}${where}`;
}

function resolveIcmpWord(version: IpVersion, type: string, code: string): boolean {
  const found = TYPES[version].find(({ word }) => word === type);
  return found?.codes?.some(([, word]) => word === code) ?? false;
}
