/**
 * What packetdrill writes in front of the segment about its IP header, in `[...]` or `(...)`:
 *
 *     ect0 ect1 ce noecn ect01     tos 0xNN     ttl N     flowlabel 0xN     id N     df     nodf
 *
 * Several stand side by side with commas. In YAML a plain text cannot begin with `[`, so the round form is the handy one.
 */
import type { IpPattern } from '../../wire/pattern';
import { listNames, nearestName } from '../suggest';
import type { Direction, Scanner } from './scanner';

type Writable = { -readonly [Key in keyof IpPattern]: IpPattern[Key] };

const ECN = { noecn: 0, ect1: 1, ect0: 2, ce: 3, ect01: 'either-ect' } as const;
const NUMBERS = {
  tos: { key: 'tos', max: 0xff },
  ttl: { key: 'ttl', max: 0xff },
  flowlabel: { key: 'flowLabel', max: 0xf_ffff },
  id: { key: 'id', max: 0xffff },
} as const;
const WORDS = [...Object.keys(ECN), ...Object.keys(NUMBERS), 'df', 'nodf'];

/** Reads the prefix; an empty pattern when there is none, `undefined` after a mistake. */
export function parseIpInfo(scanner: Scanner, direction: Direction): IpPattern | undefined {
  const close = opening(scanner);
  if (close === undefined) return {};
  const pattern: Writable = {};
  do {
    if (!readItem(scanner, direction, pattern)) return undefined;
  } while (scanner.take(','));
  return scanner.take(close) ? pattern : scanner.expected(`\`${close}\` after the IP part`);
}

/** The ECN word's value for the header, e.g. `ect0`. */
export function ecnByName(word: string): IpPattern['ecn'] | undefined {
  return isEcn(word) ? ECN[word] : undefined;
}

function opening(scanner: Scanner): string | undefined {
  if (scanner.take('[')) return ']';
  return scanner.take('(') ? ')' : undefined;
}

function readItem(scanner: Scanner, direction: Direction, pattern: Writable): boolean {
  const word = scanner.match(/[A-Za-z]\w*/y);
  if (word === undefined) {
    scanner.expected(`one of ${listNames(WORDS)}`);
    return false;
  }
  const { text, start, end } = word;
  if (isEcn(text)) {
    if (text === 'ect01' && direction === 'inject') {
      scanner.fail(
        start,
        end,
        '`ect01` (either of the two) makes sense only for what is expected',
        'write `ect0` or `ect1`',
      );
      return false;
    }
    pattern.ecn = ECN[text];
    return true;
  }
  if (text === 'df' || text === 'nodf') {
    pattern.dontFragment = text === 'df';
    return true;
  }
  if (!isNumbered(text)) {
    const nearest = nearestName(text, WORDS);
    scanner.fail(
      start,
      end,
      `\`${text}\` is no part of an IP header`,
      nearest === undefined ? `one of ${listNames(WORDS)}` : `did you mean \`${nearest}\`?`,
    );
    return false;
  }
  const { key, max } = NUMBERS[text];
  const value = scanner.integer(text, 0, max);
  if (value === undefined) return false;
  pattern[key] = value;
  return true;
}

function isEcn(word: string): word is keyof typeof ECN {
  return Object.hasOwn(ECN, word);
}

function isNumbered(word: string): word is keyof typeof NUMBERS {
  return Object.hasOwn(NUMBERS, word);
}
