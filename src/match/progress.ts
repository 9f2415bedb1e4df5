/**
 * The walk along a timeline: which step is open, what it waits for, and which checks have come of the steps so far.
 *
 * Everything comes in through `observe`, in the order of the trace, so walking a saved trace again gives the same
 * checks. The first failed step ends the walk, because what follows would judge the wrong thing; failed samples do
 * not, since they change nothing.
 */
import { assert, present } from '../base/assert';
import { formatDuration, type Ns, NS_PER_MS, NS_PER_S, NS_PER_US } from '../base/nanoseconds';
import type { CodeBlock } from '../spec/model';
import type { Script, Timeline, TimelineStep } from '../timeline/timeline';
import type { CounterValues, Observation, Sample, WallTime } from '../trace/trace';
import { matchCall } from './call';
import type { CallClock } from './call-control';
import { CheckList } from './check-list';
import { CodeChecks } from './code-checks';
import { ConnectionBook } from './connections';
import { floodPeersOf } from './flood';
import { Listening } from './listening';
import { commandFailure } from './command';
import { hasSameEnds } from '../wire/bytes';
import type { Check, CheckKind } from './match';
import { EventBook } from './kernel-events';
import { endsNs, type OpenStep } from './open-step';
import { PendingReturns } from './pending-returns';
import { Reference, type StepTimes } from './reference';
import { matchField, matchSample } from './sample';
import type { EchoRule } from './sequence-space';
import { lateAllowanceNs } from './window';

/** How long a call waits for an earlier one that sleeps, in a packetdrill script: there is one thread for all calls. */
const SLEEPER_LIMIT_NS = NS_PER_S;

/** A sample with `within` is taken again after this time, or after this part of the time that it has waited. */
const POLL_NS = 2 * NS_PER_MS;
const POLL_SHARE = 1 / 8;

/** So long a flood may last, and for each of its segments: some four times what they take on a machine with other work. */
const FLOOD_NS = 5 * NS_PER_S;
const FLOOD_SEGMENT_NS = 50 * NS_PER_US;

/** What the walk needs next. */
export type Need =
  /** The harness must act; `plannedNs` may be past. */
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
  /** Of a call that was not to sleep, and from whose start times are counted: how long it took. */
  readonly lastedNs?: Ns;
}

const STILL_ASLEEP = `an earlier call still sleeps ${formatDuration(SLEEPER_LIMIT_NS)} after the time of this one`;

type EventAction = Extract<TimelineStep['action'], { kind: 'events' }>;

type ObservationOf<K extends Observation['kind']> = Extract<Observation, { kind: K }>;

export class Progress {
  readonly timeline: Timeline;
  readonly book: ConnectionBook;
  readonly events: EventBook;
  readonly timings: ActionTiming[] = [];
  readonly #list: CheckList;
  readonly #listening: Listening;
  readonly #returns: PendingReturns;
  readonly #reference: Reference;
  #cursor = 0;
  #open: OpenStep | undefined;
  /** The injection whose kernel stamp has not been seen yet. */
  #unstamped: { readonly step: TimelineStep; readonly bytes: Uint8Array } | undefined;
  #baseline: CounterValues = {};
  #realtimeAtZeroNs: bigint | undefined;
  readonly #marks = new Map<string, CounterValues>();
  readonly #code: CodeChecks;

  /** @param notes whether anybody reads the checks: what stands against each other is printed only then */
  constructor(timeline: Timeline, notes: 'printed' | 'none' = 'printed') {
    this.timeline = timeline;
    const { script } = timeline;
    this.book = new ConnectionBook(timeline.connections, echoRule(script), floodPeersOf(timeline));
    this.events = new EventBook(this.book);
    this.#list = new CheckList({
      version: timeline.network.ipVersion,
      toleratesPackets: script?.toleratesPackets ?? false,
      notes,
    });
    this.#reference = new Reference(script?.timestampTickNs);
    this.#listening = new Listening(this.book, this.#list);
    this.#returns = new PendingReturns(this.#list);
    this.#code = new CodeChecks(this.#list, script?.needsInterpreter ?? false);
    this.#begin();
  }

  get checks(): readonly Check[] {
    return this.#list.checks;
  }

  /** The counters before time zero. */
  get baseline(): CounterValues {
    return this.#baseline;
  }

  /** How many steps were finished. */
  get reached(): number {
    return this.#cursor;
  }

  /** Whether a failed step ended the walk. */
  get failed(): boolean {
    return this.#list.stopped;
  }

  /** Whether any check has failed; some do not end the walk. */
  get hasFailures(): boolean {
    return this.#list.checks.some(({ passed }) => !passed);
  }

  need(): Need {
    if (this.failed) return { kind: 'done' };
    const open = this.#open;
    if (open === undefined) {
      return this.#returns.isEmpty ? { kind: 'done' } : { kind: 'wait', untilNs: this.#returns.givenUpNs };
    }
    if (this.#waitsForSleeper(open)) return { kind: 'wait', untilNs: open.plannedNs + SLEEPER_LIMIT_NS };
    switch (open.step.action.kind) {
      case 'inject':
      case 'flood':
      case 'sysctl':
      case 'call':
      case 'mark':
      case 'command':
      case 'code':
        return { kind: 'act', step: open.step, plannedNs: open.plannedNs };
      case 'sample':
      case 'events':
        return { kind: 'act', step: open.step, plannedNs: open.pollNs };
      case 'wait':
      case 'expect':
      case 'group':
      case 'silence':
        return { kind: 'wait', untilNs: endsNs(open) };
    }
  }

  /** Takes in what happened. */
  observe(observation: Observation): void {
    // What the kernel told explains what went wrong, though it may be learned behind the end.
    if (observation.kind === 'event') return this.events.take(observation.event);
    if (observation.kind === 'counted') return this.events.counted(observation.atNs, observation.counters);
    if (this.failed && observation.kind !== 'frame') return;
    this.#take(observation);
    // What an injection led to is judged once its own stamp is there, from which times are counted.
    // A look at the queues changes nothing, and may come before that stamp.
    if (observation.kind !== 'sent' && observation.kind !== 'watched') this.#settle();
  }

  #take(observation: Exclude<Observation, { kind: 'event' | 'counted' }>): void {
    switch (observation.kind) {
      case 'baseline':
        this.#baseline = observation.counters;
        this.#realtimeAtZeroNs = wallNs(observation.realtimeAtZero);
        return;
      case 'sent':
        this.#onSent(observation);
        return;
      case 'flooded':
        this.#onFlooded(observation);
        return;
      case 'unsendable':
        this.#list.add(this.#openStep(observation.step).step, 'inject', observation.atNs, [], observation.reason);
        return;
      case 'frame':
        if (observation.direction === 'in') this.#onStamp(observation);
        else this.book.arrived(observation.bytes, observation.atNs);
        return;
      case 'called':
        this.#onCalled(observation);
        return;
      case 'blocked':
        this.#onBlocked(observation);
        return;
      case 'returned':
        this.#onReturned(observation);
        return;
      case 'sampled':
        this.#onSampled(observation);
        return;
      case 'watched':
        return;
      case 'tuned':
        this.#onTuned(observation);
        return;
      case 'marked':
        this.#onMarked(observation);
        return;
      case 'commanded':
        this.#onCommanded(observation);
        return;
      case 'interpreted':
        this.#code.interpreted(observation.outcome, observation.atNs);
        return;
      case 'cleaned':
        this.#onCleaned(observation);
        return;
      case 'tick':
        this.#onTick(observation.atNs);
    }
  }

  #onSent({ step: index, startedNs, bytes, errno }: ObservationOf<'sent'>): void {
    const { step, plannedNs } = this.#openStep(index);
    if (errno !== '') {
      this.#list.add(step, 'inject', startedNs, [], `the device refused the packet: ${errno}`);
      return;
    }
    if (this.#isOverdue(startedNs, 'inject')) return;
    this.#recordTiming(startedNs);
    if (step.connection !== undefined) {
      if (step.action.kind === 'inject' && step.action.packet.kind === 'tcp') {
        this.book.space(step.connection).sent(step.action.packet);
      }
      this.book.injected(step.connection, bytes, startedNs, index);
    }
    this.#unstamped = { step, bytes };
    this.#finish({ plannedNs, actualNs: startedNs, scriptedNs: this.#scriptedNs() });
  }

  /** What comes next is counted from its end: it may last. */
  #onFlooded({ step: index, startedNs, endedNs, sent, errno, answered }: ObservationOf<'flooded'>): void {
    const { step } = this.#openStep(index);
    if (step.action.kind !== 'flood') return;
    this.events.flooded(startedNs, endedNs, sent);
    this.#recordTiming(startedNs);
    const allowedNs = Math.max(FLOOD_NS, step.action.count * FLOOD_SEGMENT_NS);
    // Timers of the kernel fire in a flood that crawls, and what it does is another thing.
    if (endedNs - startedNs > allowedNs)
      this.timings.push({ step: index, plannedNs: startedNs, startedNs: endedNs, allowedNs });
    const refused = `the device refused the packet after ${sent}: ${errno}`;
    this.#list.add(step, 'flood', endedNs, [], errno === '' ? undefined : refused);
    const expected = step.action.answered;
    if (expected !== undefined) this.#list.sample(step, 'flood', [matchField(expected, answered)], endedNs);
    if (!this.failed) this.#finish({ plannedNs: endedNs, actualNs: endedNs });
  }

  /** The kernel's own stamp of an injected packet replaces the harness's: times are counted from it. */
  #onStamp({ bytes, atNs }: ObservationOf<'frame'>): void {
    const unstamped = this.#unstamped;
    if (unstamped === undefined || !hasSameEnds(unstamped.bytes, bytes)) return;
    this.#unstamped = undefined;
    const { index, connection } = unstamped.step;
    if (connection !== undefined) this.book.stamped(atNs);
    if (index !== this.#cursor - 1) return;
    if (connection !== undefined) this.book.touch(connection, atNs);
    this.#reference.restamp(atNs);
    this.#begin();
  }

  #onCalled({ step: index, startedNs, endedNs, outcome, interrupted }: ObservationOf<'called'>): void {
    const { step, plannedNs } = this.#openStep(index);
    if (step.action.kind !== 'call' || this.#isOverdue(startedNs, 'call')) return;
    this.#recordTiming(startedNs, this.#countsFromStart() ? endedNs - startedNs : undefined);
    this.#noteConnection(step);
    const slept = `the call slept for ${formatDuration(endedNs - startedNs)} and was interrupted; a call that may sleep needs \`returns:\``;
    this.#list.add(
      step,
      'call',
      endedNs,
      matchCall(step.action.call, outcome, this.#clock(step)),
      interrupted ? slept : undefined,
    );
    if (this.failed) return;
    this.#finish({
      ...this.#callTimes(plannedNs, startedNs, endedNs),
      readyNs: endedNs,
      scriptedNs: this.#scriptedNs(),
    });
  }

  /** A call may sleep in a script, and nobody here knows when one on another host began. */
  #countsFromStart(): boolean {
    return this.timeline.script === undefined && this.timeline.network.link !== 'target';
  }

  /**
   * What the step behind a call counts from: the call's start, since the kernel reacts while it lasts. packetdrill counts
   * from its end, which makes a difference for a call that slept. When a call on another host was made, nobody here
   * knows: before its answer came.
   */
  #callTimes(plannedNs: Ns, startedNs: Ns, endedNs: Ns): StepTimes {
    if (this.timeline.network.link === 'target') return { plannedNs, actualNs: endedNs, blurNs: endedNs - startedNs };
    const lastedNs = endedNs - startedNs;
    const slept = this.timeline.script !== undefined && lastedNs > NS_PER_MS;
    return slept ? { plannedNs: plannedNs + lastedNs, actualNs: endedNs } : { plannedNs, actualNs: startedNs };
  }

  #onBlocked({ step: index, startedNs }: ObservationOf<'blocked'>): void {
    const { step, plannedNs } = this.#openStep(index);
    if (step.action.kind !== 'call' || step.action.returns === undefined) return;
    if (this.#isOverdue(startedNs, 'call')) return;
    this.#recordTiming(startedNs);
    this.#noteConnection(step);
    this.#returns.began(step, step.action.returns, startedNs);
    this.#finish({ plannedNs, actualNs: startedNs, scriptedNs: this.#scriptedNs() });
  }

  /** Time goes on behind the call's end for a step that had to wait for it. */
  #onReturned({ step, endedNs, outcome, cancelled }: ObservationOf<'returned'>): void {
    const held = this.#open !== undefined && this.#waitsForSleeper(this.#open);
    const clock = this.#clock(present(this.timeline.steps[step], 'the step of a call'));
    this.#returns.returned(step, endedNs, outcome, cancelled, clock);
    if (!held) return;
    this.#reference.hold(endedNs);
    this.#begin();
  }

  #onCommanded({ step: index, startedNs, endedNs, outcome }: ObservationOf<'commanded'>): void {
    const { step } = this.#openStep(index);
    if (this.#isOverdue(startedNs, 'command')) return;
    this.#recordTiming(startedNs);
    this.#list.add(step, 'command', endedNs, [], commandFailure(outcome));
    if (!this.failed) this.#finish({ plannedNs: endedNs, actualNs: endedNs, scriptedNs: this.#scriptedNs() });
  }

  /** The cleanup command is no step of its own: what goes wrong with it is told at the last one, with its line. */
  #onCleaned({ outcome, atNs }: ObservationOf<'cleaned'>): void {
    const failure = commandFailure(outcome);
    const last = this.timeline.steps.at(-1);
    if (failure === undefined || last === undefined) return;
    const line = this.timeline.script?.cleanup?.place.line;
    const where = line === undefined ? '' : ` (line ${line})`;
    this.#list.remark(last, 'command', atNs, [], `the cleanup command${where}: ${failure}`);
  }

  #onSampled({ step: index, sample, startedNs, atNs }: ObservationOf<'sampled'>): void {
    const open = this.#openStep(index);
    const { step, plannedNs } = open;
    if (step.action.kind === 'code') this.#onCode(step.action.code, sample, startedNs, atNs);
    if (step.action.kind === 'events') this.#onEvents(open, step.action, startedNs, atNs);
    if (sample.counters !== undefined) this.events.counted(atNs, sample.counters);
    if (step.action.kind !== 'sample') return;
    const isFirst = open.pollNs === plannedNs;
    if (isFirst) this.#recordTiming(startedNs);
    const results = matchSample(step.action.sample, sample, {
      baseline: this.#baseline,
      marks: this.#marks,
      listenerPort: this.timeline.localPort,
      connection: step.connection === undefined ? undefined : this.book.connection(step.connection),
    });
    const latestNs = plannedNs + (step.action.withinNs ?? 0);
    if (results.some(({ mismatch }) => mismatch !== undefined) && atNs < latestNs) {
      const gapNs = Math.max(POLL_NS, Math.round((atNs - plannedNs) * POLL_SHARE));
      open.pollNs = Math.min(atNs + gapNs, latestNs);
      return;
    }
    this.#list.sample(step, step.action.sample.kind, results, atNs);
    this.#finish(isFirst ? { plannedNs, actualNs: startedNs, readyNs: atNs } : { plannedNs: atNs, actualNs: atNs });
  }

  /** All that the kernel has told by then has been taken in. */
  #onEvents(open: OpenStep, { events, withinNs = 0 }: EventAction, startedNs: Ns, atNs: Ns): void {
    const { step, plannedNs } = open;
    const isFirst = open.pollNs === plannedNs;
    if (isFirst) this.#recordTiming(startedNs);
    const connection = step.connection === undefined ? undefined : this.book.connection(step.connection).name;
    const mismatches = this.events.mismatches(events, connection);
    if (mismatches.length > 0 && atNs < plannedNs + withinNs) {
      open.pollNs = atNs + POLL_NS;
      return;
    }
    this.events.looked(events, connection);
    this.#list.remark(step, events.kind, atNs, mismatches);
    this.#finish(isFirst ? { plannedNs, actualNs: startedNs, readyNs: atNs } : { plannedNs: atNs, actualNs: atNs });
  }

  #onCode(code: CodeBlock, sample: Sample, startedNs: Ns, atNs: Ns): void {
    const { step, plannedNs } = present(this.#open, 'the open step');
    if (this.#isOverdue(startedNs, 'code')) return;
    this.#recordTiming(startedNs);
    this.#code.take(step, code, sample, atNs);
    if (!this.failed) this.#finish({ plannedNs, actualNs: atNs, scriptedNs: this.#scriptedNs() });
  }

  #onTuned({ step: index, startedNs, endedNs }: ObservationOf<'tuned'>): void {
    const { plannedNs } = this.#openStep(index);
    this.#recordTiming(startedNs);
    this.#finish({ plannedNs, actualNs: startedNs, readyNs: endedNs });
  }

  #onMarked({ step: index, counters, atNs }: ObservationOf<'marked'>): void {
    const { step, plannedNs } = this.#openStep(index);
    if (step.action.kind === 'mark') this.#marks.set(step.action.name, counters);
    this.events.counted(atNs, counters);
    this.#finish({ plannedNs, actualNs: atNs });
  }

  /** Time has passed without anything coming: windows close. */
  #onTick(atNs: Ns): void {
    this.#settle();
    const need = this.need();
    if (need.kind !== 'wait' || atNs < need.untilNs) return;
    if (this.#open === undefined) this.#returns.expire(atNs);
    else if (this.#waitsForSleeper(this.#open)) this.#list.add(this.#open.step, 'call', atNs, [], STILL_ASLEEP);
    else this.#finishIf(this.#listening.expire(this.#open, atNs));
  }

  /** Resolves open steps for as long as what has come resolves them. */
  #settle(): void {
    for (let before = -1; !this.failed && this.#open !== undefined && before !== this.#cursor; ) {
      before = this.#cursor;
      this.#finishIf(this.#listening.resolve(this.#open, this.#reference.times));
    }
  }

  #finishIf(times: StepTimes | undefined): void {
    if (times !== undefined) this.#finish(times);
  }

  #finish(times: StepTimes): void {
    this.#reference.follow(times);
    this.#cursor++;
    this.#begin();
  }

  #begin(): void {
    const step = this.timeline.steps[this.#cursor];
    const connectionNs = step?.connection === undefined ? undefined : this.book.lastEventNs(step.connection);
    this.#open = step === undefined ? undefined : this.#reference.open(step, connectionNs);
  }

  #openStep(index: number): OpenStep {
    const open = present(this.#open, 'the open step');
    assert(open.step.index === index, `step ${index} was done, but step ${open.step.index} is open`);
    return open;
  }

  /** packetdrill has one thread for system calls: while one sleeps, the next has to wait. */
  #waitsForSleeper({ step }: OpenStep): boolean {
    return this.timeline.script !== undefined && step.action.kind === 'call' && !this.#returns.isEmpty;
  }

  /** A call that may open the connection of its step. */
  #noteConnection({ connection }: TimelineStep): void {
    if (connection !== undefined) this.book.begin(connection);
  }

  /**
   * Whether what came before a step lasted longer than the time that a script gives it: a failure, since the script
   * asks for what cannot be. That the harness itself was late is another thing (`recordTiming`).
   */
  #isOverdue(atNs: Ns, kind: CheckKind): boolean {
    const { step, overdueNs, anchors } = present(this.#open, 'the open step');
    if (this.timeline.script === undefined || step.index === 0) return false;
    const dueNs = this.#scriptedNs();
    const offNs = overdueNs - lateAllowanceNs(dueNs - anchors.scriptedNs, step.tolerance);
    if (offNs <= 0) return false;
    const observed = `${formatDuration(overdueNs)} later, when the step before it was over`;
    this.#list.add(step, kind, atNs, [{ field: 'time', expected: formatDuration(dueNs), observed, offNs }]);
    return true;
  }

  #scriptedNs(): Ns {
    const open = present(this.#open, 'the open step');
    return open.plannedNs - Math.max(0, open.overdueNs);
  }

  /**
   * What the kernel's own stamps are compared with: without the percentage, as in packetdrill. Those of another host are
   * compared with nothing.
   */
  #clock({ tolerance }: TimelineStep): CallClock | undefined {
    if (this.#realtimeAtZeroNs === undefined || this.timeline.network.link === 'target') return undefined;
    return { realtimeAtZeroNs: this.#realtimeAtZeroNs, toleranceNs: tolerance.lateNs };
  }

  #recordTiming(startedNs: Ns, lastedNs?: Ns): void {
    const { step, plannedNs, allowedNs } = present(this.#open, 'the open step');
    const lasted = lastedNs === undefined ? {} : { lastedNs };
    this.timings.push({ step: step.index, plannedNs, startedNs, allowedNs, ...lasted });
  }
}

/** packetdrill echoes only what it has seen; specs in YAML may also write 0. */
function echoRule(script: Script | undefined): EchoRule {
  if (script === undefined) return 'lenient';
  return script.scaledEchoes ? 'scaled' : 'strict';
}

function wallNs({ seconds, nanoseconds }: WallTime): bigint {
  return BigInt(seconds) * BigInt(NS_PER_S) + BigInt(nanoseconds);
}
