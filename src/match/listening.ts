/**
 * Steps that listen: an expected segment, a group of them, silence.
 *
 * Each is resolved by what has come (`resolve`), or by time having passed without it (`expire`).
 */
import { present } from '../base/assert';
import { formatDuration, type Ns } from '../base/nanoseconds';
import type { TimelineAction } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import { printPacket } from '../wire/print';
import { tcpOf } from '../wire/segment';
import type { CheckList } from './check-list';
import { type Joined, joinSegments, payloadLength } from './join';
import type { ConnectionBook, SeenPacket } from './connections';
import { mismatchesOf } from './fit';
import { endsNs, type OpenStep, scriptedNs } from './open-step';
import type { StepTimes } from './reference';

/** The times of a step that is over; `undefined` while it is open, and when a failed check has ended the run. */
export type Resolution = StepTimes | undefined;

type ActionOf<K extends TimelineAction['kind']> = Extract<TimelineAction, { kind: K }>;

export class Listening {
  readonly #book: ConnectionBook;
  readonly #list: CheckList;

  constructor(book: ConnectionBook, list: CheckList) {
    this.#book = book;
    this.#list = list;
  }

  /** Resolves the step with what has come so far. @param now the times of the step before it */
  resolve(open: OpenStep, now: StepTimes): Resolution {
    const { action } = open.step;
    switch (action.kind) {
      case 'expect':
        return this.#resolveExpect(open, action, now);
      case 'group':
        return action.exclusive ? this.#resolveExclusive(open) : this.#resolveGroup(open, now);
      case 'silence':
        return this.#resolveSilence(open);
      default:
        return undefined;
    }
  }

  /** The step's time is over. */
  expire(open: OpenStep, atNs: Ns): Resolution {
    const { step } = open;
    const endNs = endsNs(open);
    switch (step.action.kind) {
      case 'expect':
        if (!step.action.optional) return this.#expireExpect(open, step.action, atNs);
        return { plannedNs: endNs, actualNs: endNs };
      case 'group':
        this.#checkMembers(open);
        for (const member of open.group.missing) this.#missed(open, member.label, member.packet, atNs);
        if (this.#list.stopped) return undefined;
        if (step.action.exclusive) this.#list.add(step, 'group', atNs, []);
        return { plannedNs: endNs, actualNs: endNs };
      case 'silence':
        this.#list.add(step, 'silence', atNs, []);
        return { plannedNs: endNs, actualNs: endNs };
      default:
        return { plannedNs: endNs, actualNs: endNs };
    }
  }

  #resolveExpect(open: OpenStep, action: ActionOf<'expect'>, now: StepTimes): Resolution {
    const { packet: pattern, optional } = action;
    const inbox = this.#book.inbox(present(open.step.connection, 'the connection of an expectation'));
    if (inbox[0] === undefined) return undefined;
    const joined = joinSegments(inbox, action.joined && pattern.kind === 'tcp' ? (pattern.length ?? 0) : 0);
    if (joined.kind === 'incomplete') return undefined;
    const packet = joined.kind === 'whole' ? joined.packet : inbox[0];
    if (optional && mismatchesOf(pattern, packet, open).length > 0) return now;
    for (const part of joined.parts) this.#book.take(part, open.step.index);
    if (joined.kind === 'misfit') this.#addMisfit(open, pattern, joined);
    else this.#accept(open, open.step.label, pattern, packet);
    if (this.#list.stopped) return undefined;
    return { plannedNs: packet.atNs, actualNs: packet.atNs, scriptedNs: scriptedNs(open) };
  }

  /** The segments that were to be taken together do not belong together. */
  #addMisfit(open: OpenStep, pattern: PacketPattern, { parts, mismatches }: Extract<Joined, { kind: 'misfit' }>): void {
    const last = present(parts.at(-1), 'the part that does not fit');
    const message = `segment ${parts.length} of those that should make the expected one does not follow on the one before`;
    this.#list.segment(open.step, open.step.label, { pattern, packet: last }, mismatches, message);
  }

  #expireExpect(open: OpenStep, action: ActionOf<'expect'>, atNs: Ns): undefined {
    const inbox = this.#book.inbox(present(open.step.connection, 'the connection of an expectation'));
    const bytes = inbox.reduce((sum, packet) => sum + payloadLength(packet), 0);
    const wanted = action.packet.kind === 'tcp' ? (action.packet.length ?? 0) : 0;
    const partial =
      inbox.length === 0 ? undefined : `only ${bytes} of ${wanted} bytes had come after ${formatDuration(atNs)}`;
    return this.#missed(open, open.step.label, action.packet, atNs, partial);
  }

  /** Every segment on a connection from which one is missing must be one of the missing. */
  #resolveGroup(open: OpenStep, now: StepTimes): Resolution {
    for (const connection of new Set(open.group.missing.map((member) => member.connection))) {
      for (const packet of [...this.#book.inbox(connection)]) {
        const isWaitedFor = open.group.missing.some((member) => member.connection === connection);
        if (isWaitedFor && !this.#place(open, packet)) return undefined;
      }
    }
    if (open.group.missing.length > 0) return undefined;
    this.#checkMembers(open);
    const lastNs = Math.max(now.actualNs, ...open.group.placed.map(([, packet]) => packet.atNs));
    return { plannedNs: lastNs, actualNs: lastNs };
  }

  /** Until the end of the group, every segment on any connection must be one of the missing. */
  #resolveExclusive(open: OpenStep): Resolution {
    for (const packet of this.#book.untaken()) {
      if (packet.atNs > endsNs(open) || !this.#place(open, packet)) break;
    }
    return undefined;
  }

  #resolveSilence(open: OpenStep): Resolution {
    const { connection } = open.step;
    const { fromNs } = open.window;
    const scope = connection === undefined ? this.#book.untaken() : this.#book.inbox(connection);
    const intruder = scope.find((packet) => packet.atNs >= fromNs && packet.atNs <= endsNs(open));
    if (intruder === undefined) return undefined;
    const mismatch = { field: 'silence', expected: 'nothing', observed: this.#describe(intruder) };
    const when = `came ${formatDuration(intruder.atNs - fromNs)} into the silence`;
    this.#list.add(open.step, 'silence', intruder.atNs, [mismatch], when);
    return undefined;
  }

  /** Finds the member that a segment is; the run fails when there is none. */
  #place(open: OpenStep, packet: SeenPacket): boolean {
    if (open.group.place(packet)) {
      this.#book.take(packet, open.step.index);
      return true;
    }
    this.#checkMembers(open);
    const nearest = open.group.missing.find((member) => member.connection === packet.connection);
    if (nearest !== undefined) this.#take(open, nearest.label, nearest.packet, packet);
    else this.#list.add(open.step, 'group', packet.atNs, [], `something else came: ${this.#describe(packet)}`);
    return false;
  }

  /** The checks of those that have come, once nobody can move them any more. */
  #checkMembers(open: OpenStep): void {
    for (const [member, packet] of open.group.placed) this.#accept(open, member.label, member.packet, packet);
  }

  #take(open: OpenStep, title: string, pattern: PacketPattern, packet: SeenPacket): void {
    this.#book.take(packet, open.step.index);
    this.#accept(open, title, pattern, packet);
  }

  #accept(open: OpenStep, title: string, pattern: PacketPattern, packet: SeenPacket): void {
    const segment = tcpOf(packet.live);
    if (packet.space !== undefined && pattern.kind === 'tcp' && segment !== undefined) {
      packet.space.matched(pattern, segment);
    }
    this.#list.segment(open.step, title, { pattern, packet }, mismatchesOf(pattern, packet, open));
    const label = pattern.ip?.flowLabelName;
    if (label !== undefined && packet.live.kind === 'ipv6')
      packet.flowLabels?.learn(label, packet.live.header.flowLabel);
  }

  #missed({ step }: OpenStep, title: string, pattern: PacketPattern, atNs: Ns, partial?: string): undefined {
    this.#list.missed(step, title, pattern, atNs, partial ?? `nothing came until ${formatDuration(atNs)}`);
  }

  #describe(packet: SeenPacket): string {
    const name = packet.connection === undefined ? 'no connection' : this.#book.connection(packet.connection).name;
    return `${printPacket(packet.script)} (${name})`;
  }
}
