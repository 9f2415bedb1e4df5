/** Whether a packet is what a step expects: its fields, and its time. */
import { formatDuration, type Ns } from '../base/nanoseconds';
import { withTransport } from '../wire/layers';
import { tcpOf } from '../wire/segment';
import { timestampOf } from './sequence-space';
import type { TimelineStep } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import { type Packet, TCP_FLAG } from '../wire/wire';
import type { SeenPacket } from './connections';
import type { Mismatch } from './match';
import { matchPacket } from './packet';
import { type Anchors, lateAllowanceNs, matchTime, type Window } from './window';

/** A step with the times that it is resolved against. */
export interface Awaited {
  readonly step: TimelineStep;
  readonly anchors: Anchors;
  readonly window: Window;
  /** How long a tick of the timestamps' clock is, where their values are compared; else undefined. */
  readonly timestampTickNs: Ns | undefined;
}

/** Every field of the packet that differs from the pattern, its time included. */
export function mismatchesOf(pattern: PacketPattern, packet: SeenPacket, awaited: Awaited): readonly Mismatch[] {
  const late = matchTime(packet.atNs, awaited.step.when, awaited.window, awaited.anchors);
  return [
    ...matchPacket(pattern, scriptViewFor(pattern, packet)),
    ...matchFlowLabel(pattern, packet),
    ...matchTimestamp(pattern, packet, awaited),
    ...(late === undefined ? [] : [late]),
  ];
}

function matchFlowLabel(pattern: PacketPattern, { live, flowLabels }: SeenPacket): readonly Mismatch[] {
  const name = pattern.ip?.flowLabelName;
  if (name === undefined || live.kind !== 'ipv6') return [];
  return flowLabels?.mismatches(name, live.header.flowLabel) ?? [];
}

/**
 * A timestamp's value counts time: since the first one, as much must have gone by as the script says, give or take the
 * tolerance of the time since the start of the run (verify_outbound_tcp_option in packetdrill's run_packet.c).
 */
function matchTimestamp(pattern: PacketPattern, packet: SeenPacket, awaited: Awaited): readonly Mismatch[] {
  const { timestampTickNs, step, window } = awaited;
  const expected = pattern.kind === 'tcp' ? timestampOf(pattern.options?.list) : undefined;
  const observed = timestampOf(tcpOf(packet.live)?.options);
  if (timestampTickNs === undefined || expected === undefined || observed === undefined) return [];
  const driftNs = (packet.space?.timestampDrift(expected, observed) ?? 0) * timestampTickNs;
  const allowedNs = lateAllowanceNs(window.fromNs, step.tolerance);
  if (driftNs <= allowedNs) return [];
  const off = `off by ${formatDuration(driftNs)} (tolerance ${formatDuration(allowedNs)})`;
  return [{ field: 'TS val', expected: String(expected), observed: off }];
}

/**
 * The packet in script numbers. The spec calls the kernel's initial number what it likes, since it cannot know it: the
 * first SYN that a step takes has the number that stands there, and a repetition must have the same.
 */
export function scriptViewFor(pattern: PacketPattern, { script, space }: SeenPacket): Packet {
  const segment = tcpOf(script);
  if (pattern.kind !== 'tcp' || segment === undefined) return script;
  const isn = space?.namedIsn ?? pattern.seq;
  const bothSyn = (pattern.flags & segment.flags & TCP_FLAG.SYN) !== 0;
  if (!bothSyn || isn === undefined) return script;
  return withTransport(script, { ...segment, seq: (segment.seq + isn) >>> 0 });
}
