/** Whether a packet is what a step expects: its fields, and its time. */
import type { TimelineStep } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import { type Packet, TCP_FLAG } from '../wire/wire';
import type { SeenPacket } from './connections';
import type { Mismatch } from './match';
import { matchPacket } from './packet';
import { type Anchors, matchTime, type Window } from './window';

/** A step with the times that it is resolved against. */
export interface Awaited {
  readonly step: TimelineStep;
  readonly anchors: Anchors;
  readonly window: Window;
}

/** Every field of the packet that differs from the pattern, its time included. */
export function mismatchesOf(pattern: PacketPattern, packet: SeenPacket, awaited: Awaited): readonly Mismatch[] {
  const late = matchTime(packet.atNs, awaited.step.when, awaited.window, awaited.anchors);
  return [...matchPacket(pattern, scriptViewFor(pattern, packet)), ...(late === undefined ? [] : [late])];
}

/**
 * The packet in script numbers. The spec calls the kernel's initial number what it likes, since it cannot know it: the
 * first SYN that a step takes has the number that stands there, and a repetition must have the same.
 */
export function scriptViewFor(pattern: PacketPattern, { script, space }: SeenPacket): Packet {
  if (pattern.kind !== 'tcp' || script.kind === 'opaque' || script.payload.kind !== 'tcp') return script;
  const isn = space?.namedIsn ?? pattern.seq;
  const bothSyn = (pattern.flags & script.payload.flags & TCP_FLAG.SYN) !== 0;
  if (!bothSyn || isn === undefined) return script;
  return { ...script, payload: { ...script.payload, seq: (script.payload.seq + isn) >>> 0 } };
}
