/**
 * Strings in double quotes, as C and packetdrill write them: `\n \r \t \f \v \0 \\ \" \xhh`.
 *
 * Text outside the escapes is UTF-8. Adjacent strings are one: `"GET " "/"`.
 */
import { concatBytes } from '../../wire/bytes';
import type { Scanner } from './scanner';

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  f: 12,
  v: 11,
  0: 0,
  '\\': 92,
  '"': 34,
};

/** Reads one string, or several side by side. */
export function readString(scanner: Scanner): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  while (scanner.looksAt('"')) {
    const token = scanner.match(/"(?:[^"\\]|\\[\s\S])*"/y);
    if (token === undefined) {
      const start = scanner.at;
      return scanner.fail(start, start + 1, 'this string has no end', 'close it with `"`');
    }
    const bytes = decode(scanner, token.text.slice(1, -1), token.start + 1);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return concatBytes(parts);
}

function decode(scanner: Scanner, body: string, offset: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const match of body.matchAll(/[^\\]+|\\x[0-9a-fA-F]{2}|\\[\s\S]/g)) {
    const [piece] = match;
    if (!piece.startsWith('\\')) {
      parts.push(encoder.encode(piece));
      continue;
    }
    const value = piece.length === 4 ? Number.parseInt(piece.slice(2), 16) : ESCAPES[piece.charAt(1)];
    const at = offset + match.index;
    if (value === undefined) {
      return scanner.fail(
        at,
        at + 2,
        `unknown escape \`${piece}\``,
        String.raw`known are \n \r \t \f \v \0 \\ \" and \xhh`,
      );
    }
    parts.push(Uint8Array.of(value));
  }
  return concatBytes(parts);
}
