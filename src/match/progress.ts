/**
 * The walk along a timeline: which step is open, what it waits for, and which checks have come of the steps so far.
 *
 * Everything comes in through `observe`, in the order of the trace, so walking a saved trace again gives the same
 * checks. The first failed step ends the walk, because what follows would judge the wrong thing; failed samples do
 * not, since they change nothing.
 */
import { present } from '../base/assert';
import { type Ns, NS_PER_MS, NS_PER_S, formatDuration } from '../base/nanoseconds';
import type { SampleExpectation, When } from '../spec/model';
import type { Timeline, TimelineMember, TimelineStep } from '../timeline/timeline';
import type { CallOutcome, CounterValues, Observation, Sample } from '../trace/trace';
import type { PacketPattern } from '../wire/pattern';
import { printPacket, printPattern } from '../wire/print';
import { TCP_FLAG } from '../wire/wire';
import { matchCall } from './call';
import { ConnectionBook, type SeenPacket } from './connections';
import type { Check, CheckKind, Mismatch } from './match';
import { matchPacket } from './packet';
import { matchSample } from './sample';
import { type Anchors, lateAllowanceNs, matchTime, type Window, windowOf } from './window';

/** How much longer than its window an expected event is waited for, so that "late" can be told from "never". */
const GRACE_NS = NS_PER_S;

/** How often a sample with `within` is taken. */
const POLL_NS = 2 * NS_PER_MS;

/** What the walk needs next. */
export type Need =
  /** The harness must act: `plannedNs` may be past. Untimed: as soon as possible. */
  | { readonly kind: 'act'; readonly step: TimelineStep; readonly plannedNs: Ns }
  /** Nothing to do until a frame comes, a call returns, or this time. */
  | { readonly kind: 'wait'; readonly untilNs: Ns }
  | { readonly kind: 'done' };

/** When the harness did something, against when it should have. */
export interface ActionTiming {
  readonly step: number;
  readonly plannedNs: Ns;
  readonly startedNs: Ns;
  /** More than this makes the run inconclusive. */
  readonly allowedNs: Ns;
}

/** The step that the walk is at. */
interface OpenStep {
  readonly step: TimelineStep;
  readonly anchors: Anchors;
  readonly window: Window;
  readonly plannedNs: Ns;
  readonly allowedNs: Ns;
  /** Members of a group that have not come yet. */
  readonly missing: TimelineMember[];
  pollNs: Ns;
}

interface PendingReturn {
  readonly step: TimelineStep;
  readonly returns: When;
  readonly anchors: Anchors;
  readonly window: Window;
}

export class Progress {
  readonly timeline: Timeline;
  readonly book: ConnectionBook;
  readonly checks: Check[] = [];
  readonly timings: ActionTiming[] = [];
  private cursor = 0;
  private open: OpenStep | undefined;
  private stopped = false;
  /** When the last finished step was planned and when it really happened. */
  private plannedNs: Ns = 0;
  private actualNs: Ns = 0;
  /** When the harness was free again: a call takes its time, and the kernel reacts while it lasts. */
  private readyNs: Ns = 0;
  /** The injection whose kernel stamp has not been seen yet. */
  private unstamped: { readonly step: TimelineStep; readonly bytes: Uint8Array } | undefined;
  private readonly returns = new Map<number, PendingReturn>();
  private baseline: CounterValues = {};
  private readonly marks = new Map<string, CounterValues>();

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.book = new ConnectionBook(timeline.connections);
    this.begin();
  }

  /** How many steps were finished. */
  get reached(): number {
    return this.cursor;
  }

  /** Whether a failed step ended the walk. */
  get failed(): boolean {
    return this.stopped;
  }

  need(): Need {
    if (this.stopped) return { kind: 'done' };
    const open = this.open;
    if (open === undefined)
      return this.returns.size === 0 ? { kind: 'done' } : { kind: 'wait', untilNs: this.lastReturnNs() };
    switch (open.step.action.kind) {
      case 'inject':
      case 'call':
      case 'mark':
        return { kind: 'act', step: open.step, plannedNs: open.plannedNs };
      case 'sample':
        return { kind: 'act', step: open.step, plannedNs: open.pollNs };
      case 'wait':
        return { kind: 'wait', untilNs: open.plannedNs };
      case 'expect':
        return { kind: 'wait', untilNs: open.window.latestNs + (open.step.action.optional ? 0 : GRACE_NS) };
      case 'group':
        return {
          kind: 'wait',
          untilNs: open.step.action.exclusive ? this.groupEndNs(open) : open.window.latestNs + GRACE_NS,
        };
      case 'silence':
        return { kind: 'wait', untilNs: silenceEndNs(open) };
    }
  }

  /** Takes in what happened. */
  observe(observation: Observation): void {
    if (this.stopped && observation.kind !== 'frame') return;
    switch (observation.kind) {
      case 'baseline':
        this.baseline = observation.counters;
        break;
      case 'sent':
        this.onSent(observation);
        break;
      case 'unsendable':
        this.fail(this.openStep(observation.step), 'inject', observation.atNs, observation.reason);
        break;
      case 'frame':
        if (observation.direction === 'in') this.onStamp(observation.bytes, observation.atNs);
        else this.book.arrived(observation.bytes, observation.atNs);
        break;
      case 'called':
        this.onCalled(observation);
        break;
      case 'blocked':
        this.onBlocked(observation);
        break;
      case 'returned':
        this.onReturned(observation.step, observation.endedNs, observation.outcome, observation.cancelled);
        break;
      case 'sampled':
        this.onSampled(observation);
        break;
      case 'marked':
        this.onMarked(observation.step, observation.counters, observation.atNs);
        break;
      case 'tick':
        this.onTick(observation.atNs);
        break;
    }
    this.settle();
  }

  // --- what the harness did ---------------------------------------------------------------------------------------

  private onSent({ step: index, startedNs, bytes, errno }: Extract<Observation, { kind: 'sent' }>): void {
    const { step } = this.openStep(index);
    if (errno !== '') {
      this.fail(this.openStep(index), 'inject', startedNs, `the device refused the packet: ${errno}`);
      return;
    }
    this.recordTiming(startedNs);
    if (step.action.kind === 'inject' && step.action.packet.kind === 'tcp' && step.connection !== undefined) {
      this.book.space(step.connection).sent(step.action.packet);
    }
    if (step.connection !== undefined) this.book.injected(step.connection, bytes, startedNs);
    this.unstamped = { step, bytes };
    this.finish(this.openStep(index).plannedNs, startedNs);
  }

  /** The kernel's own stamp of an injected packet replaces the harness's: times are counted from it. */
  private onStamp(bytes: Uint8Array, atNs: Ns): void {
    const unstamped = this.unstamped;
    if (unstamped === undefined || !sameBytes(unstamped.bytes, bytes)) return;
    this.unstamped = undefined;
    if (unstamped.step.index !== this.cursor - 1) return;
    this.actualNs = atNs;
    this.readyNs = atNs;
    if (unstamped.step.connection !== undefined) this.book.touch(unstamped.step.connection, atNs);
    if (this.open !== undefined && this.cursor === this.open.step.index) this.begin();
  }

  private onCalled({
    step: index,
    startedNs,
    endedNs,
    outcome,
    interrupted,
  }: Extract<Observation, { kind: 'called' }>): void {
    const open = this.openStep(index);
    const { action } = open.step;
    if (action.kind !== 'call') return;
    this.recordTiming(startedNs);
    const slept = `the call slept for ${formatDuration(endedNs - startedNs)} and was interrupted; a call that may sleep needs \`returns:\``;
    this.addCheck(open.step, 'call', endedNs, matchCall(action.call, outcome), interrupted ? slept : undefined);
    if (!this.stopped) this.finish(open.plannedNs, startedNs, endedNs);
  }

  private onBlocked({ step: index, startedNs }: Extract<Observation, { kind: 'blocked' }>): void {
    const open = this.openStep(index);
    const { step } = open;
    if (step.action.kind !== 'call' || step.action.returns === undefined) return;
    this.recordTiming(startedNs);
    const anchors = { previousNs: startedNs, connectionNs: startedNs };
    const { returns } = step.action;
    this.returns.set(index, { step, returns, anchors, window: windowOf(returns, anchors, step.tolerance) });
    this.finish(open.plannedNs, startedNs);
  }

  private onReturned(index: number, atNs: Ns, outcome: CallOutcome, cancelled: boolean): void {
    const pending = this.returns.get(index);
    if (pending === undefined) return;
    this.returns.delete(index);
    const { step, returns, window, anchors } = pending;
    if (step.action.kind !== 'call') return;
    const late = cancelled ? undefined : matchTime(atNs, returns, window, anchors);
    const mismatches = [
      ...(cancelled ? [] : matchCall(step.action.call, outcome)),
      ...(late === undefined ? [] : [late]),
    ];
    this.addCheck(step, 'return', atNs, mismatches, cancelled ? 'the call had not returned' : undefined);
  }

  private onSampled({
    step: index,
    sample,
    plannedNs,
    startedNs,
    atNs,
  }: Extract<Observation, { kind: 'sampled' }>): void {
    const open = this.openStep(index);
    const { step } = open;
    if (step.action.kind !== 'sample') return;
    const results = this.judgeSample(step.action.sample, step, sample);
    const deadlineNs = open.plannedNs + (step.action.withinNs ?? 0);
    if (results.some((one) => one.mismatch !== undefined) && atNs < deadlineNs) {
      open.pollNs = atNs + POLL_NS;
      return;
    }
    if (open.pollNs === open.plannedNs)
      this.timings.push({ step: index, plannedNs, startedNs, allowedNs: open.allowedNs });
    for (const { field, observed, mismatch } of results) {
      this.checks.push({
        step: index,
        kind: step.action.sample.kind,
        passed: mismatch === undefined,
        title: `${step.action.sample.kind} ${field.name}`,
        mismatches: mismatch === undefined ? [] : [mismatch],
        observed: String(observed ?? 'absent'),
        atNs,
      });
    }
    const polled = open.pollNs !== open.plannedNs;
    this.finish(polled ? atNs : open.plannedNs, polled ? atNs : startedNs, atNs);
  }

  private judgeSample(
    expectation: SampleExpectation,
    step: TimelineStep,
    sample: Sample,
  ): ReturnType<typeof matchSample> {
    return matchSample(expectation, sample, {
      baseline: this.baseline,
      marks: this.marks,
      listenerPort: this.timeline.localPort,
      connection: step.connection === undefined ? undefined : this.book.connection(step.connection),
    });
  }

  private onMarked(index: number, counters: CounterValues, atNs: Ns): void {
    const open = this.openStep(index);
    if (open.step.action.kind === 'mark') this.marks.set(open.step.action.name, counters);
    this.finish(open.plannedNs, atNs);
  }

  // --- what the kernel did ----------------------------------------------------------------------------------------

  /** Resolves open steps for as long as what has been seen resolves them. */
  private settle(): void {
    for (let before = -1; !this.stopped && this.open !== undefined && before !== this.cursor; ) {
      before = this.cursor;
      const { action } = this.open.step;
      if (action.kind === 'expect') this.settleExpect(this.open, action.packet, action.optional);
      else if (action.kind === 'group') this.settleGroup(this.open, action.exclusive);
      else if (action.kind === 'silence') this.settleSilence(this.open);
    }
  }

  private settleExpect(open: OpenStep, pattern: PacketPattern, optional: boolean): void {
    const connection = present(open.step.connection, 'the connection of an expectation');
    const packet = this.book.inbox(connection)[0];
    if (packet === undefined) return;
    const mismatches = this.compare(pattern, packet, open);
    if (optional && mismatches.length > 0) {
      this.finish(this.plannedNs, this.actualNs);
      return;
    }
    this.takeMatched(open.step, pattern, packet, mismatches);
    if (!this.stopped) this.finish(packet.atNs, packet.atNs);
  }

  private settleGroup(open: OpenStep, exclusive: boolean): void {
    const scope = exclusive
      ? this.book.untaken().filter((packet) => packet.atNs <= this.groupEndNs(open))
      : [...new Set(open.missing.map((member) => member.connection))].flatMap((connection) =>
          this.book.inbox(connection),
        );
    for (const packet of scope) {
      const candidates = open.missing.filter((member) => member.connection === packet.connection);
      if (candidates.length === 0 && !exclusive) continue;
      const member = candidates.find((one) => this.compare(one.packet, packet, open).length === 0) ?? candidates[0];
      if (member === undefined) {
        this.fail(open, 'group', packet.atNs, `something else came: ${this.describe(packet)}`);
        return;
      }
      open.missing.splice(open.missing.indexOf(member), 1);
      this.takeMatched(open.step, member.packet, packet, this.compare(member.packet, packet, open), member.label);
      if (this.stopped) return;
    }
    if (open.missing.length === 0 && !exclusive)
      this.finish(this.plannedNs, Math.max(this.actualNs, ...scope.map((one) => one.atNs)));
  }

  private settleSilence(open: OpenStep): void {
    const { connection } = open.step;
    const scope = connection === undefined ? this.book.untaken() : this.book.inbox(connection);
    const intruder = scope.find((packet) => packet.atNs >= open.window.fromNs && packet.atNs <= silenceEndNs(open));
    if (intruder === undefined) return;
    this.addCheck(
      open.step,
      'silence',
      intruder.atNs,
      [{ field: 'silence', expected: 'nothing', observed: this.describe(intruder) }],
      `came ${formatDuration(intruder.atNs - open.window.fromNs)} into the silence`,
    );
  }

  /** Time has passed without anything coming: windows close. */
  private onTick(atNs: Ns): void {
    this.settle();
    const open = this.open;
    if (this.stopped) return;
    if (open === undefined) {
      this.closeReturns(atNs);
      return;
    }
    const need = this.need();
    if (need.kind !== 'wait' || atNs < need.untilNs) return;
    const { action } = open.step;
    if (action.kind === 'wait') this.finish(open.plannedNs, open.plannedNs);
    else if (action.kind === 'silence') {
      this.addCheck(open.step, 'silence', atNs, []);
      this.finish(silenceEndNs(open), silenceEndNs(open));
    } else if (action.kind === 'expect' && action.optional) this.finish(open.window.latestNs, open.window.latestNs);
    else if (action.kind === 'group') this.closeGroup(open, action.exclusive, atNs);
    else if (action.kind === 'expect') this.missed(open.step, action.packet, open.step.label, atNs);
  }

  private closeGroup(open: OpenStep, exclusive: boolean, atNs: Ns): void {
    for (const member of open.missing) this.missed(open.step, member.packet, member.label, atNs);
    if (this.stopped) return;
    if (exclusive) this.addCheck(open.step, 'group', atNs, []);
    const endNs = exclusive ? this.groupEndNs(open) : atNs;
    this.finish(endNs, endNs);
  }

  private closeReturns(atNs: Ns): void {
    for (const [index, { window, step }] of this.returns) {
      if (atNs < window.latestNs + GRACE_NS) continue;
      this.returns.delete(index);
      this.addCheck(
        step,
        'return',
        atNs,
        [],
        `the call had not returned after ${formatDuration(atNs - window.fromNs)}`,
      );
    }
  }

  // --- checks -----------------------------------------------------------------------------------------------------

  private compare(pattern: PacketPattern, packet: SeenPacket, open: OpenStep): readonly Mismatch[] {
    const late = matchTime(packet.atNs, open.step.when, open.window, open.anchors);
    return [...matchPacket(pattern, scriptViewFor(pattern, packet)), ...(late === undefined ? [] : [late])];
  }

  private takeMatched(
    step: TimelineStep,
    pattern: PacketPattern,
    packet: SeenPacket,
    mismatches: readonly Mismatch[],
    title = step.label,
  ): void {
    this.book.take(packet);
    const { live } = packet;
    if (
      packet.connection !== undefined &&
      pattern.kind === 'tcp' &&
      live.kind !== 'opaque' &&
      live.payload.kind === 'tcp'
    ) {
      this.book.space(packet.connection).matched(pattern, live.payload);
    }
    this.checks.push({
      step: step.index,
      kind: 'segment',
      passed: mismatches.length === 0,
      title,
      mismatches,
      expected: printPattern(pattern, this.timeline.network.ipVersion),
      observed: printPacket(scriptViewFor(pattern, packet)),
      atNs: packet.atNs,
    });
    if (mismatches.length > 0) this.stopped = true;
  }

  private missed(step: TimelineStep, pattern: PacketPattern, title: string, atNs: Ns): void {
    this.checks.push({
      step: step.index,
      kind: 'segment',
      passed: false,
      title,
      mismatches: [],
      message: `nothing came until ${formatDuration(atNs)}`,
      expected: printPattern(pattern, this.timeline.network.ipVersion),
      atNs,
    });
    this.stopped = true;
  }

  private addCheck(
    step: TimelineStep,
    kind: CheckKind,
    atNs: Ns,
    mismatches: readonly Mismatch[],
    message?: string,
  ): void {
    const passed = mismatches.length === 0 && message === undefined;
    this.checks.push({
      step: step.index,
      kind,
      passed,
      title: step.label,
      mismatches,
      atNs,
      ...(message === undefined ? {} : { message }),
    });
    if (!passed) this.stopped = true;
  }

  private fail(open: OpenStep, kind: CheckKind, atNs: Ns, message: string): void {
    this.addCheck(open.step, kind, atNs, [], message);
  }

  private describe(packet: SeenPacket): string {
    const name = packet.connection === undefined ? 'no connection' : this.book.connection(packet.connection).name;
    return `${printPacket(packet.script)} (${name})`;
  }

  // --- steps and times --------------------------------------------------------------------------------------------

  private openStep(index: number): OpenStep {
    const open = present(this.open, 'the open step');
    if (open.step.index !== index) throw new Error(`step ${index} was done, but step ${open.step.index} is open`);
    return open;
  }

  private finish(plannedNs: Ns, actualNs: Ns, readyNs: Ns = actualNs): void {
    // A segment that had been waiting in its connection's queue does not turn time back.
    this.plannedNs = Math.max(this.plannedNs, plannedNs);
    this.actualNs = Math.max(this.actualNs, actualNs);
    this.readyNs = Math.max(this.readyNs, readyNs);
    this.cursor++;
    this.begin();
  }

  private begin(): void {
    const step = this.timeline.steps[this.cursor];
    if (step === undefined) {
      this.open = undefined;
      return;
    }
    const anchors: Anchors = {
      previousNs: this.actualNs,
      connectionNs: step.connection === undefined ? this.actualNs : this.book.lastEventNs(step.connection),
    };
    const plannedNs = this.plan(step.when, anchors);
    this.open = {
      step,
      anchors,
      window: windowFor(step, anchors),
      plannedNs,
      allowedNs: lateAllowanceNs(plannedNs - this.readyNs, step.tolerance),
      missing: step.action.kind === 'group' ? [...step.action.members] : [],
      pollNs: plannedNs,
    };
  }

  /**
   * When the harness should act. A time counts from when the previous step was *planned*, so that lateness does not
   * add up; a step without a time follows what really happened. Nothing is planned before the step ahead of it.
   */
  private plan(when: When, { connectionNs }: Anchors): Ns {
    if (when.kind !== 'window' || (when.anchor === 'previous' && when.startNs === 0)) return this.readyNs;
    const baseNs = when.anchor === 'start' ? 0 : when.anchor === 'connection' ? connectionNs : this.plannedNs;
    return Math.max(baseNs + when.startNs, this.readyNs);
  }

  private recordTiming(startedNs: Ns): void {
    const { step, plannedNs, allowedNs } = present(this.open, 'the open step');
    this.timings.push({ step: step.index, plannedNs, startedNs, allowedNs });
  }

  private groupEndNs(open: OpenStep): Ns {
    const { action } = open.step;
    return open.anchors.previousNs + (action.kind === 'group' ? (action.durationNs ?? 0) : 0);
  }

  private lastReturnNs(): Ns {
    return Math.min(...[...this.returns.values()].map(({ window }) => window.latestNs)) + GRACE_NS;
  }
}

/** A group that allows nothing else has its whole duration as its window. */
function windowFor(step: TimelineStep, anchors: Anchors): Window {
  const { action } = step;
  if (action.kind !== 'group' || !action.exclusive) return windowOf(step.when, anchors, step.tolerance);
  const endNs = anchors.previousNs + (action.durationNs ?? 0);
  return { fromNs: anchors.previousNs, untilNs: endNs, earliestNs: 0, latestNs: endNs };
}

function silenceEndNs({ step, window }: OpenStep): Ns {
  return window.fromNs + (step.action.kind === 'silence' ? step.action.durationNs : 0);
}

/** The spec gives the kernel's SYN the number it likes: its observed number is counted from that. */
function scriptViewFor(pattern: PacketPattern, packet: SeenPacket): SeenPacket['script'] {
  const { script } = packet;
  if (pattern.kind !== 'tcp' || script.kind === 'opaque' || script.payload.kind !== 'tcp') return script;
  const bothSyn = (pattern.flags & script.payload.flags & TCP_FLAG.SYN) !== 0;
  if (!bothSyn || pattern.seq === undefined) return script;
  return { ...script, payload: { ...script.payload, seq: (script.payload.seq + pattern.seq) >>> 0 } };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
