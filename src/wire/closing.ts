/**
 * How packetdrill leaves a connection: with a RST that the kernel accepts, so that it forgets the connection at once
 * (reset_connection in its run_packet.c).
 */
import { seqAdd } from './seq';
import type { SegmentPattern } from './pattern';
import { segmentLength } from './segment';
import { TCP_FLAG, type TcpSegment } from './wire';

/** The last segments of a connection, in live numbers. */
export interface LastSegments {
  readonly injected: TcpSegment | undefined;
  readonly seen: TcpSegment | undefined;
}

/** The RST in live numbers; `undefined` for a connection on which nothing has happened. */
export function closingReset({ injected, seen }: LastSegments): SegmentPattern | undefined {
  if (injected === undefined && seen === undefined) return undefined;
  return { kind: 'tcp', flags: TCP_FLAG.RST | TCP_FLAG.ACK, length: 0, ...numbers(injected, seen) };
}

type Numbers = Pick<SegmentPattern, 'seq' | 'ack' | 'window'>;

/** Right behind what was injected last; else where the kernel expects something; else as an answer to its SYN. */
function numbers(injected: TcpSegment | undefined, seen: TcpSegment | undefined): Numbers {
  if (injected !== undefined && acknowledges(injected)) {
    return { seq: seqAdd(injected.seq, segmentLength(injected)), ack: injected.ack, window: injected.window };
  }
  if (seen !== undefined && acknowledges(seen)) return { seq: seen.ack, ack: seen.seq, window: 0 };
  return { seq: 0, ack: seqAdd(seen?.seq ?? 0, 1), window: 0 };
}

function acknowledges({ flags }: TcpSegment): boolean {
  return (flags & TCP_FLAG.ACK) !== 0;
}
