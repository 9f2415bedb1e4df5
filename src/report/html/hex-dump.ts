/** Bytes as people read them: sixteen in a line, with the offset before and what is printable of ASCII behind. */
import { toHex } from '../../base/hex';

const PER_LINE = 16;

/** `0010  c0 00 02 01 ...  ........` */
export function hexDump(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const part = bytes.subarray(at, at + PER_LINE);
    const pairs = [...part].map((byte) => toHex(Uint8Array.of(byte)));
    const digits = `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`;
    const text = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${digits.padEnd(PER_LINE * 3)}  ${text}`);
  }
  return lines;
}
