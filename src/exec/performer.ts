/** The timed part: asks the engine what is next, does it on the host, and writes down what happened. */
import { type Ns, NS_PER_S } from '../base/nanoseconds';
import type { Run } from '../host/host';
import type { SampleExpectation } from '../spec/model';
import type { Timeline, TimelineStep } from '../timeline/timeline';
import type { CallOutcome, CounterValues, Observation, Sample } from '../trace/trace';
import { requestOf } from './calls/calls';
import { type Action, Engine } from './engine';
import { SocketTable } from './sockets';
import { atLine } from './trouble';

/** A call that is not marked as blocking is interrupted after this long. */
const CALL_LIMIT_NS = NS_PER_S;

type Deed = Extract<Action, { plannedNs: Ns }>;

export class Performer {
  readonly observations: Observation[] = [];
  readonly #timeline: Timeline;
  readonly #run: Run;
  readonly #engine: Engine;
  readonly #sockets: SocketTable;
  #baseline: CounterValues = {};
  #sleepingCalls = 0;

  constructor(timeline: Timeline, run: Run) {
    this.#timeline = timeline;
    this.#run = run;
    this.#engine = new Engine(timeline);
    this.#sockets = new SocketTable(timeline);
  }

  /** From time zero to the last step, or to the first that failed. @param baseline the counters before time zero */
  perform(baseline: CounterValues): void {
    this.#baseline = baseline;
    this.#record({ kind: 'baseline', counters: baseline });
    for (;;) {
      const nowNs = this.#run.nowNs();
      this.#collect();
      const action = this.#engine.next(nowNs);
      if (action.kind === 'done') break;
      this.#take(action);
    }
    this.#cancelSleepingCalls();
  }

  /** Everything that has come since the last look, in the order in which it is known. */
  #collect(): void {
    for (const frame of this.#run.receive()) this.#record({ kind: 'frame', ...frame });
    if (this.#sleepingCalls === 0) return;
    for (const { token, endedNs, outcome, cancelled } of this.#run.returnedCalls()) {
      this.#sleepingCalls--;
      this.#learnSocket(token, outcome);
      this.#record({ kind: 'returned', step: token, endedNs, outcome, cancelled });
    }
  }

  #take(action: Exclude<Action, { kind: 'done' }>): void {
    switch (action.kind) {
      case 'wait':
        this.#run.waitForEvent(action.untilNs);
        return;
      case 'tick':
        this.#record({ kind: 'tick', atNs: this.#run.nowNs() });
        return;
      case 'unsendable':
        this.#record({ kind: 'unsendable', step: action.step, atNs: this.#run.nowNs(), reason: action.reason });
        return;
      case 'send':
      case 'call':
      case 'sample':
      case 'mark':
        atLine(this.#lineOf(action.step), () => this.#doInTime(action));
    }
  }

  #doInTime(deed: Deed): void {
    this.#run.waitExactly(deed.plannedNs);
    switch (deed.kind) {
      case 'send':
        this.#send(deed);
        return;
      case 'call':
        this.#call(deed);
        return;
      case 'sample':
        this.#sample(deed);
        return;
      case 'mark':
        this.#record({ kind: 'marked', step: deed.step, atNs: this.#run.nowNs(), counters: this.#movedCounters() });
    }
  }

  #send({ step, plannedNs, bytes }: Extract<Deed, { kind: 'send' }>): void {
    const { startedNs, errno } = this.#run.inject(bytes);
    this.#record({ kind: 'sent', step, plannedNs, startedNs, bytes, errno });
  }

  #call(deed: Extract<Deed, { kind: 'call' }>): void {
    const { step, plannedNs, call, connection } = deed;
    const request = requestOf(call, { sockets: this.#sockets, connection });
    if ('problem' in request) {
      const atNs = this.#run.nowNs();
      const outcome: CallOutcome = { returned: -1, errno: '', outputs: {}, notMade: request.problem };
      this.#record({ kind: 'called', step, plannedNs, startedNs: atNs, endedNs: atNs, outcome, interrupted: false });
      return;
    }
    if (deed.returns !== undefined) {
      const { startedNs } = this.#run.startBlockingCall(request.value, step);
      this.#sleepingCalls++;
      this.#record({ kind: 'blocked', step, plannedNs, startedNs });
      return;
    }
    const { startedNs, endedNs, outcome, interrupted } = this.#run.call(request.value, CALL_LIMIT_NS);
    this.#learnSocket(step, outcome);
    this.#record({ kind: 'called', step, plannedNs, startedNs, endedNs, outcome, interrupted });
  }

  #learnSocket(step: number, outcome: CallOutcome): void {
    const action = this.#step(step)?.action;
    if (action?.kind !== 'call' || action.call.result.kind !== 'socket' || outcome.returned < 0) return;
    this.#sockets.bindName(action.call.result.name, outcome.returned);
  }

  #sample({ step, plannedNs, sample: expectation }: Extract<Deed, { kind: 'sample' }>): void {
    const startedNs = this.#run.nowNs();
    const sample = this.#look(expectation);
    this.#record({ kind: 'sampled', step, plannedNs, startedNs, atNs: this.#run.nowNs(), sample });
  }

  #look(expectation: SampleExpectation): Sample {
    switch (expectation.kind) {
      case 'queue':
      case 'sockets':
      case 'socket':
        return { sockets: this.#run.sockets() };
      case 'counters':
        return { counters: this.#movedCounters() };
      case 'tcp_info': {
        const fd = this.#sockets.descriptor(expectation.socket.name);
        return { tcpInfo: 'problem' in fd ? { errno: fd.problem } : this.#run.tcpInfo(fd.value) };
      }
      case 'proc_net_tcp':
        return { procNetTcp: this.#run.procNetTcp() };
    }
  }

  #movedCounters(): CounterValues {
    return Object.fromEntries(
      Object.entries(this.#run.counters()).filter(([name, value]) => this.#baseline[name] !== value),
    );
  }

  /** Calls that still sleep are interrupted, so that the run can end; the trace says so. */
  #cancelSleepingCalls(): void {
    if (this.#sleepingCalls === 0) return;
    this.#run.cancelBlockingCalls();
    this.#collect();
  }

  #record(observation: Observation): void {
    this.observations.push(observation);
    this.#engine.observe(observation);
  }

  #lineOf(step: number): number {
    return this.#step(step)?.place.line ?? 0;
  }

  #step(index: number): TimelineStep | undefined {
    return this.#timeline.steps[index];
  }
}
