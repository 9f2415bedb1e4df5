/**
 * `-D NAME=VALUE`: whole words of a script that stand for something else. A value is not looked through for other
 * names; keywords, texts, commands and code are left alone.
 */
import type { TokenKind } from './tokens';

/** Words of the grammar: they mean themselves, whatever is defined (packetdrill: lexer.l). */
const KEYWORDS: ReadonlySet<string> = new Set(
  `sa_family sin_port sin_addr msg_name msg_iov msg_flags msg_control cmsg_data cmsg_level cmsg_type ee_errno ee_origin
  ee_type ee_code ee_info ee_data scm_sec scm_nsec fd u32 u64 ptr events revents onoff linger htons ipv4 ipv6 icmp udp
  GREv0 gre raw sum off key seq none checksum present encap psp spi mpls label tc ttl inet_addr inet6_addr ack eol ecr
  mss mtu nop sack sackOK md5 TS FO FOEXP ECN e0b e1b ceb tos flowlabel flags Flags val win urg wscale ect01 ect0 ect1
  noecn ce id`.split(/\s+/),
);

/** What a defined word stands for. */
export interface Meaning {
  readonly kind: Extract<TokenKind, 'word' | 'integer' | 'string' | 'shell'>;
  /** As it would stand in the script: decimal digits, or with its quotes. */
  readonly text: string;
}

export class Macros {
  readonly #meanings: ReadonlyMap<string, Meaning>;

  /** @param defines values by name, as after `-D` */
  constructor(defines: ReadonlyMap<string, string> = new Map()) {
    this.#meanings = new Map(
      [...defines].filter(([name]) => !KEYWORDS.has(name)).map(([name, value]) => [name, meaningOf(value)]),
    );
  }

  get size(): number {
    return this.#meanings.size;
  }

  of(word: string): Meaning | undefined {
    return this.#meanings.get(word);
  }
}

/** The quotes decide; else a value that is a number as a whole (C: strtol with base 0) is one. */
function meaningOf(value: string): Meaning {
  if (value.startsWith('"')) return { kind: 'string', text: `"${value.slice(1, -1)}"` };
  if (value.startsWith('`')) return { kind: 'shell', text: `\`${value.slice(1, -1)}\`` };
  const number = readNumber(value);
  return number === undefined ? { kind: 'word', text: value } : { kind: 'integer', text: String(number) };
}

function readNumber(value: string): number | undefined {
  const match = /^\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9]\d*))$/.exec(value);
  if (match === null) return undefined;
  const [, sign, hex, octal, decimal] = match;
  const magnitude =
    hex === undefined ? (octal === undefined ? Number(decimal) : Number.parseInt(octal, 8)) : Number.parseInt(hex, 16);
  // Longer ones are more likely a row of hex digits than a number.
  if (!Number.isSafeInteger(magnitude)) return undefined;
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}
