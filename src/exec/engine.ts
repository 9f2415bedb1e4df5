/**
 * The engine: what the harness must do next, worked out from the timeline and from what has been seen. Sans I/O: it
 * is told of observations, is asked for the next action with the time that the caller read, and touches nothing.
 */
import { present } from '../base/assert';
import { type Ns, NS_PER_MS } from '../base/nanoseconds';
import { Progress } from '../match/progress';
import type { MappingMistake, SequenceSpace } from '../match/sequence-space';
import type { Call, CodeBlock, SampleExpectation, When } from '../spec/model';
import type { Command, Connection, Timeline, TimelineStep } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { closingReset } from '../wire/closing';
import { type CraftContext, craftPacket } from '../wire/craft';
import type { PacketPattern, SegmentPattern } from '../wire/pattern';

/** The last stretch before a planned time, in which the harness no longer listens for frames. */
const EXACT_NS = NS_PER_MS;

export type Action =
  | { readonly kind: 'send'; readonly step: number; readonly plannedNs: Ns; readonly bytes: Uint8Array }
  | { readonly kind: 'unsendable'; readonly step: number; readonly reason: string }
  | {
      readonly kind: 'call';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly call: Call;
      readonly returns: When | undefined;
      readonly connection: Connection | undefined;
    }
  | { readonly kind: 'sample'; readonly step: number; readonly plannedNs: Ns; readonly sample: SampleExpectation }
  /** Look at the kernel events. */
  | { readonly kind: 'look'; readonly step: number; readonly plannedNs: Ns }
  | {
      readonly kind: 'flood';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly packet: SegmentPattern;
      readonly count: number;
    }
  | {
      readonly kind: 'sysctl';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: 'mark'; readonly step: number; readonly plannedNs: Ns }
  | { readonly kind: 'command'; readonly step: number; readonly plannedNs: Ns; readonly command: Command }
  | { readonly kind: 'code'; readonly step: number; readonly plannedNs: Ns; readonly code: CodeBlock }
  /** Sleep until something comes or the time is there. */
  | { readonly kind: 'wait'; readonly untilNs: Ns }
  /** The time has come without anything: say so with a `tick`. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'done' };

export class Engine {
  readonly #progress: Progress;

  constructor(timeline: Timeline) {
    // The judge walks again, and then there is time to print.
    this.#progress = new Progress(timeline, 'none');
  }

  observe(observation: Observation): void {
    this.#progress.observe(observation);
  }

  /** What to do next. @param nowNs the time, read before the last frames were fetched */
  next(nowNs: Ns): Action {
    const need = this.#progress.need();
    if (need.kind === 'done') return need;
    if (need.kind === 'wait') return nowNs >= need.untilNs ? { kind: 'tick' } : need;
    if (need.plannedNs - nowNs > EXACT_NS) return { kind: 'wait', untilNs: need.plannedNs - EXACT_NS / 2 };
    return this.#act(need.step, need.plannedNs);
  }

  /** Whether a step has failed. */
  get failed(): boolean {
    return this.#progress.failed;
  }

  /** Whether any check has failed, also one that does not end the run. */
  get hasFailures(): boolean {
    return this.#progress.hasFailures;
  }

  /** What makes the kernel forget the connections of a script, at its end. */
  closingPackets(): readonly Uint8Array[] {
    const { timeline, book } = this.#progress;
    return timeline.connections.flatMap(({ index, protocol }) => {
      const reset = protocol === 'tcp' ? closingReset(book.lastSegments(index)) : undefined;
      return reset === undefined ? [] : [craftPacket(reset, craftContext(book.connection(index), timeline))];
    });
  }

  #act(step: TimelineStep, plannedNs: Ns): Action {
    const { action, index } = step;
    switch (action.kind) {
      case 'inject':
        return this.#send(step, action.packet, plannedNs);
      case 'flood':
        return { kind: 'flood', step: index, plannedNs, packet: action.packet, count: action.count };
      case 'sysctl':
        return { ...action, step: index, plannedNs };
      case 'call': {
        const connection = step.connection === undefined ? undefined : this.#progress.book.connection(step.connection);
        return { kind: 'call', step: index, plannedNs, call: action.call, returns: action.returns, connection };
      }
      case 'sample':
        return { kind: 'sample', step: index, plannedNs, sample: action.sample };
      case 'events':
        return { kind: 'look', step: index, plannedNs };
      case 'command':
        return { kind: 'command', step: index, plannedNs, command: action.command };
      case 'code':
        return { kind: 'code', step: index, plannedNs, code: action.code };
      default:
        return { kind: 'mark', step: index, plannedNs };
    }
  }

  #send(step: TimelineStep, packet: PacketPattern, plannedNs: Ns): Action {
    const index = present(step.connection, 'the connection of an injection');
    const connection = this.#progress.book.connection(index);
    const space = this.#progress.book.space(index);
    const live = liveNumbers(packet, space);
    if ('mistake' in live) return { kind: 'unsendable', step: step.index, reason: live.mistake };
    const context = craftContext(connection, this.#progress.timeline);
    return { kind: 'send', step: step.index, plannedNs, bytes: craftPacket(live, context) };
  }
}

/** The pattern in the numbers of the wire, as far as the connection knows them. */
function liveNumbers(packet: PacketPattern, space: SequenceSpace): PacketPattern | MappingMistake {
  switch (packet.kind) {
    case 'tcp':
      return space.toLive(packet);
    case 'icmp':
      if (packet.quoted?.kind !== 'tcp') return packet;
      return { ...packet, quoted: { ...packet.quoted, seq: space.liveLocalSeq(packet.quoted.seq) } };
    case 'udp':
      return packet;
  }
}

/** From the remote side to the kernel under test. */
function craftContext(connection: Connection, timeline: Timeline): CraftContext {
  return {
    version: timeline.network.ipVersion,
    sourceAddress: connection.remoteAddress,
    targetAddress: connection.localAddress,
    sourcePort: connection.remotePort,
    targetPort: connection.localPort ?? timeline.localPort,
    seq: 0,
    ack: 0,
  };
}
