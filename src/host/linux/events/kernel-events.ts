/**
 * Kernel events of the runs of this process: one tracing instance for all of them, made when the first run wants events.
 * While a run goes on, the kernel writes into a ring buffer and nobody looks.
 */
import { readlinkSync } from 'node:fs';
import type { EventPart, EventSupport, KernelEvent } from '../../../trace/kernel-event';
import { HostError } from '../../host';
import type { RunClock } from '../clock';
import { DEVICE } from '../link';
import type { EventFormat } from './format';
import { TracingInstance } from './instance';
import { type Injection, OwnEvents } from './own-events';
import { KernelSymbols } from './symbols';
import { type RawEvent, TRACEPOINTS, type Tracepoint } from './tracepoints';

/** IPv4 and IPv6. */
const IP_PACKETS = '(protocol == 2048 || protocol == 34525)';
/** Where packets arrive over the link `raw-lo`. */
const LOOPBACK = 'lo';
const TCP_SOCKETS = 'protocol == 6';

const NS_PER_S = 1_000_000_000n;

/** What the process keeps from run to run. */
export class KernelEventSource {
  #source: Source | HostError | undefined;
  #threads = '';
  #symbols: KernelSymbols | undefined;

  /** To read all symbols of the kernel takes it a tenth of a second. */
  loadSymbols(): KernelSymbols {
    this.#symbols ??= new KernelSymbols();
    return this.#symbols;
  }

  /** @param otherThreads those that make calls for the runs, besides the calling one */
  begin(clock: RunClock, otherThreads: readonly number[]): RunEvents {
    this.#source ??= openSource();
    if (this.#source instanceof HostError) return this.#newRun(undefined, missingAll(this.#source), clock, []);
    const threads = [this.#source.thread, ...otherThreads];
    // To set a filter anew takes the kernel some milliseconds.
    if (this.#threads !== threads.join()) enableAll(this.#source, threads);
    this.#threads = threads.join();
    return this.#newRun(this.#source, supportOf(this.#source), clock, threads);
  }

  /** Until a run begins again, the kernel does not even make events. */
  rest(): void {
    if (this.#threads === '' || this.#source === undefined || this.#source instanceof HostError) return;
    for (const tracepoint of this.#source.formats.keys()) this.#source.instance.disable(tracepoint);
    this.#threads = '';
  }

  #newRun(source: Source | undefined, support: EventSupport, clock: RunClock, threads: readonly number[]): RunEvents {
    return new RunEvents(source, support, { clock, threads, symbols: () => this.loadSymbols() });
  }
}

interface Source {
  readonly instance: TracingInstance;
  readonly thread: number;
  readonly formats: ReadonlyMap<Tracepoint, EventFormat>;
  readonly byId: ReadonlyMap<number, Tracepoint>;
}

function openSource(): Source | HostError {
  try {
    const instance = new TracingInstance();
    process.once('exit', () => instance.remove());
    const thread = instance.ownThread();
    const formats = new Map<Tracepoint, EventFormat>();
    for (const tracepoint of TRACEPOINTS) {
      const format = instance.format(tracepoint);
      if (format !== undefined) formats.set(tracepoint, format);
    }
    const byId = new Map([...formats].map(([tracepoint, { id }]) => [id, tracepoint]));
    return { instance, thread, formats, byId };
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
}

function enableAll({ instance, formats }: Source, threads: readonly number[]): void {
  for (const tracepoint of formats.keys()) instance.enable(tracepoint, filterOf(tracepoint, threads));
}

/** Packets by the thread that injects them, since they have no network to be told by. */
function filterOf(tracepoint: Tracepoint, threads: readonly number[]): string {
  const own = `(${threads.map((thread) => `common_pid == ${thread}`).join(' || ')})`;
  switch (tracepoint) {
    case 'net/netif_receive_skb':
      return `${own} && (name == "${DEVICE}" || name == "${LOOPBACK}")`;
    case 'skb/kfree_skb':
      return `${own} && ${IP_PACKETS}`;
    case 'skb/consume_skb':
      return own;
    case 'sock/inet_sock_set_state':
      return TCP_SOCKETS;
    default:
      return '';
  }
}

function missingAll({ message, hint }: HostError): EventSupport {
  return { available: [], missing: [`${message}${hint === undefined ? '' : ` (${hint})`}`] };
}

/** What each part needs: a tracepoint, and a field of it. */
const PARTS: readonly (readonly [EventPart, Tracepoint, string | undefined, string])[] = [
  ['drops', 'skb/kfree_skb', undefined, ''],
  ['drop reasons', 'skb/kfree_skb', 'reason', 'Linux has them since 5.17'],
  ['states', 'sock/inet_sock_set_state', undefined, ''],
  ['resets', 'tcp/tcp_send_reset', undefined, ''],
  ['reset reasons', 'tcp/tcp_send_reset', 'reason', 'Linux has them since 6.10'],
];

function supportOf({ formats }: Source): EventSupport {
  const available: EventPart[] = [];
  const missing: string[] = [];
  for (const [part, tracepoint, field, since] of PARTS) {
    const format = formats.get(tracepoint);
    if (format !== undefined && (field === undefined || format.fields.has(field))) available.push(part);
    else if (field === undefined) missing.push(`${noTracepoint(tracepoint)}: no ${part}`);
    else if (format !== undefined) missing.push(`this kernel gives no ${part}; ${since}`);
  }
  for (const tracepoint of TRACEPOINTS) {
    const isPart = PARTS.some(([, needed]) => needed === tracepoint);
    if (!isPart && !formats.has(tracepoint)) missing.push(noTracepoint(tracepoint));
  }
  return { available, missing };
}

interface RunParts {
  readonly clock: RunClock;
  /** Those that work for the run. */
  readonly threads: readonly number[];
  readonly symbols: () => KernelSymbols;
}

function noTracepoint(tracepoint: Tracepoint): string {
  return `this kernel has no tracepoint ${tracepoint.replace('/', ':')}`;
}

/** The events of one run. */
export class RunEvents {
  readonly #source: Source | undefined;
  readonly #support: EventSupport;
  readonly #clock: RunClock;
  readonly #own: OwnEvents;
  readonly #network: string;
  readonly #owners: Map<number, boolean>;
  #lost = false;

  constructor(source: Source | undefined, support: EventSupport, { clock, threads, symbols }: RunParts) {
    this.#source = source;
    this.#support = support;
    this.#clock = clock;
    this.#network = networkOf('thread-self') ?? '';
    this.#owners = new Map(threads.map((thread) => [thread, true]));
    this.#own = new OwnEvents({
      owns: (thread) => this.#owns(thread),
      functionAt: (address) => symbols().functionAt(address),
    });
    // What the run before has left behind its end.
    source?.instance.read(() => undefined);
    source?.instance.record(true);
  }

  get support(): EventSupport {
    if (!this.#lost) return this.#support;
    const lost = 'the kernel had more events than its buffer holds: some are lost';
    return { ...this.#support, missing: [...this.#support.missing, lost] };
  }

  injected(injection: Injection): void {
    this.#own.injected(injection);
  }

  /** Those since the last question, oldest first. */
  take(): readonly KernelEvent[] {
    if (this.#source === undefined) return [];
    return this.#own.take(this.#read(this.#source));
  }

  /** Stops and goes on again. */
  pause(paused: boolean): void {
    this.#source?.instance.record(!paused);
  }

  #read({ instance, byId, formats }: Source): readonly RawEvent[] {
    const events: RawEvent[] = [];
    instance.read(({ baseNs, missed, records }, page) => {
      this.#lost ||= missed;
      const pageNs = this.#clock.at(Number(baseNs / NS_PER_S), Number(baseNs % NS_PER_S));
      for (const { sinceBaseNs, start, end } of records) {
        const tracepoint = byId.get(page.readUInt16LE(start));
        const format = tracepoint === undefined ? undefined : formats.get(tracepoint);
        if (tracepoint === undefined || format === undefined) continue;
        const bytes = Uint8Array.prototype.slice.call(page, start, end);
        events.push({ tracepoint, format, atNs: pageNs + sinceBaseNs, bytes });
      }
    });
    return events.sort((left, right) => left.atNs - right.atNs);
  }

  /** A server process, or one of its threads, is in the run's network; one that is gone is nobody's. */
  #owns(thread: number): boolean {
    const known = this.#owners.get(thread) ?? networkOf(String(thread)) === this.#network;
    this.#owners.set(thread, known);
    return known;
  }
}

function networkOf(task: string): string | undefined {
  try {
    return readlinkSync(`/proc/${task}/ns/net`);
  } catch {
    return undefined;
  }
}
