/** TCP options in packetdrill's words: `mss 1460,nop,wscale 7`, `TS val 5 ecr 0`, `sack 1:1001 3001:4001`. */
import { unreachable } from '../base/assert';
import { toHex } from '../base/hex';
import { spreadPadding } from './options';
import type { OptionPattern, OptionsPattern } from './pattern';
import type { SackBlock, TcpOption } from './wire';

/**
 * The word for each kind of option. `kind`, for a kind that packetspec does not know, is not packetdrill's: it stands
 * before the kind's number and the data in hex, as in `kind 30 0081`.
 */
const OPTION_WORDS: Readonly<Record<OptionPattern['kind'], string>> = {
  eol: 'eol',
  nop: 'nop',
  mss: 'mss',
  wscale: 'wscale',
  sackOK: 'sackOK',
  sack: 'sack',
  timestamp: 'TS',
  md5: 'md5',
  fastopen: 'FO',
  'fastopen-exp': 'FOEXP',
  accecn: 'ECN',
  unknown: 'kind',
};

/** Stands for any value. */
const ANY = '*';

/** What the AccECN counters of the two orders count (RFC 9768 section 3.2.3): bytes with ECT(0), CE and ECT(1). */
const ACCECN_WORDS: readonly [readonly [string, string, string], readonly [string, string, string]] = [
  ['e0b', 'ceb', 'e1b'],
  ['e1b', 'ceb', 'e0b'],
];

/** The list without its brackets. `mapEdge` turns each live SACK edge into the number to print. */
export function printOptions(options: readonly TcpOption[], mapEdge: (edge: number) => number): string {
  return spreadPadding(options)
    .map((option) => printOption(option, mapEdge))
    .join(',');
}

/** One option. */
export function printOption(option: TcpOption, mapEdge: (edge: number) => number): string {
  switch (option.kind) {
    case 'malformed':
      return `malformed ${toHex(option.bytes)}`;
    case 'eol':
      return option.padding.length === 0 ? OPTION_WORDS.eol : `${OPTION_WORDS.eol} ${toHex(option.padding)}`;
    case 'sack':
      return printOptionPattern({ kind: 'sack', blocks: option.blocks.map((block) => mapBlock(block, mapEdge)) });
    default:
      return printOptionPattern(option);
  }
}

/** The list of a pattern without its brackets; `...` for what may follow. */
export function printOptionsPattern(options: OptionsPattern): string {
  return [...options.list.map(printOptionPattern), ...(options.open ? ['...'] : [])].join(',');
}

/** One option of a pattern, with `*` for what is free. */
export function printOptionPattern(option: OptionPattern): string {
  const word = OPTION_WORDS[option.kind];
  switch (option.kind) {
    case 'eol':
    case 'nop':
    case 'sackOK':
      return word;
    case 'mss':
      return words(word, option.value ?? ANY);
    case 'wscale':
      return words(word, option.shift ?? ANY);
    case 'sack':
      return words(word, ...(option.blocks?.map(({ left, right }) => `${left}:${right}`) ?? [ANY]));
    case 'timestamp':
      return words(word, ...printTimestamp(option.val, option.ecr));
    case 'md5':
      return words(word, hex(option.digest));
    case 'fastopen':
    case 'fastopen-exp':
      return words(word, hex(option.cookie));
    case 'accecn':
      return words(word, ...printCounters(option.order, option.counters));
    case 'unknown':
      return words(word, option.number, hex(option.data));
    default:
      return unreachable(option);
  }
}

function printTimestamp(val: number | undefined, ecr: number | undefined): string[] {
  return val === undefined && ecr === undefined ? [ANY] : ['val', String(val ?? ANY), 'ecr', String(ecr ?? ANY)];
}

/** Without counters there is nothing to tell the orders apart, so the second one is told by the name of its first. */
function printCounters(order: 0 | 1, counters: readonly number[]): string[] {
  const labels = ACCECN_WORDS[order];
  if (counters.length === 0) return order === 0 ? [] : [labels[0]];
  return counters.map((counter, index) => `${labels[index] ?? ''} ${counter}`);
}

function mapBlock({ left, right }: SackBlock, mapEdge: (edge: number) => number): SackBlock {
  return { left: mapEdge(left), right: mapEdge(right) };
}

/** The parts that there are, with spaces between. */
function words(...parts: readonly (string | number)[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? ANY : toHex(bytes);
}
