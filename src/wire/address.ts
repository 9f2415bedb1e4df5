/**
 * IP addresses: text and bytes. Output is canonical: dotted quad, and RFC 5952 for IPv6, with the mixed notation of its
 * section 5 for IPv4-mapped addresses.
 *
 * Deliberately absent: names, prefix lengths, zones (`%eth0`), and the octal and short forms of IPv4 (`010.1`), which
 * two programs read in two ways.
 */
import { assert } from '../base/assert';
import { concatBytes, viewOf } from './bytes';
import type { IpVersion } from './wire';

export interface ParsedAddress {
  readonly version: IpVersion;
  /** Four or sixteen. */
  readonly bytes: Uint8Array;
}

/** Reads an address of either version; `undefined` when the text is none. */
export function parseAddress(text: string): ParsedAddress | undefined {
  const quad = parseQuad(text);
  if (quad !== undefined) return { version: 4, bytes: quad };
  const groups = parseGroups(text);
  return groups === undefined ? undefined : { version: 6, bytes: groups };
}

/** The bytes of an address that packetspec itself wrote or checked before. */
export function addressBytes(text: string, version: IpVersion): Uint8Array {
  const parsed = parseAddress(text);
  assert(parsed !== undefined && parsed.version === version, `${text} is no IPv${version} address`);
  return parsed.bytes;
}

/** Writes four bytes as IPv4, sixteen as IPv6. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  assert(bytes.length === 16, `an address has 4 or 16 bytes, not ${bytes.length}`);
  return recentText(bytes) ?? remember(bytes);
}

/** The last two that were written: nearly all packets have the same two, and writing one takes as long as the rest of it. */
const recent: { readonly bytes: Uint8Array; readonly text: string }[] = [];
const REMEMBERED = 2;

function recentText(bytes: Uint8Array): string | undefined {
  for (const one of recent) if (hasSame(one.bytes, bytes)) return one.text;
  return undefined;
}

/** From the end, where addresses differ most. */
function hasSame(left: Uint8Array, right: Uint8Array): boolean {
  let at = left.length - 1;
  while (at >= 0 && left[at] === right[at]) at--;
  return at < 0;
}

function remember(bytes: Uint8Array): string {
  const text = isMapped(bytes) ? `::ffff:${bytes.subarray(12).join('.')}` : formatGroups(bytes);
  recent.unshift({ bytes: new Uint8Array(bytes), text });
  recent.length = Math.min(recent.length, REMEMBERED);
  return text;
}

function parseQuad(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const isByte = (part: string) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  return parts.every(isByte) ? Uint8Array.from(parts, Number) : undefined;
}

function parseGroups(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseHalf(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined) return undefined;
  // `::` stands for at least one group of zeros (RFC 4291 section 2.2).
  const gap = 16 - head.length - tail.length;
  return gap >= 2 ? concatBytes([head, new Uint8Array(gap), tail]) : undefined;
}

/** What stands on one side of `::`. The last four bytes of the whole address may be a dotted quad. */
function parseHalf(half: string, atEnd: boolean): Uint8Array | undefined {
  if (half === '') return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  const groups = half.split(':');
  for (const [index, group] of groups.entries()) {
    const isLast = atEnd && index === groups.length - 1;
    const part = parseGroup(group) ?? (isLast ? parseQuad(group) : undefined);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return concatBytes(parts);
}

function parseGroup(group: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
  const value = Number.parseInt(group, 16);
  return Uint8Array.of(value >> 8, value & 0xff);
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

function formatGroups(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2));
  const run = longestZeroRun(groups);
  const spell = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 section 4.2.2: a single group of zeros is not shortened.
  if (run.length < 2) return spell(groups);
  return `${spell(groups.slice(0, run.start))}::${spell(groups.slice(run.start + run.length))}`;
}

/** RFC 5952 section 4.2.3: the longest run, and the first of several. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
