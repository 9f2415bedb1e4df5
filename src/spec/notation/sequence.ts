/**
 * Sequence ranges, `a:b(n)`: first byte, the byte behind the last, payload length.
 */
import type { Dialect, Direction, Scanner } from './scanner';

export const LARGEST_SEQ = 0xffff_ffff;
export const LARGEST_LENGTH = 0xffff;

export interface SeqRange {
  readonly seq?: number;
  readonly length?: number;
}

/** `a:b(n)`; empty when nothing of the kind stands here. packetdrill cannot write an end that wraps around 2^32. */
export function parseSeqRange(scanner: Scanner, direction: Direction, dialect: Dialect = 'yaml'): SeqRange | undefined {
  const start = scanner.match(/\d+|\*(?=\s*:|\s*\()/y);
  if (start === undefined) return {};
  if (start.text === '*') return parseFreeRange(scanner, direction, start.start);
  const failuresBefore = scanner.failures;
  const seq = Number(start.text);
  if (seq > LARGEST_SEQ)
    return scanner.fail(start.start, start.end, `sequence number ${start.text} is out of range 0 to ${LARGEST_SEQ}`);
  if (!scanner.take(':')) return scanner.expected('`:` after the first sequence number', `write \`${seq}:${seq}(0)\``);
  const end = scanner.integer('sequence number', 0, dialect === 'yaml' ? 2 * LARGEST_SEQ : LARGEST_SEQ);
  if (end === undefined) return undefined;
  if (!scanner.take('('))
    return scanner.expected('`(` and the payload length', `write \`${seq}:${end}(${Math.max(0, end - seq)})\``);
  const length = scanner.integer('payload length', 0, LARGEST_LENGTH);
  if (length === undefined) return undefined;
  if (!scanner.take(')')) return scanner.expected('`)` after the payload length');
  const right = seq + length;
  const isSound = scanner.failures === failuresBefore;
  const mayWrap = dialect === 'yaml' && end === right % (LARGEST_SEQ + 1);
  if (isSound && end !== right && !mayWrap) {
    scanner.fail(
      start.start,
      scanner.at,
      `${seq} + ${length} is ${right}, not ${end}`,
      `write \`${seq}:${right}(${length})\`${end >= seq ? ` or \`${seq}:${end}(${end - seq})\`` : ''}`,
    );
  }
  return { seq, length };
}

/** `*:*(n)`: a payload length with any sequence number. */
function parseFreeRange(scanner: Scanner, direction: Direction, start: number): SeqRange | undefined {
  if (direction === 'inject')
    return scanner.fail(
      start,
      start + 1,
      '`*` makes sense only for what is expected',
      'leave it out, and the harness fills it in',
    );
  if (scanner.take(':') && !scanner.take('*')) return scanner.expected('`*`', 'write `*:*(n)` for any sequence number');
  if (!scanner.take('(')) return {};
  const length = scanner.integer('payload length', 0, LARGEST_LENGTH);
  if (length === undefined) return undefined;
  return scanner.take(')') ? { length } : scanner.expected('`)` after the payload length');
}
