/** Which segments were sent before: retransmissions, numbered. */
import type { CrossedPacket } from '../match/connections';
import { hasFlags, segmentEnd, segmentLength, tcpOf } from '../wire/segment';
import { seqDistance } from '../wire/seq';
import { TCP_FLAG, type TcpSegment } from '../wire/wire';

/** One direction of one connection. */
interface Stream {
  /** How often a segment began at this live sequence number. */
  readonly begun: Map<number, number>;
  /** Behind everything sent so far; absent before the first segment that takes sequence space. */
  endSeq: number | undefined;
}

/** Told of every packet of a run in its order; segments that take no sequence space are never repetitions. */
export class Repetitions {
  readonly #streams = new Map<string, Stream>();

  /** @returns 0 for what is new, else which repetition it is */
  number({ direction, connection, live }: CrossedPacket): number {
    const segment = tcpOf(live);
    if (segment === undefined || connection === undefined || segmentLength(segment) === 0) return 0;
    if (direction === 'out' && this.#isNewLife(connection, segment)) this.#forget(connection);
    const stream = this.#stream(direction, connection);
    const before = stream.begun.get(segment.seq) ?? 0;
    const number = before === 0 && direction === 'out' && isOld(segment, stream) ? 1 : before;
    stream.begun.set(segment.seq, Math.max(before, number) + 1);
    const end = segmentEnd(segment);
    if (stream.endSeq === undefined || seqDistance(stream.endSeq, end) > 0) stream.endSeq = end;
    return number;
  }

  /** A SYN of the kernel with another number: a new connection under the old name. */
  #isNewLife(connection: string, segment: TcpSegment): boolean {
    if (!hasFlags(segment, TCP_FLAG.SYN)) return false;
    const { begun } = this.#stream('out', connection);
    return begun.size > 0 && !begun.has(segment.seq);
  }

  #forget(connection: string): void {
    for (const direction of ['in', 'out'] as const) this.#streams.delete(`${direction} ${connection}`);
  }

  #stream(direction: string, connection: string): Stream {
    const key = `${direction} ${connection}`;
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const stream: Stream = { begun: new Map(), endSeq: undefined };
    this.#streams.set(key, stream);
    return stream;
  }
}

/** The kernel sends in order: what begins before the end has been sent, though perhaps in other pieces. */
function isOld({ seq }: TcpSegment, { endSeq }: Stream): boolean {
  return endSeq !== undefined && seqDistance(endSeq, seq) < 0;
}
