/** Questions about one TCP segment that more than one part of packetspec asks. */
import { innermost } from './layers';
import { seqAdd } from './seq';
import { type Packet, TCP_FLAG, type TcpSegment } from './wire';

/** The packet's TCP segment, if it carries one, at whatever depth. */
export function tcpOf(packet: Packet): TcpSegment | undefined {
  const payload = innermost(packet)?.payload;
  return payload?.kind === 'tcp' ? payload : undefined;
}

/** Whether all these bits are set. */
export function hasFlags(segment: Pick<TcpSegment, 'flags'>, bits: number): boolean {
  return (segment.flags & bits) === bits;
}

/** How much sequence space the segment takes: its payload bytes, and one each for SYN and FIN. */
export function segmentLength(segment: Pick<TcpSegment, 'flags' | 'payload'>): number {
  const syn = hasFlags(segment, TCP_FLAG.SYN) ? 1 : 0;
  const fin = hasFlags(segment, TCP_FLAG.FIN) ? 1 : 0;
  return segment.payload.length + syn + fin;
}

/** The sequence number behind the segment: the acknowledgment that covers all of it. */
export function segmentEnd(segment: Pick<TcpSegment, 'seq' | 'flags' | 'payload'>): number {
  return seqAdd(segment.seq, segmentLength(segment));
}
