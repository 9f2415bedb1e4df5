/**
 * Executes a timeline on a host: the only step of the flow that touches the world.
 *
 * It never throws for anything that happens in a run: the trace says how it ended, a failing environment included.
 */
import { type Ns, NS_PER_MS, NS_PER_S } from '../base/nanoseconds';
import { resolveCounter } from '../match/counters';
import { type Host, HostError, type Run } from '../host/host';
import type { SampleExpectation } from '../spec/model';
import type { Timeline, TimelineStep } from '../timeline/timeline';
import type {
  CallOutcome,
  CounterValues,
  Environment,
  HostTrouble,
  Observation,
  Sample,
  Trace,
  TraceEnd,
} from '../trace/trace';
import { requestOf } from './calls/calls';
import { type Action, Engine } from './engine';
import { unmetRequirement } from './requirements';
import { SocketTable } from './sockets';

/** The last stretch before a planned time, in which the harness no longer listens for frames. */
const EXACT_NS = NS_PER_MS;

/** A call that is not marked as blocking is interrupted after this long. */
const CALL_LIMIT_NS = NS_PER_S;

/** What a run leaves behind: the trace, and the network still to be closed, which takes a while. */
export interface Executed {
  readonly trace: Trace;
  readonly close: () => Promise<void>;
}

/** Runs the timeline from a fresh network to its last step. */
export async function execute(timeline: Timeline, host: Host): Promise<Executed> {
  const startedAt = new Date().toISOString();
  const session = new Session(timeline, host);
  const end = await session.run();
  const environment: Environment = {
    kernel: host.facts.kernel,
    architecture: host.facts.architecture,
    rootless: host.facts.rootless,
    scheduling: session.scheduling,
    startedAt,
    setupNs: session.setupNs,
  };
  return { trace: { timeline, environment, observations: session.observations, end }, close: () => session.close() };
}

class Session {
  readonly observations: Observation[] = [];
  scheduling: 'fifo' | 'other' = 'other';
  setupNs: Ns = 0;
  private readonly timeline: Timeline;
  private readonly host: Host;
  private readonly engine: Engine;
  private readonly sockets: SocketTable;
  private network: Run | undefined;
  private baseline: CounterValues = {};
  private blockingCalls = 0;

  constructor(timeline: Timeline, host: Host) {
    this.timeline = timeline;
    this.host = host;
    this.engine = new Engine(timeline);
    this.sockets = new SocketTable(timeline);
  }

  async run(): Promise<TraceEnd> {
    let run: Run | undefined;
    try {
      run = this.open();
      const unmet = unmetRequirement(this.timeline.requires, this.host, run);
      if (unmet !== undefined) return { kind: 'skipped', reason: unmet };
      this.configure(run);
      await this.prepare(run);
      run.startTimedPart();
      this.scheduling = run.scheduling;
      this.walk(run);
      this.cancelBlocking(run);
      return { kind: 'finished', atNs: run.nowNs() };
    } catch (error) {
      return { kind: 'host-error', atNs: this.lastNs(), error: troubleOf(error) };
    } finally {
      run?.endTimedPart();
    }
  }

  async close(): Promise<void> {
    await this.network?.close();
  }

  private open(): Run {
    const before = performance.now();
    const run = this.host.openRun(this.timeline.network);
    this.network = run;
    this.setupNs = Math.round((performance.now() - before) * NS_PER_MS);
    return run;
  }

  private configure(run: Run): void {
    for (const { name, value, place } of this.timeline.sysctls) atLine(place.line, () => run.setSysctl(name, value));
  }

  private async prepare(run: Run): Promise<void> {
    const { server, steps } = this.timeline;
    if (steps.some(isBlocking)) await run.prepareBlocking();
    if (server !== undefined) {
      await atLineAsync(server.place.line, () => run.startServer(server.command, server.port, server.readyWithinNs));
    }
    this.baseline = run.counters();
    // The first question costs milliseconds that the timed part should not pay.
    if (steps.some(asksForSockets)) run.sockets();
    for (const step of steps) checkCounters(step, this.baseline);
  }

  private walk(run: Run): void {
    this.record({ kind: 'baseline', counters: this.baseline });
    for (;;) {
      const nowNs = run.nowNs();
      this.collect(run);
      const action = this.engine.next(nowNs);
      if (action.kind === 'done') return;
      this.perform(action, run);
    }
  }

  /** Everything that has come since the last look, in the order in which it is known. */
  private collect(run: Run): void {
    for (const frame of run.receive()) this.record({ kind: 'frame', ...frame });
    if (this.blockingCalls === 0) return;
    for (const { token, endedNs, outcome, cancelled } of run.returnedCalls()) {
      this.blockingCalls--;
      this.learnSocket(this.timeline.steps[token], outcome);
      this.record({ kind: 'returned', step: token, endedNs, outcome, cancelled });
    }
  }

  private perform(action: Exclude<Action, { kind: 'done' }>, run: Run): void {
    switch (action.kind) {
      case 'wait':
        run.waitForEvent(action.untilNs);
        return;
      case 'tick':
        this.record({ kind: 'tick', atNs: run.nowNs() });
        return;
      case 'unsendable':
        this.record({ kind: 'unsendable', step: action.step, atNs: run.nowNs(), reason: action.reason });
        return;
      case 'send':
      case 'call':
      case 'sample':
      case 'mark':
        if (action.plannedNs - run.nowNs() > EXACT_NS) run.waitForEvent(action.plannedNs - EXACT_NS / 2);
        else this.performAt(action, run);
    }
  }

  private performAt(action: Extract<Action, { plannedNs: Ns }>, run: Run): void {
    const { step, plannedNs } = action;
    run.waitExactly(plannedNs);
    switch (action.kind) {
      case 'send': {
        const { startedNs, errno } = run.inject(action.bytes);
        this.record({ kind: 'sent', step, plannedNs, startedNs, bytes: action.bytes, errno });
        return;
      }
      case 'call':
        this.call(action, run);
        return;
      case 'sample': {
        const startedNs = run.nowNs();
        const sample = this.sample(action.sample, run);
        this.record({ kind: 'sampled', step, plannedNs, startedNs, atNs: run.nowNs(), sample });
        return;
      }
      case 'mark':
        this.record({ kind: 'marked', step, atNs: run.nowNs(), counters: this.movedCounters(run) });
    }
  }

  private call(action: Extract<Action, { kind: 'call' }>, run: Run): void {
    const { step, plannedNs, call, connection } = action;
    const request = requestOf(call, { sockets: this.sockets, connection });
    if ('problem' in request) {
      const atNs = run.nowNs();
      const outcome: CallOutcome = { returned: -1, errno: '', outputs: {}, notMade: request.problem };
      this.record({ kind: 'called', step, plannedNs, startedNs: atNs, endedNs: atNs, outcome, interrupted: false });
      return;
    }
    if (action.returns !== undefined) {
      const { startedNs } = run.startBlockingCall(request.value, step);
      this.blockingCalls++;
      this.record({ kind: 'blocked', step, plannedNs, startedNs });
      return;
    }
    const { startedNs, endedNs, outcome, interrupted } = run.call(request.value, CALL_LIMIT_NS);
    this.learnSocket(this.timeline.steps[step], outcome);
    this.record({ kind: 'called', step, plannedNs, startedNs, endedNs, outcome, interrupted });
  }

  private learnSocket(step: TimelineStep | undefined, outcome: CallOutcome): void {
    if (step?.action.kind !== 'call' || step.action.call.result.kind !== 'socket' || outcome.returned < 0) return;
    this.sockets.bindName(step.action.call.result.name, outcome.returned);
  }

  private sample(expectation: SampleExpectation, run: Run): Sample {
    switch (expectation.kind) {
      case 'queue':
      case 'sockets':
      case 'socket':
        return { sockets: run.sockets() };
      case 'counters':
        return { counters: this.movedCounters(run) };
      case 'tcp_info': {
        const fd = this.sockets.descriptor(expectation.socket.name);
        return { tcpInfo: 'problem' in fd ? { errno: fd.problem } : run.tcpInfo(fd.value) };
      }
      case 'proc_net_tcp':
        return { procNetTcp: run.procNetTcp() };
    }
  }

  private movedCounters(run: Run): CounterValues {
    return Object.fromEntries(Object.entries(run.counters()).filter(([name, value]) => this.baseline[name] !== value));
  }

  /** Calls that still sleep are interrupted, so that the run can end; the trace says so. */
  private cancelBlocking(run: Run): void {
    if (this.blockingCalls === 0) return;
    run.cancelBlockingCalls();
    this.collect(run);
  }

  private record(observation: Observation): void {
    this.observations.push(observation);
    this.engine.observe(observation);
  }

  private lastNs(): Ns {
    const last = this.observations.at(-1);
    return last !== undefined && 'atNs' in last ? last.atNs : 0;
  }
}

function isBlocking(step: TimelineStep): boolean {
  return step.action.kind === 'call' && step.action.returns !== undefined;
}

function asksForSockets({ action }: TimelineStep): boolean {
  return action.kind === 'sample' && ['queue', 'sockets', 'socket'].includes(action.sample.kind);
}

function checkCounters({ action, place }: TimelineStep, known: CounterValues): void {
  if (action.kind !== 'sample' || action.sample.kind !== 'counters') return;
  for (const { name } of action.sample.fields) {
    if (resolveCounter(name, known) !== undefined) continue;
    throw new LineError(
      place.line,
      new HostError('unknown-counter', `this kernel has no counter \`${name}\``, 'names are those of nstat -az'),
    );
  }
}

/** An error that one line of the spec is to blame for. */
class LineError extends Error {
  readonly line: number;

  constructor(line: number, cause: unknown) {
    super('', { cause });
    this.line = line;
  }
}

function atLine(line: number, body: () => void): void {
  try {
    body();
  } catch (error) {
    throw new LineError(line, error);
  }
}

async function atLineAsync(line: number, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    throw new LineError(line, error);
  }
}

/** A host's error as data. Anything else is a defect of the harness, and goes on its way. */
function troubleOf(error: unknown): HostTrouble {
  const inner = error instanceof LineError ? error.cause : error;
  if (!(inner instanceof HostError)) throw inner;
  return {
    code: inner.code,
    message: inner.message,
    ...(inner.hint === undefined ? {} : { hint: inner.hint }),
    ...(error instanceof LineError ? { line: error.line } : {}),
  };
}
