/** One private network on this machine: the parts of a run, put together. What each does is told in its own file. */
import { existsSync } from 'node:fs';
import { type Ns, NS_PER_US } from '../../base/nanoseconds';
import type { Network } from '../../timeline/timeline';
import type { CounterValues, OptionBytes, ProcNetTcpRow, SocketEntry, WallTime } from '../../trace/trace';
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
import { withAlarm } from './alarm';
import type { BlockingThreads } from './blocking-threads';
import { isCutShort, outcomeOf, prepareCall } from './calls/calls';
import type { PreparedCall } from './calls/prepared-call';
import { RunClock } from './clock';
import { EINTR, IPPROTO_TCP, TCP_INFO } from './constants';
import { CounterFiles } from './counters';
import { SockDiag } from './diag/sock-diag';
import { errnoName } from './errno';
import { flood } from './flood';
import type { Guardian } from './guardian';
import type { HarnessLink } from './harness-link';
import { Ledger } from './ledger';
import { libc } from './libc';
import { configureLinks } from './link';
import { enterPrivateNetwork, openNetwork, reenter, returnHome } from './namespace';
import { openLink } from './open-link';
import { PacketSocket } from './packet-socket';
import { readProcNetTcp } from './proc-net-tcp';
import { lowerScheduling, raiseScheduling } from './scheduling';
import { ServerProcess } from './server-process';
import { Shells } from './shell';
import { StarvationMeter } from './starvation';
import type { Sysctls } from './sysctl';
import { Waiter } from './wait';

/** Longer than struct tcp_info of any kernel. */
const LARGEST_TCP_INFO = 1024;

export interface RunParts {
  readonly network: Network;
  readonly threads: BlockingThreads;
  readonly sysctls: Sysctls;
  readonly guardian: Guardian | undefined;
  readonly spinNs: Ns;
}

/** Where time zero lies within a jiffy: as in packetdrill, far enough from either end. */
const BEHIND_TICK_NS = 250 * NS_PER_US;

export class LinuxRun implements Run {
  scheduling: 'fifo' | 'other' = 'other';
  readonly #threads: BlockingThreads;
  readonly #sysctls: Sysctls;
  readonly #clock = new RunClock();
  readonly #link: HarnessLink;
  readonly #packets: PacketSocket;
  readonly #waiter: Waiter;
  readonly #diag: SockDiag;
  readonly #counters: CounterFiles;
  readonly #starvation: StarvationMeter;
  readonly #hasIpv6 = existsSync('/proc/thread-self/net/tcp6');
  readonly #ledger = new Ledger();
  readonly #shells = new Shells(this.#clock);
  /** What must be undone, the last first. */
  readonly #undo: (() => void)[] = [];
  #server: ServerProcess | undefined;
  #closing: Promise<void> | undefined;
  #isTimed = false;
  /** While it is suspended. */
  #networkFd: number | undefined;

  /** @throws HostError; then nothing is left */
  constructor({ network, threads, sysctls, guardian, spinNs }: RunParts) {
    this.#threads = threads;
    this.#sysctls = sysctls;
    try {
      enterPrivateNetwork();
      this.#undo.push(returnHome);
      if (guardian !== undefined) this.#undo.push(guardian.hold());
      this.#link = this.#keep(openLink(network));
      configureLinks(network, this.#link.leavesBy);
      this.#link.awaitReady();
      this.#packets = this.#keep(new PacketSocket(this.#clock, this.#link));
      this.#diag = this.#keep(new SockDiag());
      this.#counters = this.#keep(new CounterFiles());
      this.#starvation = this.#keep(new StarvationMeter());
    } catch (error) {
      this.#undoAll();
      throw error;
    }
    // From here on, nothing that closing must undo can fail.
    this.#waiter = new Waiter(this.#clock, spinNs, [this.#packets.fd, threads.eventFd]);
  }

  /** The calling thread goes home, and the run waits for `resume`. Nothing but closing may come before that. */
  suspend(): void {
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
    this.#server = new ServerProcess(command);
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
    this.#starvation.restart();
  }

  endTimedPart(): void {
    if (this.#isTimed) lowerScheduling(this.#threads.threadIds);
    this.#isTimed = false;
  }

  nowNs(): Ns {
    return this.#clock.now();
  }

  kernelWaitedNs(): Ns {
    return this.#starvation.waitedNs();
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
    const prepared = prepareCall(request);
    this.#ledger.begin(prepared);
    const made = prepared.maySleep ? withAlarm(limitNs, () => this.#make(prepared)) : this.#make(prepared);
    const { startedNs, endedNs, result } = made;
    this.#ledger.end(prepared, result);
    const interrupted = wasInterrupted(prepared, result) && endedNs - startedNs >= limitNs;
    return { startedNs, endedNs, outcome: outcomeOf(prepared, result), interrupted };
  }

  startBlockingCall(request: CallRequest, token: number): { readonly startedNs: Ns } {
    const prepared = prepareCall(request);
    this.#ledger.begin(prepared);
    const { seconds, ns } = this.#threads.start(prepared, token);
    return { startedNs: this.#clock.at(seconds, ns) };
  }

  returnedCalls(): readonly ReturnedCall[] {
    return this.#threads.collect().map(({ token, prepared, result, endedSeconds, endedNs, cancelled }) => {
      this.#ledger.end(prepared, result);
      return {
        token,
        endedNs: this.#clock.at(endedSeconds, endedNs),
        outcome: outcomeOf(prepared, result),
        cancelled: cancelled && wasInterrupted(prepared, result),
      };
    });
  }

  cancelBlockingCalls(): void {
    this.#threads.cancelAll();
  }

  sockets(): readonly SocketEntry[] {
    return this.#diag.sockets();
  }

  counters(): CounterValues {
    return this.#counters.read();
  }

  tcpInfo(fd: number): OptionBytes {
    const bytes = new Uint8Array(LARGEST_TCP_INFO);
    const length = Uint32Array.of(bytes.length);
    const result = libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, bytes, length);
    return result < 0 ? { errno: errnoName(result) } : { bytes: bytes.slice(0, length[0] ?? 0) };
  }

  procNetTcp(): readonly ProcNetTcpRow[] {
    return readProcNetTcp(this.#hasIpv6);
  }

  shell(command: ShellRequest): TimedCommand {
    return this.#shells.run(command);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.endTimedPart();
    this.#threads.cancelAll();
    for (const { prepared, result } of this.#threads.collect()) this.#ledger.end(prepared, result);
    // All that follows needs the rights that the spec may have given up.
    this.#ledger.restore();
    await this.#server?.kill();
    this.#shells.close();
    this.#ledger.closeAll();
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

  #make(prepared: PreparedCall): { readonly startedNs: Ns; readonly endedNs: Ns; readonly result: number } {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = prepared.values;
    const startedNs = this.#clock.now();
    const result = libc.syscall(prepared.number, a, b, c, d, e, f);
    return { startedNs, endedNs: this.#clock.now(), result };
  }

  #keep<T extends { close(): void }>(part: T): T {
    this.#undo.push(() => part.close());
    return part;
  }

  #undoAll(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** A signal came: the call moved nothing, or not all that it was to. */
function wasInterrupted(prepared: PreparedCall, result: number): boolean {
  return prepared.maySleep && (result === -EINTR || isCutShort(prepared, result));
}
