/**
 * Segments that follow each other, taken as one: what the kernel sends in one go may cross the link in pieces, and how
 * many depends on the device and the moment, not on what a packetdrill script is about.
 */
import { present } from '../base/assert';
import { concatBytes } from '../wire/bytes';
import { withTransport } from '../wire/layers';
import { printFlags } from '../wire/print';
import { seqAdd } from '../wire/seq';
import { tcpOf } from '../wire/segment';
import { type Packet, TCP_FLAG, type TcpSegment } from '../wire/wire';
import type { SeenPacket } from './connections';
import type { Mismatch } from './match';

export type Joined =
  /** Less than the length has come. */
  | { readonly kind: 'incomplete' }
  /** The packet that the parts make together: sequence number and CWR of the first, everything else of the last. */
  | { readonly kind: 'whole'; readonly packet: SeenPacket; readonly parts: readonly SeenPacket[] }
  /** The last of the parts does not continue the one before it. */
  | { readonly kind: 'misfit'; readonly parts: readonly SeenPacket[]; readonly mismatches: readonly Mismatch[] };

/**
 * Joins the oldest segments until their payload has the length, or more.
 * @param inbox what has come, oldest first; not empty
 */
export function joinSegments(inbox: readonly SeenPacket[], length: number): Joined {
  const first = present(inbox[0], 'a packet to join');
  const parts = [first];
  let total = payloadLength(first);
  while (total < length) {
    const next = inbox[parts.length];
    const last = present(parts.at(-1), 'the part before it');
    if (next === undefined) return { kind: 'incomplete' };
    parts.push(next);
    const mismatches = continues(last, next, length - total);
    if (mismatches.length > 0) return { kind: 'misfit', parts, mismatches };
    total += payloadLength(next);
  }
  return { kind: 'whole', packet: parts.length === 1 ? first : merged(parts), parts };
}

/** How many payload bytes have come so far. */
export function payloadLength({ script }: SeenPacket): number {
  return tcpOf(script)?.payload.length ?? 0;
}

/** FIN, PSH and CWR stand on one piece only. */
const SHARED_FLAGS = 0xfff & ~(TCP_FLAG.FIN | TCP_FLAG.PSH | TCP_FLAG.CWR);

function continues(last: SeenPacket, next: SeenPacket, missing: number): readonly Mismatch[] {
  const [before, after] = [tcpOf(last.script), tcpOf(next.script)];
  if (before === undefined || after === undefined) {
    return [{ field: 'protocol', expected: 'tcp', observed: 'something else between the segments' }];
  }
  const mustBeEqual = after.payload.length < missing;
  return [
    ...differs('seq', seqAdd(before.seq, before.payload.length), after.seq),
    ...differs('ack', before.ack, after.ack),
    ...differs('win', before.window, after.window),
    ...differs('urg', before.urgentPointer, after.urgentPointer),
    ...differs('data offset', before.dataOffset, after.dataOffset),
    ...differs('flags', printFlags(before.flags & SHARED_FLAGS), printFlags(after.flags & SHARED_FLAGS)),
    ...(mustBeEqual ? differs('length', before.payload.length, after.payload.length) : []),
  ];
}

function differs(field: string, expected: number | string, observed: number | string): readonly Mismatch[] {
  return expected === observed ? [] : [{ field, expected: String(expected), observed: String(observed) }];
}

function merged(parts: readonly SeenPacket[]): SeenPacket {
  const [first, last] = [present(parts[0], 'the first part'), present(parts.at(-1), 'the last part')];
  const payload = concatBytes(parts.map((part) => present(tcpOf(part.script), 'a segment').payload));
  const join = (from: Packet, to: Packet): Packet => {
    const [head, tail] = [tcpOf(from), tcpOf(to)];
    return head === undefined || tail === undefined ? to : withTransport(to, mergedSegment(head, tail, payload));
  };
  return { ...last, live: join(first.live, last.live), script: join(first.script, last.script) };
}

function mergedSegment(first: TcpSegment, last: TcpSegment, payload: Uint8Array): TcpSegment {
  const flags = (last.flags & ~TCP_FLAG.CWR) | (first.flags & TCP_FLAG.CWR);
  return { ...last, seq: first.seq, flags, payload };
}
