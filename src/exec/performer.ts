/** The timed part: asks the engine what is next, does it on the host, and writes down what happened. */
import { type Ns, NS_PER_MS, NS_PER_S } from '../base/nanoseconds';
import type { Run, TimedCommand } from '../host/host';
import { pythonFile } from '../match/code/python-file';
import { missingHere } from '../match/command';
import type { CodeBlock, SampleExpectation } from '../spec/model';
import type { Timeline, TimelineStep } from '../timeline/timeline';
import type {
  CallOutcome,
  CommandOutcome,
  CounterValues,
  KernelWait,
  Observation,
  OptionBytes,
  Sample,
} from '../trace/trace';
import { TCP_FLAG } from '../wire/wire';
import { requestOf } from './calls/calls';
import { COMMAND_LIMIT_NS, hasManyEvents } from './demands';
import { type Action, Engine } from './engine';
import { flood } from './flood';
import { QueueWatch } from './queue-watch';
import { SocketTable } from './sockets';
import { atLine } from './trouble';

/** A call that is not marked as blocking is interrupted after this long. */
const CALL_LIMIT_NS = NS_PER_S;

/** Where many events come, those of so many segments are fetched in a pause that is long enough for it. */
const EVENTS_FETCHED_FOR = 16;
const PAUSE_NS = NS_PER_MS;
/** Of so many segments, also without a pause. */
const MOST_EVENTS_WAIT_FOR = 800;

const SOL_SOCKET = 1;
const SOL_TCP = 6;
const TCP_CC_INFO = 26;
const SO_MEMINFO = 55;
/** More than any of the two takes. */
const LARGEST_OPTION = 64;

type Deed = Extract<Action, { plannedNs: Ns }>;

export class Performer {
  readonly observations: Observation[] = [];
  readonly #timeline: Timeline;
  readonly #run: Run;
  readonly #engine: Engine;
  readonly #sockets: SocketTable;
  readonly #watch: QueueWatch | undefined;
  #sleepingCalls = 0;
  #missing: string | undefined;
  #sentSinceEvents = 0;
  readonly #hasManyEvents: boolean;
  /** When the injections of SYNs began. */
  readonly #syns = new Set<Ns>();
  #waitUntilNs: Ns = 0;
  /** What kernel and harness had waited when the last wait began, and when the one before it did. */
  #waitedNs: Ns = 0;
  #waitedBeforeNs: Ns = 0;
  /** Code blocks that the interpreter is to run at the end. */
  readonly #blocks: { readonly code: CodeBlock; readonly sample: Sample }[] = [];

  constructor(timeline: Timeline, run: Run) {
    this.#timeline = timeline;
    this.#run = run;
    this.#engine = new Engine(timeline);
    this.#hasManyEvents = timeline.events === true && hasManyEvents(timeline);
    this.#sockets = new SocketTable(timeline);
    this.#watch =
      timeline.watchesQueues === true ? new QueueWatch(run, (one) => this.observations.push(one)) : undefined;
  }

  /** From time zero to the last step, or to the first that failed. @param baseline the counters before time zero */
  perform(baseline: CounterValues): void {
    this.#record({ kind: 'baseline', counters: baseline, realtimeAtZero: this.#run.realtimeAtZero() });
    for (;;) {
      const nowNs = this.#run.nowNs();
      this.#collect();
      const action = this.#engine.next(nowNs);
      if (action.kind === 'done' || this.#missing !== undefined) break;
      this.#take(action);
    }
    this.#watch?.look();
    this.#cancelSleepingCalls();
  }

  /** Whether any check has failed. */
  get hasFailures(): boolean {
    return this.#engine.hasFailures;
  }

  /** Why the run is a skipped one after all: a command showed that this machine lacks something. */
  get missing(): string | undefined {
    return this.#missing;
  }

  /** Behind the last step: what is left of the kernel events, and what they are held against. */
  takeLastEvents(): void {
    if (this.#timeline.events !== true) return;
    this.#takeEvents();
    this.#record({ kind: 'counted', atNs: this.#run.nowNs(), counters: this.#run.movedCounters() });
  }

  /**
   * How long the kernel's own work and the harness have waited for a processor, in all and since the last wait but one began:
   * a step between the two is what the answer to it is held against.
   */
  kernelWait(): KernelWait {
    const totalNs = this.#run.kernelWaitedNs();
    return { totalNs, lastNs: totalNs - this.#waitedBeforeNs };
  }

  /** A wait for another moment than the last one: it begins here, and there is time to look. */
  #noteWait(untilNs: Ns): void {
    if (untilNs === this.#waitUntilNs) return;
    this.#waitUntilNs = untilNs;
    this.#waitedBeforeNs = this.#waitedNs;
    this.#waitedNs = this.#run.kernelWaitedNs();
  }

  /** Behind the last step, outside of the timed part: what a packetdrill script does at its end, in its order. */
  wrapUp(): void {
    const { script } = this.#timeline;
    if (script === undefined) return;
    this.#cleanUp();
    if (script.needsInterpreter && this.#missing === undefined) this.#interpret(script.interpreter);
    if (this.#engine.failed) return;
    for (const fd of this.#sockets.open) this.#run.call({ name: 'close', fd }, CALL_LIMIT_NS);
    for (const bytes of this.#engine.closingPackets()) this.#run.inject(bytes);
  }

  /** The cleanup command alone. */
  #cleanUp(): void {
    const cleanup = this.#timeline.script?.cleanup;
    if (cleanup === undefined) return;
    const { outcome, endedNs } = this.#shell(cleanup.text);
    this.#record({ kind: 'cleaned', atNs: endedNs, outcome });
  }

  /** Runs all code blocks that were reached, with the values of their moments. */
  #interpret(interpreter: string): void {
    const input = pythonFile(this.#blocks);
    const { outcome, endedNs } = this.#shell(`exec ${interpreter} -`, input);
    this.#missing = this.#missingHere(outcome);
    this.#record({ kind: 'interpreted', atNs: endedNs, outcome });
  }

  #shell(text: string, input?: string): TimedCommand {
    const { folder } = this.#timeline;
    return this.#run.shell({ text, folder, limitNs: COMMAND_LIMIT_NS, ...(input === undefined ? {} : { input }) });
  }

  /** Everything that has come since the last look, in the order in which it is known. */
  #collect(): void {
    for (const { direction, atNs, bytes } of this.#run.receive())
      this.#record({ kind: 'frame', direction, atNs, bytes });
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
        this.#fetchEvents(action.untilNs);
        this.#noteWait(action.untilNs);
        (this.#watch ?? this.#run).waitForEvent(action.untilNs);
        return;
      case 'tick':
        this.#record({ kind: 'tick', atNs: this.#run.nowNs() });
        return;
      case 'unsendable':
        this.#record({ kind: 'unsendable', step: action.step, atNs: this.#run.nowNs(), reason: action.reason });
        return;
      case 'send':
      case 'flood':
      case 'sysctl':
      case 'call':
      case 'sample':
      case 'look':
      case 'mark':
      case 'command':
      case 'code':
        atLine(this.#lineOf(action.step), () => this.#doInTime(action));
    }
  }

  #doInTime(deed: Deed): void {
    this.#run.waitExactly(deed.plannedNs);
    switch (deed.kind) {
      case 'send':
        this.#send(deed);
        return;
      case 'flood':
        this.#flood(deed);
        return;
      case 'sysctl':
        this.#tune(deed);
        return;
      case 'call':
        this.#call(deed);
        return;
      case 'sample':
        this.#sample(deed);
        return;
      case 'look':
        this.#lookAtEvents(deed);
        return;
      case 'command':
        this.#command(deed);
        return;
      case 'code':
        this.#code(deed);
        return;
      case 'mark':
        this.#record({ kind: 'marked', step: deed.step, atNs: this.#run.nowNs(), counters: this.#run.movedCounters() });
    }
  }

  #send({ step, plannedNs, bytes }: Extract<Deed, { kind: 'send' }>): void {
    const { startedNs, errno } = this.#run.inject(bytes);
    this.#record({ kind: 'sent', step, plannedNs, startedNs, bytes, errno });
    if (this.#timeline.events === true) this.#noteSent(step, startedNs);
  }

  #noteSent(step: number, startedNs: Ns): void {
    const action = this.#step(step)?.action;
    const flags = action?.kind === 'inject' && action.packet.kind === 'tcp' ? action.packet.flags : 0;
    if ((flags & (TCP_FLAG.SYN | TCP_FLAG.ACK)) === TCP_FLAG.SYN) this.#syns.add(startedNs);
    if (++this.#sentSinceEvents > MOST_EVENTS_WAIT_FOR) this.#takeEvents();
  }

  /** What the kernel tells of each segment of a flood would fill its buffer. */
  #flood(deed: Extract<Deed, { kind: 'flood' }>): void {
    this.#run.pauseEvents(true);
    const flooded = flood(deed, this.#timeline, this.#run);
    this.#run.pauseEvents(false);
    this.#record(flooded);
  }

  #tune({ step, plannedNs, name, value }: Extract<Deed, { kind: 'sysctl' }>): void {
    const startedNs = this.#run.nowNs();
    this.#run.setSysctl(name, value);
    this.#record({ kind: 'tuned', step, plannedNs, startedNs, endedNs: this.#run.nowNs() });
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
    if (request.value.name === 'close' && outcome.returned === 0) this.#sockets.closed(request.value.fd);
    this.#record({ kind: 'called', step, plannedNs, startedNs, endedNs, outcome, interrupted });
  }

  #command({ step, plannedNs, command }: Extract<Deed, { kind: 'command' }>): void {
    const { startedNs, endedNs, outcome } = this.#shell(command.text);
    this.#missing = this.#missingHere(outcome);
    if (this.#missing !== undefined) return;
    this.#record({ kind: 'commanded', step, plannedNs, startedNs, endedNs, outcome });
  }

  /** What this machine lacks, unless the user wants to see the failure (`--no-skip`). */
  #missingHere(outcome: CommandOutcome): string | undefined {
    return this.#timeline.script?.gated === false ? undefined : missingHere(outcome);
  }

  #code({ step, plannedNs, code }: Extract<Deed, { kind: 'code' }>): void {
    const startedNs = this.#run.nowNs();
    const sample = this.#socketValues(code.socket);
    if (this.#timeline.script?.needsInterpreter === true) this.#blocks.push({ code, sample });
    this.#record({ kind: 'sampled', step, plannedNs, startedNs, atNs: this.#run.nowNs(), sample });
  }

  /** TCP_INFO, TCP_CC_INFO and SO_MEMINFO of the socket under test. */
  #socketValues(socket: string | undefined): Sample {
    if (socket === undefined)
      return { tcpInfo: { errno: 'the script has no socket under test with a descriptor here' } };
    const fd = this.#sockets.descriptor(socket);
    if ('problem' in fd) return { tcpInfo: { errno: fd.problem } };
    return {
      tcpInfo: this.#run.tcpInfo(fd.value),
      congestionInfo: this.#socketOption(fd.value, SOL_TCP, TCP_CC_INFO),
      memoryInfo: this.#socketOption(fd.value, SOL_SOCKET, SO_MEMINFO),
    };
  }

  #socketOption(fd: number, level: number, option: number): OptionBytes {
    const length = LARGEST_OPTION;
    const { outcome } = this.#run.call({ name: 'getsockopt', fd, level, option, length }, CALL_LIMIT_NS);
    return outcome.errno === '' ? { bytes: outcome.outputs.bytes ?? new Uint8Array() } : { errno: outcome.errno };
  }

  #learnSocket(step: number, outcome: CallOutcome): void {
    const action = this.#step(step)?.action;
    if (action?.kind === 'call') this.#sockets.learn(action.call, outcome);
  }

  #sample({ step, plannedNs, sample: expectation }: Extract<Deed, { kind: 'sample' }>): void {
    const startedNs = this.#run.nowNs();
    const sample = this.#look(expectation);
    this.#record({ kind: 'sampled', step, plannedNs, startedNs, atNs: this.#run.nowNs(), sample });
  }

  #lookAtEvents({ step, plannedNs }: Extract<Deed, { kind: 'look' }>): void {
    const startedNs = this.#run.nowNs();
    this.#takeEvents();
    this.#record({ kind: 'sampled', step, plannedNs, startedNs, atNs: this.#run.nowNs(), sample: {} });
  }

  #fetchEvents(untilNs: Ns): void {
    if (!this.#hasManyEvents || this.#sentSinceEvents < EVENTS_FETCHED_FOR) return;
    if (untilNs - this.#run.nowNs() > PAUSE_NS) this.#takeEvents();
  }

  /** Of what the kernel was done with, only SYNs say anything: those that were not answered. */
  #takeEvents(): void {
    this.#sentSinceEvents = 0;
    for (const event of this.#run.events()) {
      if (event.atNs < 0 || (event.kind === 'consumed' && !this.#syns.has(event.injectedNs))) continue;
      this.#record({ kind: 'event', event });
    }
  }

  #look(expectation: SampleExpectation): Sample {
    switch (expectation.kind) {
      case 'queue':
      case 'sockets':
      case 'socket':
        return { sockets: this.#run.sockets() };
      case 'counters':
        return { counters: this.#run.movedCounters() };
      case 'tcp_info': {
        const fd = this.#sockets.descriptor(expectation.socket.name);
        return { tcpInfo: 'problem' in fd ? { errno: fd.problem } : this.#run.tcpInfo(fd.value) };
      }
      case 'proc_net_tcp':
        return { procNetTcp: this.#run.procNetTcp() };
    }
  }

  /** Calls that still sleep are interrupted, so that the run can end; the trace says so. */
  #cancelSleepingCalls(): void {
    if (this.#sleepingCalls === 0) return;
    this.#run.cancelBlockingCalls();
    this.#collect();
  }

  #record(observation: Observation): void {
    this.observations.push(observation);
    if (observation.kind !== 'tick') this.#watch?.stirred();
    this.#engine.observe(observation);
  }

  #lineOf(step: number): number {
    return this.#step(step)?.place.line ?? 0;
  }

  #step(index: number): TimelineStep | undefined {
    return this.#timeline.steps[index];
  }
}
