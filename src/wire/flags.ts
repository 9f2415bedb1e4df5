/**
 * TCP flags as packetdrill writes them: letters, then `.` for ACK, or `-` for none. A digit stands for the value of the
 * ACE field (RFC 9768 section 3.1.1), whose bits are those of `A`, `W` and `E`.
 */
import { TCP_FLAG } from './wire';

/** The letters in the order in which they are printed. */
const FLAG_LETTERS: readonly { readonly letter: string; readonly bit: number }[] = [
  { letter: 'F', bit: TCP_FLAG.FIN },
  { letter: 'S', bit: TCP_FLAG.SYN },
  { letter: 'R', bit: TCP_FLAG.RST },
  { letter: 'P', bit: TCP_FLAG.PSH },
  { letter: 'U', bit: TCP_FLAG.URG },
  { letter: 'E', bit: TCP_FLAG.ECE },
  { letter: 'W', bit: TCP_FLAG.CWR },
  { letter: 'A', bit: TCP_FLAG.AE },
  // packetdrill prints the dot before U, E, W and A, but cannot read that back: a word stands before the dot.
  { letter: '.', bit: TCP_FLAG.ACK },
];

const NONE = '-';
const ACE_DIGIT = /[0-7]/;
const RESERVED_SHIFT = 9;

/** For example `S.`, `SEWA`, `-`. Reserved bits, which have no letter, follow as `+r1` to `+r7`. */
export function printFlags(flags: number): string {
  const letters = FLAG_LETTERS.filter(({ bit }) => (flags & bit) !== 0).map(({ letter }) => letter);
  const reserved = (flags & TCP_FLAG.RESERVED) >> RESERVED_SHIFT;
  return (letters.join('') || NONE) + (reserved === 0 ? '' : `+r${reserved}`);
}

/** Reads flags in any order. */
export function parseFlags(text: string): number | { readonly error: string } {
  if (text === NONE) return 0;
  if (text === '') return { error: 'no flags: a segment without any is written -' };
  let flags = 0;
  let ace: string | undefined;
  let ecn: string | undefined;
  for (const letter of text) {
    if (ACE_DIGIT.test(letter)) {
      if (ace !== undefined) return { error: `two ACE digits: ${ace} and ${letter}` };
      ace = letter;
      continue;
    }
    const known = FLAG_LETTERS.find((flag) => flag.letter === letter);
    if (known === undefined) return { error: unknownLetter(letter) };
    if ('EWA'.includes(letter)) ecn = letter;
    flags |= known.bit;
  }
  if (ace === undefined) return flags;
  if (ecn !== undefined) return { error: `${ecn} and the ACE digit ${ace} name the same bits` };
  return flags | aceBits(Number(ace));
}

/** The flag bits of an ACE value from 0 to 7. */
function aceBits(value: number): number {
  const ae = value & 4 ? TCP_FLAG.AE : 0;
  const cwr = value & 2 ? TCP_FLAG.CWR : 0;
  const ece = value & 1 ? TCP_FLAG.ECE : 0;
  return ae | cwr | ece;
}

function unknownLetter(letter: string): string {
  const upper = letter.toUpperCase();
  const isKnown = upper !== letter && FLAG_LETTERS.some((flag) => flag.letter === upper);
  const way = isKnown
    ? `did you mean ${upper}?`
    : `there are ${FLAG_LETTERS.map((flag) => flag.letter).join(' ')} and 0 to 7`;
  return `no TCP flag is called ${letter}; ${way}`;
}
