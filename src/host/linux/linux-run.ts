/** One private network on this machine: the parts of a run, put together. What each does is told in its own file. */
import { existsSync } from 'node:fs';
import { type Ns, NS_PER_MS, NS_PER_US } from '../../base/nanoseconds';
import type { Network } from '../../timeline/timeline';
import type { EventSupport, KernelEvent } from '../../trace/kernel-event';
import type { ClockKind, CounterValues, OptionBytes, ProcNetTcpRow, SocketEntry, WallTime } from '../../trace/trace';
import type {
  CallRequest,
  FloodOutcome,
  FloodRequest,
  LinkFrame,
  ReturnedCall,
  Run,
  ShellRequest,
  TimedCommand,
  TimedOutcome,
} from '../host';
import type { BlockingThreads } from './blocking-threads';
import { RunClock } from './clock';
import { CounterFiles } from './counters';
import { requireUp } from './device-state';
import { SockDiag } from './diag/sock-diag';
import { errnoName } from './errno';
import type { KernelEventSource, RunEvents } from './events/kernel-events';
import { flood } from './flood';
import type { Guardian } from './guardian';
import type { HarnessLink } from './harness-link';
import { configureLinks } from './link';
import { enterPrivateNetwork, openNetwork, reenter, returnHome } from './namespace';
import { NETLINK_ROUTE, overNetlink } from './netlink';
import { openLink } from './open-link';
import { PacketSocket } from './packet-socket';
import { readProcNetTcp } from './proc-net-tcp';
import { type RunVariables, runVariables } from './run-variables';
import { lowerScheduling, raiseScheduling } from './scheduling';
import { ServerProcess } from './server-process';
import { Shells } from './shell';
import { StarvationMeter } from './starvation';
import type { Sysctls } from './sysctl';
import { SystemCalls, tcpInfoOf } from './system-calls';
import { Waiter } from './wait';

export interface RunParts {
  readonly network: Network;
  readonly threads: BlockingThreads;
  readonly sysctls: Sysctls;
  readonly guardian: Guardian | undefined;
  readonly events: KernelEventSource;
  /** How the clock of this machine goes. */
  readonly time: ClockKind;
}

/** How long an injection that delivers later is waited for. */
const DELIVERY_NS = NS_PER_MS;

/**
 * How long before its time a wait stops sleeping; measured best between 100 and 200 us. Under virtual time a sleep ends in time, and
 * a process that spins makes everybody wait.
 */
const SPIN_NS: Readonly<Record<ClockKind, Ns>> = { real: 200 * NS_PER_US, virtual: 0 };

/** Where time zero lies within a jiffy: as in packetdrill, far enough from either end. */
const BEHIND_TICK_NS = 250 * NS_PER_US;

export class LinuxRun implements Run {
  scheduling: 'fifo' | 'other' = 'other';
  readonly #threads: BlockingThreads;
  readonly #sysctls: Sysctls;
  readonly #guardian: Guardian | undefined;
  readonly #eventSource: KernelEventSource;
  readonly #clock = new RunClock();
  readonly #link: HarnessLink;
  readonly #packets: PacketSocket;
  readonly #waiter: Waiter;
  readonly #diag: SockDiag;
  readonly #counters: CounterFiles;
  /** None under virtual time, where nobody else is on the machine, and to ask takes time. */
  readonly #starvation: StarvationMeter | undefined;
  readonly #hasIpv6 = existsSync('/proc/thread-self/net/tcp6');
  readonly #calls: SystemCalls;
  readonly #variables: RunVariables;
  readonly #shells: Shells;
  /** What must be undone, the last first. */
  readonly #undo: (() => void)[] = [];
  #server: ServerProcess | undefined;
  #closing: Promise<void> | undefined;
  #isTimed = false;
  /** While it is suspended. */
  #networkFd: number | undefined;
  #events: RunEvents | undefined;

  /** @throws HostError; then nothing is left */
  constructor({ network, threads, sysctls, guardian, events, time }: RunParts) {
    this.#threads = threads;
    this.#sysctls = sysctls;
    this.#calls = new SystemCalls(this.#clock, threads);
    this.#guardian = guardian;
    this.#eventSource = events;
    this.#variables = runVariables(network);
    this.#shells = new Shells(this.#clock, this.#variables);
    try {
      enterPrivateNetwork();
      this.#undo.push(returnHome);
      if (guardian !== undefined) this.#undo.push(guardian.holdNetwork());
      this.#link = this.#keep(openLink(network));
      configureLinks(network, this.#link.leavesBy);
      this.#link.awaitReady();
      this.#packets = this.#keep(new PacketSocket(this.#clock, this.#link));
      this.#diag = this.#keep(new SockDiag());
      this.#counters = this.#keep(new CounterFiles());
      this.#starvation = time === 'virtual' ? undefined : this.#keep(new StarvationMeter());
    } catch (error) {
      this.#undoAll();
      throw error;
    }
    // From here on, nothing that closing must undo can fail.
    this.#waiter = new Waiter(this.#clock, SPIN_NS[time], [this.#packets.fd, threads.eventFd]);
  }

  /** The calling thread goes home, and the run waits for `resume`. Nothing but closing may come before that. */
  suspend(): void {
    // Most are the same when the run begins, and need not be named again.
    this.#counters.read();
    this.#networkFd = openNetwork();
    returnHome();
  }

  resume(): void {
    if (this.#networkFd !== undefined) reenter(this.#networkFd);
    this.#networkFd = undefined;
  }

  setSysctl(name: string, value: string): void {
    this.#sysctls.set(name, value);
  }

  hasSysctl(name: string): boolean {
    return this.#sysctls.has(name);
  }

  async startServer(command: string, port: number, readyWithinNs: Ns): Promise<void> {
    this.#server = new ServerProcess(command, this.#variables);
    await this.#server.awaitListening(port, readyWithinNs, () => this.sockets());
  }

  prepareBlocking(count = 1): Promise<void> {
    return this.#threads.prepare(count);
  }

  startTimedPart(): void {
    this.#isTimed = true;
    this.scheduling = raiseScheduling(this.#threads.threadIds);
    this.#waiter.untilExactly(this.#clock.nextBehindTick(BEHIND_TICK_NS));
    this.#clock.restart();
    this.#packets.restart();
    this.#starvation?.restart([...this.#threads.threadIds, process.pid]);
    this.#waiter.restart();
  }

  endTimedPart(): void {
    if (this.#isTimed) lowerScheduling(this.#threads.threadIds);
    this.#isTimed = false;
  }

  nowNs(): Ns {
    return this.#clock.now();
  }

  kernelWaitedNs(): Ns {
    return (this.#starvation?.waitedNs() ?? 0) + this.#waiter.oversleptNs;
  }

  realtimeAtZero(): WallTime {
    return this.#clock.realtimeAtZero();
  }

  waitForEvent(untilNs: Ns): void {
    this.#waiter.untilReadable(untilNs);
  }

  waitExactly(untilNs: Ns): void {
    this.#waiter.untilExactly(untilNs);
  }

  inject(bytes: Uint8Array): { readonly startedNs: Ns; readonly errno: string } {
    const startedNs = this.#clock.now();
    const result = this.#link.write(bytes);
    // Its own frame shows that it has arrived; one that is refused leaves none.
    if (result >= 0 && this.#link.deliversLater) this.#waiter.untilReadable(this.#clock.now() + DELIVERY_NS);
    this.#events?.injected({ startedNs, bytes: bytes.length });
    return { startedNs, errno: errnoName(result) };
  }

  receive(): readonly LinkFrame[] {
    const frames = this.#packets.receive();
    for (const { direction } of frames) {
      if (direction === 'out') this.#link.discardOne();
    }
    return frames;
  }

  flood(request: FloodRequest): FloodOutcome {
    const parts = { link: this.#link, packets: this.#packets, clock: this.#clock, waiter: this.#waiter };
    return flood(parts, request);
  }

  call(request: CallRequest, limitNs: Ns): TimedOutcome {
    return this.#calls.make(request, limitNs);
  }

  startBlockingCall(request: CallRequest, token: number): { readonly startedNs: Ns } {
    return this.#calls.start(request, token);
  }

  returnedCalls(): readonly ReturnedCall[] {
    return this.#calls.returned();
  }

  cancelBlockingCalls(): void {
    this.#calls.cancel();
  }

  sockets(): readonly SocketEntry[] {
    return this.#diag.sockets();
  }

  counters(): CounterValues {
    return this.#counters.read();
  }

  movedCounters(): CounterValues {
    return this.#counters.moved();
  }

  tcpInfo(fd: number): OptionBytes {
    return tcpInfoOf(fd);
  }

  procNetTcp(): readonly ProcNetTcpRow[] {
    return readProcNetTcp(this.#hasIpv6);
  }

  recordEvents(asked: 'meanwhile' | 'at the end'): void {
    this.#guardian?.noteEvents();
    if (asked === 'meanwhile') this.#eventSource.loadSymbols();
    this.#events = this.#eventSource.begin(this.#clock, this.#threads.threadIds);
  }

  omitEvents(): void {
    this.#eventSource.rest();
  }

  eventSupport(): EventSupport | undefined {
    return this.#events?.support;
  }

  events(): readonly KernelEvent[] {
    return this.#events?.take() ?? [];
  }

  pauseEvents(paused: boolean): void {
    this.#events?.pause(paused);
  }

  shell(command: ShellRequest): TimedCommand {
    return this.#shells.run(command);
  }

  checkGround(): void {
    this.#server?.checkAlive();
    overNetlink(NETLINK_ROUTE, (netlink) => requireUp(netlink, this.#link.leavesBy, 'the device of the link'));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.endTimedPart();
    this.#events?.pause(true);
    // All that follows needs the rights that the spec may have given up.
    this.#calls.end();
    await this.#server?.kill();
    this.#shells.close();
    this.#calls.closeAll();
    this.#endConnections();
    this.#undoAll();
  }

  /** Connections that the spec or the server has closed, but the harness has not acknowledged. */
  #endConnections(): void {
    try {
      this.#diag.destroyAll();
    } catch {
      // They end by themselves, only later.
    }
  }

  #keep<T extends { close(): void }>(part: T): T {
    this.#undo.push(() => part.close());
    return part;
  }

  #undoAll(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
