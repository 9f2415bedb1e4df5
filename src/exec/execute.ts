/**
 * Executes a timeline on a host: the only step of the flow that touches the world.
 *
 * It never throws for anything that the environment does: the trace says how the run ended, trouble included.
 */
import type { Ns } from '../base/nanoseconds';
import { type Host, HostError, type Run } from '../host/host';
import { commandFailure, missingHere } from '../match/command';
import { resolveCounter } from '../match/counters';
import { forKernel } from '../timeline/for-kernel';
import type { Timeline, TimelineStep } from '../timeline/timeline';
import type { CounterValues, Trace, TraceEnd } from '../trace/trace';
import { COMMAND_LIMIT_NS, looksAtCounters, looksAtEvents, sleeperCount } from './demands';
import { Performer } from './performer';
import { unmetEvents, unmetRequirement } from './requirements';
import { atLine, atLineAsync, troubleOf } from './trouble';

/** What a run leaves behind: the trace, and the network still to be closed, which takes a while. */
export interface Executed {
  readonly trace: Trace;
  readonly close: () => Promise<void>;
}

/** Runs what of the timeline counts on the host's kernel, from a fresh network to its last step. */
export async function execute(whole: Timeline, host: Host): Promise<Executed> {
  const timeline = forKernel(whole, host.facts.kernel);
  const beforeNs = host.steadyNs();
  const startedAt = host.timeOfDay();
  let setupNs: Ns = 0;
  let run: Run | undefined;
  let performer: Performer | undefined;
  let end: TraceEnd;
  try {
    run = host.openRun(timeline.network);
    setupNs = host.steadyNs() - beforeNs;
    performer = new Performer(timeline, run);
    end = await runToTheEnd(timeline, host, run, performer);
  } catch (error) {
    end = { kind: 'host-error', atNs: run?.nowNs() ?? 0, error: troubleOf(error) };
  } finally {
    run?.endTimedPart();
  }
  const events = run?.eventSupport();
  const recorded = events === undefined ? {} : { events };
  const environment = { ...host.facts, scheduling: run?.scheduling ?? 'other', startedAt, setupNs, ...recorded };
  return {
    trace: { timeline, environment, observations: performer?.observations ?? [], end },
    close: () => run?.close() ?? Promise.resolve(),
  };
}

async function runToTheEnd(timeline: Timeline, host: Host, run: Run, performer: Performer): Promise<TraceEnd> {
  const unmet = unmetRequirement(timeline.requires, host, run);
  if (unmet !== undefined) return { kind: 'skipped', reason: unmet };
  for (const { name, value, place } of timeline.sysctls) atLine(place.line, () => run.setSysctl(name, value));
  const missing = initialize(timeline, run);
  if (missing !== undefined) return skippedFor(missing);
  const baseline = await prepare(timeline, run);
  const unrecorded = unmetEvents(timeline, run.eventSupport());
  if (unrecorded !== undefined) return { kind: 'skipped', reason: unrecorded };
  run.startTimedPart();
  performer.perform(baseline);
  const atNs = run.nowNs();
  const kernelWait = performer.kernelWait();
  run.endTimedPart();
  performer.takeLastEvents();
  try {
    if (performer.hasFailures) accountFor(timeline, run);
  } finally {
    performer.wrapUp();
  }
  return performer.missing === undefined ? { kind: 'finished', atNs, kernelWait } : skippedFor(performer.missing);
}

/** A run that failed on broken ground says nothing of the kernel. @throws HostError */
function accountFor({ server }: Timeline, run: Run): void {
  if (server === undefined) run.checkGround();
  else atLine(server.place.line, () => run.checkGround());
}

/** Runs the init command of a script. Answers with why the run is to be skipped, if it is. @throws HostError */
function initialize({ script, folder }: Timeline, run: Run): string | undefined {
  if (script?.init === undefined) return undefined;
  const { text, place } = script.init;
  const { outcome } = run.shell({ text, folder, limitNs: COMMAND_LIMIT_NS });
  const failure = commandFailure(outcome);
  const missing = script.gated ? missingHere(outcome) : undefined;
  if (missing !== undefined || failure === undefined) return missing;
  atLine(place.line, () => {
    throw new HostError('command-failed', `the init command failed: ${failure}`);
  });
  return undefined;
}

function skippedFor(missing: string): TraceEnd {
  return { kind: 'skipped', reason: `needs ${missing}` };
}

/** Everything that takes its time happens before time zero. Answers with the counters as they are then, if anybody asks for any. */
async function prepare(timeline: Timeline, run: Run): Promise<CounterValues> {
  const { server, steps } = timeline;
  const sleepers = sleeperCount(timeline);
  if (sleepers > 0) await run.prepareBlocking(sleepers);
  if (timeline.events === true) run.recordEvents(looksAtEvents(timeline) ? 'meanwhile' : 'at the end');
  else if (steps.some(({ action }) => action.kind === 'flood')) run.omitEvents();
  if (server !== undefined) {
    const { command, port, readyWithinNs, place } = server;
    await atLineAsync(place.line, () => run.startServer(command, port, readyWithinNs));
  }
  // The first question costs milliseconds that the timed part should not pay.
  if (timeline.watchesQueues === true || steps.some(asksForSockets)) run.sockets();
  if (!looksAtCounters(timeline)) return {};
  const baseline = run.counters();
  for (const step of steps) checkCounters(step, baseline);
  return baseline;
}

function asksForSockets({ action }: TimelineStep): boolean {
  return action.kind === 'sample' && ['queue', 'sockets', 'socket'].includes(action.sample.kind);
}

/** A misspelt counter is found before anything runs. */
function checkCounters({ action, place }: TimelineStep, known: CounterValues): void {
  if (action.kind !== 'sample' || action.sample.kind !== 'counters') return;
  for (const { name } of action.sample.fields) {
    if (resolveCounter(name, known) !== undefined) continue;
    atLine(place.line, () => {
      throw new HostError('unknown-counter', `this kernel has no counter \`${name}\``, 'names are those of nstat -az');
    });
  }
}
