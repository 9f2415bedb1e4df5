/**
 * The host port with a virtual clock: waiting jumps to the next thing that happens, everything else takes a
 * microsecond. It can be told to fail at any method, and to be late with exact times.
 */
import {
  type AddressRange,
  type CallRequest,
  type FloodOutcome,
  type FloodRequest,
  type Host,
  HostError,
  type HostFacts,
  type LinkFrame,
  type ReturnedCall,
  type Run,
  type ShellRequest,
  type TimedCommand,
  type TimedOutcome,
} from '../../src/host/host';
import type { Network } from '../../src/timeline/timeline';
import type { EventSupport, KernelEvent } from '../../src/trace/kernel-event';
import type {
  CallOutcome,
  CommandOutcome,
  CounterValues,
  OptionBytes,
  ProcNetTcpRow,
  SocketEntry,
  WallTime,
} from '../../src/trace/trace';
import { viewOf } from '../../src/wire/bytes';
import { outcome } from './builders';
import { FakeKernel } from './fake-kernel';

const COST_NS = 1_000;
/** So many questions without any time passing: the engine spins. */
const PATIENCE = 10_000;

export type FailingMethod =
  | 'openRun'
  | Exclude<
      keyof Run,
      | 'scheduling'
      | 'close'
      | 'endTimedPart'
      | 'hasSysctl'
      | 'nowNs'
      | 'realtimeAtZero'
      | 'kernelWaitedNs'
      | 'eventSupport'
    >;

export interface FakeSettings {
  readonly facts?: Partial<HostFacts>;
  readonly commands?: readonly string[];
  readonly sysctls?: readonly string[];
  /** This method throws this. */
  readonly failing?: readonly [FailingMethod, HostError];
  /** Lateness of each exact wait, in order; none behind the last. */
  readonly lateNs?: readonly number[];
  /** From which moment on the machine has kept kernel or harness from a processor for how long. */
  readonly starved?: readonly { readonly fromNs: number; readonly forNs: number }[];
  /** Answers with an errno to every packet. */
  readonly deviceErrno?: string;
  /** What the kernel tells, once its time has come. */
  readonly events?: readonly KernelEvent[];
  /** What can be recorded; everything when absent. */
  readonly eventSupport?: EventSupport;
  /** What commands do, by their text; all others succeed at once, and print nothing. */
  readonly shell?: Readonly<Record<string, FakeCommand>>;
}

/** What a command does, as far as it is not an ordinary success. */
export interface FakeCommand extends Partial<CommandOutcome> {
  readonly tookNs?: number;
}

export class FakeHost implements Host {
  readonly facts: HostFacts;
  readonly runs: FakeRun[] = [];
  private readonly settings: FakeSettings;

  constructor(settings: FakeSettings = {}) {
    this.settings = settings;
    this.facts = {
      kernel: '6.18.0-fake',
      architecture: 'x86_64',
      rootless: false,
      tickNs: 4_000_000,
      time: 'real',
      ...settings.facts,
    };
  }

  timeOfDay(): string {
    return '2026-01-02T03:04:05.678Z';
  }

  steadyNs(): number {
    return 0;
  }

  hasCommand(name: string): boolean {
    return (this.settings.commands ?? []).includes(name);
  }

  openRun(network: Network): FakeRun {
    if (this.settings.failing?.[0] === 'openRun') throw this.settings.failing[1];
    const run = new FakeRun(network, this.settings);
    this.runs.push(run);
    return run;
  }
}

const EVERYTHING: EventSupport = {
  available: ['drops', 'drop reasons', 'states', 'resets', 'reset reasons'],
  missing: [],
};

interface Sleeper {
  readonly request: CallRequest;
  readonly token: number;
}

export class FakeRun implements Run {
  readonly scheduling = 'other';
  /** What was done, in order, for tests that look at it. */
  readonly log: string[] = [];
  closed = 0;
  private readonly settings: FakeSettings;
  private readonly kernel: FakeKernel;
  private counted: CounterValues = {};
  private readonly late: number[];
  private frames: LinkFrame[] = [];
  private sleepers: Sleeper[] = [];
  private returned: ReturnedCall[] = [];
  private threads = 0;
  private questions = 0;
  private told: readonly KernelEvent[] | undefined;
  private lastAskedNs = -1;

  constructor(network: Network, settings: FakeSettings) {
    this.settings = settings;
    this.late = [...(settings.lateNs ?? [])];
    this.kernel = new FakeKernel(network, (bytes, atNs) => this.frames.push({ direction: 'out', atNs, bytes }));
  }

  setSysctl(name: string, value: string): void {
    this.note('setSysctl', `${name}=${value}`);
  }

  hasSysctl(name: string): boolean {
    return (this.settings.sysctls ?? []).includes(name);
  }

  startServer(command: string, port: number): Promise<void> {
    return new Promise((resolve) => {
      this.note('startServer', `${command} on ${port}`);
      resolve();
    });
  }

  prepareBlocking(count = 1): Promise<void> {
    return new Promise((resolve) => {
      this.note('prepareBlocking', String(count));
      this.threads = count;
      resolve();
    });
  }

  startTimedPart(): void {
    this.note('startTimedPart');
  }

  endTimedPart(): void {
    this.log.push('endTimedPart');
  }

  nowNs(): number {
    const { nowNs } = this.kernel;
    this.questions = nowNs === this.lastAskedNs ? this.questions + 1 : 0;
    this.lastAskedNs = nowNs;
    if (this.questions > PATIENCE) throw new Error(`the engine spins at ${nowNs} ns`);
    return nowNs;
  }

  kernelWaitedNs(): number {
    const { starved = [] } = this.settings;
    return starved.reduce((sum, { fromNs, forNs }) => (this.kernel.nowNs >= fromNs ? sum + forNs : sum), 0);
  }

  realtimeAtZero(): WallTime {
    return { seconds: 1_767_323_045, nanoseconds: 678_000_000 };
  }

  waitForEvent(untilNs: number): void {
    this.fail('waitForEvent');
    while (this.frames.length === 0 && this.returned.length === 0 && this.kernel.nowNs < untilNs) {
      this.pass(Math.min(untilNs, this.kernel.nextEventNs));
    }
  }

  waitExactly(untilNs: number): void {
    this.fail('waitExactly');
    this.pass(Math.max(untilNs, this.kernel.nowNs) + (this.late.shift() ?? 0));
  }

  inject(bytes: Uint8Array): { startedNs: number; errno: string } {
    this.fail('inject');
    const startedNs = this.spend();
    const errno = this.settings.deviceErrno ?? '';
    if (errno === '') {
      this.frames.push({ direction: 'in', atNs: this.kernel.nowNs, bytes });
      this.kernel.receive(bytes);
      this.wake();
    }
    return { startedNs, errno };
  }

  receive(): readonly LinkFrame[] {
    this.fail('receive');
    return this.frames.splice(0);
  }

  flood({ count, packetsFrom, sources }: FloodRequest): FloodOutcome {
    const startedNs = this.kernel.nowNs;
    const before = this.frames.length;
    let errno = '';
    let sent = 0;
    while (sent < count && errno === '') {
      for (const packet of packetsFrom(sent)) {
        ({ errno } = this.inject(packet.slice()));
        if (errno !== '') break;
        sent++;
      }
    }
    const seen = this.frames.splice(before);
    const answers = seen.filter(({ direction, bytes }) => direction === 'out' && isAmong(sources, bytes));
    return { startedNs, endedNs: this.kernel.nowNs, sent, errno, answered: answers.length };
  }

  call(request: CallRequest, limitNs: number): TimedOutcome {
    this.note('call', request.name);
    const startedNs = this.spend();
    const limit = startedNs + limitNs;
    for (;;) {
      const result = this.kernel.tryCall(request);
      if (result !== undefined) return { startedNs, endedNs: this.kernel.nowNs, outcome: result, interrupted: false };
      if (this.kernel.nowNs >= limit)
        return { startedNs, endedNs: limit, outcome: outcome(-1, 'EINTR'), interrupted: true };
      this.pass(Math.min(limit, this.kernel.nextEventNs));
    }
  }

  startBlockingCall(request: CallRequest, token: number): { startedNs: number } {
    this.note('startBlockingCall', request.name);
    const startedNs = this.spend();
    this.sleepers.push({ request, token });
    this.wake();
    if (this.sleepers.length > this.threads)
      throw new HostError('blocking-thread', `${this.threads} threads for ${this.sleepers.length} calls`);
    return { startedNs };
  }

  returnedCalls(): readonly ReturnedCall[] {
    this.fail('returnedCalls');
    return this.returned.splice(0);
  }

  cancelBlockingCalls(): void {
    this.note('cancelBlockingCalls');
    for (const { token } of this.sleepers.splice(0)) this.giveBack(token, outcome(-1, 'EINTR'), true);
  }

  sockets(): readonly SocketEntry[] {
    this.note('sockets');
    this.spend();
    return this.kernel.sockets();
  }

  counters(): CounterValues {
    this.fail('counters');
    this.counted = { ...this.kernel.counters };
    return this.counted;
  }

  movedCounters(): CounterValues {
    this.fail('counters');
    const moved = Object.entries(this.kernel.counters).filter(([name, value]) => this.counted[name] !== value);
    return Object.fromEntries(moved);
  }

  tcpInfo(fd: number): OptionBytes {
    this.note('tcpInfo', String(fd));
    return { bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) };
  }

  procNetTcp(): readonly ProcNetTcpRow[] {
    this.fail('procNetTcp');
    return this.kernel.sockets().map(({ state, localAddress, localPort, remoteAddress, remotePort, receiveQueue }) => ({
      state,
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
      rxQueue: receiveQueue,
      txQueue: 0,
      retransmits: 0,
    }));
  }

  recordEvents(asked: 'meanwhile' | 'at the end'): void {
    this.note('recordEvents', asked);
    this.told = [...(this.settings.events ?? [])];
  }

  omitEvents(): void {
    this.note('omitEvents');
  }

  eventSupport(): EventSupport | undefined {
    return this.told === undefined ? undefined : (this.settings.eventSupport ?? EVERYTHING);
  }

  events(): readonly KernelEvent[] {
    this.fail('events');
    const isOver = ({ atNs }: KernelEvent): boolean => atNs <= this.kernel.nowNs;
    const over = (this.told ?? []).filter(isOver);
    this.told = this.told?.filter((event) => !isOver(event));
    return over;
  }

  pauseEvents(paused: boolean): void {
    this.note('pauseEvents', String(paused));
  }

  shell({ text, limitNs }: ShellRequest): TimedCommand {
    this.note('shell', text);
    const { tookNs = 0, ...told } = this.settings.shell?.[text] ?? {};
    const startedNs = this.spend();
    this.pass(startedNs + Math.min(Math.max(tookNs, COST_NS), limitNs));
    const endedNs = this.kernel.nowNs;
    if (tookNs > limitNs)
      return { startedNs, endedNs, outcome: { signal: 'SIGKILL', timedOut: true, output: told.output ?? '' } };
    const end = told.signal === undefined ? { status: 0 } : {};
    return { startedNs, endedNs, outcome: { ...end, timedOut: false, output: '', ...told } };
  }

  checkGround(): void {
    this.note('checkGround');
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }

  private note(method: FailingMethod, what = ''): void {
    this.log.push(what === '' ? method : `${method} ${what}`);
    this.fail(method);
  }

  private fail(method: FailingMethod): void {
    if (this.settings.failing?.[0] === method) throw this.settings.failing[1];
  }

  /** What every action costs. @returns when it began */
  private spend(): number {
    const startedNs = this.kernel.nowNs;
    this.pass(startedNs + COST_NS);
    return startedNs;
  }

  private pass(untilNs: number): void {
    this.kernel.advance(untilNs);
    this.wake();
  }

  private wake(): void {
    this.sleepers = this.sleepers.filter(({ request, token }) => {
      const result = this.kernel.tryCall(request);
      if (result !== undefined) this.giveBack(token, result, false);
      return result === undefined;
    });
  }

  private giveBack(token: number, result: CallOutcome, cancelled: boolean): void {
    this.returned.push({ token, endedNs: this.kernel.nowNs, outcome: result, cancelled });
  }
}

/** Whether the packet goes to one of the addresses. */
function isAmong({ first, count }: AddressRange, packet: Uint8Array): boolean {
  const at = first.length === 4 ? 16 : 24;
  const target = packet.subarray(at, at + first.length);
  const distance = viewOf(target).getUint32(first.length - 4) - viewOf(first).getUint32(first.length - 4);
  return first.subarray(0, -4).every((byte, index) => byte === target[index]) && distance >= 0 && distance < count;
}
