/**
 * What the kernel told of a run, put in relation to its connections and to the packets that were injected: which were
 * lost, and why. Assertions about it look at what is new since the last one of their kind.
 */
import type { Ns } from '../base/nanoseconds';
import { NS_PER_US } from '../base/nanoseconds';
import type { DropExpectation, EventExpectation } from '../spec/model';
import type { EventFlow, KernelEvent } from '../trace/kernel-event';
import type { CounterValues } from '../trace/trace';
import { printPacket, printPattern } from '../wire/print';
import { hasFlags, tcpOf } from '../wire/segment';
import { TCP_FLAG } from '../wire/wire';
import type { ConnectionBook, CrossedPacket, Loss } from './connections';
import { counterDelta } from './counters';
import { matchText } from './field';
import type { Mismatch } from './match';
import { matchPacket } from './packet';

type EventOf<K extends KernelEvent['kind']> = Extract<KernelEvent, { kind: K }>;

/** An event that belongs to no packet alone, for showing. */
export interface KernelNote {
  readonly atNs: Ns;
  readonly connection: string | undefined;
  readonly event: EventOf<'state' | 'reset' | 'retransmit' | 'bad-checksum' | 'congestion' | 'drop'> | FloodRefusals;
}

/** Of a flood, nothing is told of its segments one by one. */
export interface FloodRefusals {
  readonly kind: 'flood';
  readonly atNs: Ns;
  readonly sent: number;
  readonly function: string;
  readonly counters: Readonly<Record<string, number>>;
}

/** What counts the SYNs that a listener refuses. Only the last one counts all of them. */
const REFUSALS = ['TcpExt.ListenOverflows', 'TcpExt.TCPReqQFullDrop', 'TcpExt.ListenDrops'] as const;
/** Where the kernel decides on a SYN. */
const REFUSING_FUNCTION = 'tcp_conn_request';
/** The kernel's stamps of frames and of events come from two clocks that are compared now and then. */
const STAMP_SLACK_NS = 20 * NS_PER_US;

export class EventBook {
  readonly #book: ConnectionBook;
  readonly #events: KernelEvent[] = [];
  readonly #looked = new Set<KernelEvent>();
  readonly #connectionOfSocket = new Map<number, number>();
  /** All readings of the counters: only those that differ from the baseline. */
  readonly #readings: { readonly atNs: Ns; readonly counters: CounterValues }[] = [];

  readonly #floods: { readonly startedNs: Ns; readonly endedNs: Ns; readonly sent: number }[] = [];
  #refusals: readonly KernelNote[] = [];

  constructor(book: ConnectionBook) {
    this.#book = book;
  }

  take(event: KernelEvent): void {
    this.#events.push(event);
    if (event.kind === 'drop' && event.injectedNs !== undefined) {
      const { atNs, reason, function: name } = event;
      this.#book.lose(event.injectedNs, {
        kind: 'dropped',
        atNs,
        ...(reason === undefined ? {} : { reason }),
        ...(name === undefined ? {} : { function: name }),
      });
    }
    // The SYN+ACK timer of a request is its listener's.
    if (event.kind === 'state' || event.kind === 'congestion') this.#learn(event.socket, event.flow);
  }

  counted(atNs: Ns, counters: CounterValues): void {
    this.#readings.push({ atNs, counters });
  }

  flooded(startedNs: Ns, endedNs: Ns, sent: number): void {
    this.#floods.push({ startedNs, endedNs, sent });
  }

  /** What differs from the expectation. @param connection the one of the step, if it has one */
  mismatches(expectation: EventExpectation, connection: string | undefined): readonly Mismatch[] {
    switch (expectation.kind) {
      case 'drops':
        return matchDrops(expectation.drops, this.#newDrops(connection));
      case 'states':
        return matchText(
          'states',
          expectation.changes.join(', ') || 'none',
          this.#new('state', connection)
            .map(({ from, to }) => `${from} -> ${to}`)
            .join(', ') || 'none',
        );
      case 'reset':
        return matchReset(expectation, this.#new('reset', connection).at(-1));
    }
  }

  /** What was there is not new any more. */
  looked(expectation: EventExpectation, connection: string | undefined): void {
    const kind = ({ drops: 'drop', states: 'state', reset: 'reset' } as const)[expectation.kind];
    for (const event of this.#new(kind, connection)) this.#looked.add(event);
  }

  /** Finds the SYNs that a listener has refused: the kernel takes them in without an answer, and calls it no drop. */
  findRefused(baseline: CounterValues): void {
    const answers = this.#sentTimes();
    for (const event of this.#events) {
      if (event.kind !== 'consumed') continue;
      const packet = this.#book.injectedAt(event.injectedNs);
      if (packet === undefined || !this.#isUnanswered(packet, event.atNs, answers)) continue;
      const counters = this.#movedAround(packet.atNs, event.atNs, baseline);
      if (counters.length === 0) continue;
      this.#book.lose(event.injectedNs, { kind: 'refused', atNs: event.atNs, function: REFUSING_FUNCTION, counters });
    }
    this.#refusals = this.#floods.flatMap(({ startedNs, endedNs, sent }) => {
      const counters = this.#refusalsAround(startedNs, endedNs, baseline);
      if (Object.keys(counters).length === 0) return [];
      const event = { kind: 'flood', atNs: endedNs, sent, function: REFUSING_FUNCTION, counters } as const;
      return [{ atNs: endedNs, connection: undefined, event }];
    });
  }

  /** By how much the counters of refusals moved around a time. */
  #refusalsAround(fromNs: Ns, untilNs: Ns, baseline: CounterValues): Readonly<Record<string, number>> {
    const before = this.#readings.findLast(({ atNs }) => atNs <= fromNs)?.counters;
    const after = this.#readings.find(({ atNs }) => atNs >= untilNs)?.counters;
    if (after === undefined) return {};
    const moved = REFUSALS.map(
      (name) => [name.slice('TcpExt.'.length), counterDelta(name, baseline, after, before)] as const,
    );
    return Object.fromEntries(moved.filter(([, by]) => by > 0));
  }

  get notes(): readonly KernelNote[] {
    const congested = new Set<number>();
    const notes = this.#events.flatMap((event): readonly KernelNote[] => {
      if (event.kind === 'consumed' || (event.kind === 'drop' && event.injectedNs !== undefined)) return [];
      if (event.kind === 'congestion') {
        // Every socket begins so.
        if (event.state === 'Open' && !congested.has(event.socket)) return [];
        congested.add(event.socket);
      }
      return [{ atNs: event.atNs, connection: this.#connectionOf(event), event }];
    });
    return [...notes, ...this.#refusals].sort((left, right) => left.atNs - right.atNs);
  }

  #movedAround(fromNs: Ns, untilNs: Ns, baseline: CounterValues): readonly string[] {
    return Object.keys(this.#refusalsAround(fromNs, untilNs, baseline));
  }

  /** A SYN that opens, and nothing was sent on its connection until then. */
  #isUnanswered({ connection, script, atNs }: CrossedPacket, untilNs: Ns, answers: SentTimes): boolean {
    const segment = tcpOf(script);
    if (segment === undefined || !hasFlags(segment, TCP_FLAG.SYN) || hasFlags(segment, TCP_FLAG.ACK)) return false;
    const next = firstFrom(answers.get(connection) ?? [], atNs - STAMP_SLACK_NS);
    return next === undefined || next > untilNs + STAMP_SLACK_NS;
  }

  /** When the kernel sent something on each connection, in order. */
  #sentTimes(): SentTimes {
    const times = new Map<string | undefined, Ns[]>();
    for (const { direction, connection, atNs } of this.#book.crossed) {
      if (direction === 'in') continue;
      const known = times.get(connection);
      if (known === undefined) times.set(connection, [atNs]);
      else known.push(atNs);
    }
    return times;
  }

  #newDrops(connection: string | undefined): readonly Dropped[] {
    return this.#new('drop', connection).flatMap((drop) => {
      const packet = drop.injectedNs === undefined ? undefined : this.#book.injectedAt(drop.injectedNs);
      return packet === undefined ? [] : [{ drop, packet }];
    });
  }

  #new<K extends KernelEvent['kind']>(kind: K, connection: string | undefined): readonly EventOf<K>[] {
    return this.#events.filter(
      (event): event is EventOf<K> =>
        event.kind === kind &&
        !this.#looked.has(event) &&
        (connection === undefined || this.#connectionOf(event) === connection),
    );
  }

  #connectionOf(event: KernelEvent): string | undefined {
    if ('injectedNs' in event && event.injectedNs !== undefined) {
      return this.#book.injectedAt(event.injectedNs)?.connection;
    }
    if (!('flow' in event)) return undefined;
    const bySocket = 'socket' in event ? this.#connectionOfSocket.get(event.socket ?? -1) : undefined;
    const index = bySocket ?? this.#book.ownerOf(event.flow);
    return index === undefined ? undefined : this.#book.connection(index).name;
  }

  #learn(socket: number, flow: EventFlow): void {
    const index = this.#book.ownerOf(flow);
    if (index !== undefined) this.#connectionOfSocket.set(socket, index);
  }
}

type SentTimes = ReadonlyMap<string | undefined, readonly Ns[]>;

/** The first of these times, which are in order, that is not before. */
function firstFrom(times: readonly Ns[], fromNs: Ns): Ns | undefined {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < fromNs) low = middle + 1;
    else high = middle;
  }
  return times[low];
}

interface Dropped {
  readonly drop: EventOf<'drop'>;
  readonly packet: CrossedPacket;
}

function matchDrops(expected: readonly DropExpectation[], observed: readonly Dropped[]): readonly Mismatch[] {
  const missing = expected.slice(observed.length).map((one) => ({
    field: 'drop',
    expected: printExpected(one),
    observed: 'none',
  }));
  const surplus = observed.slice(expected.length).map((one) => ({
    field: 'drop',
    expected: 'none',
    observed: printDropped(one),
  }));
  const differing = expected.slice(0, observed.length).flatMap((one, index) => {
    const dropped = observed[index];
    return dropped === undefined ? [] : matchDrop(one, dropped);
  });
  return [...differing, ...missing, ...surplus];
}

function matchDrop(expected: DropExpectation, { drop, packet }: Dropped): readonly Mismatch[] {
  const { packet: pattern, reasons } = expected;
  const isOther = pattern !== undefined && matchPacket(pattern, packet.script).length > 0;
  const isReason = reasons === undefined || (drop.reason !== undefined && reasons.includes(drop.reason));
  return [
    ...(isOther ? [{ field: 'segment', expected: printPattern(pattern), observed: printPacket(packet.script) }] : []),
    ...matchText('connection', expected.connection?.name, packet.connection),
    ...(isReason ? [] : [{ field: 'reason', expected: reasons.join(' or '), observed: drop.reason ?? 'absent' }]),
    ...matchText('function', expected.function, drop.function),
  ];
}

function printExpected({ packet, connection, reasons, function: name }: DropExpectation): string {
  const parts = [
    packet === undefined ? 'any segment' : printPattern(packet),
    connection === undefined ? undefined : `of ${connection.name}`,
    reasons === undefined ? undefined : `for ${reasons.join(' or ')}`,
    name === undefined ? undefined : `in ${name}`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

function printDropped({ drop, packet }: Dropped): string {
  return `${printPacket(packet.script)} of ${packet.connection ?? 'no connection'}: ${printLoss({ kind: 'dropped', ...lossFields(drop) })}`;
}

function lossFields({
  atNs,
  reason,
  function: name,
}: EventOf<'drop'>): Omit<Extract<Loss, { kind: 'dropped' }>, 'kind'> {
  return { atNs, ...(reason === undefined ? {} : { reason }), ...(name === undefined ? {} : { function: name }) };
}

/** `dropped in tcp_v4_rcv: TCP_LISTEN_OVERFLOW`. */
export function printLoss(loss: Loss): string {
  const place = loss.function === undefined ? '' : ` in ${loss.function}`;
  switch (loss.kind) {
    case 'dropped':
      return `dropped${place}: ${loss.reason ?? 'this kernel gives no reason'}`;
    case 'refused':
      return `refused${place}: counted in ${loss.counters.join(', ')}`;
  }
}

function matchReset(
  { by, reasons }: Extract<EventExpectation, { kind: 'reset' }>,
  reset: EventOf<'reset'> | undefined,
): readonly Mismatch[] {
  if (reset === undefined) return [{ field: 'reset', expected: `by the ${by}`, observed: 'none' }];
  const isReason = reasons === undefined || (reset.reason !== undefined && reasons.includes(reset.reason));
  return [
    ...matchText('by', by, reset.by),
    ...(isReason ? [] : [{ field: 'reason', expected: reasons.join(' or '), observed: reset.reason ?? 'absent' }]),
  ];
}
