/**
 * A run against a host elsewhere. Segments, their stamps and all times are this host's; what is seen and done on the
 * target comes from its eyes, and gets this host's time when the question left and when the answer came.
 */
import { type Ns, NS_PER_MS, NS_PER_S } from '../../../base/nanoseconds';
import type { Network } from '../../../timeline/timeline';
import type { EventSupport, KernelEvent } from '../../../trace/kernel-event';
import type { CounterValues, OptionBytes, ProcNetTcpRow, SocketEntry, WallTime } from '../../../trace/trace';
import {
  type CallRequest,
  HostError,
  type LinkFrame,
  type ReturnedCall,
  type Run,
  type TimedOutcome,
} from '../../host';
import { formatAddress } from '../../../wire/address';
import type { IpEnds } from '../../../wire/ip-header';
import { RunClock } from '../clock';
import { errnoName } from '../errno';
import type { Guardian } from '../guardian';
import { PacketSocket } from '../packet-socket';
import { lowerScheduling, raiseScheduling } from '../scheduling';
import { StarvationMeter } from '../starvation';
import { Waiter } from '../wait';
import { BegunConnections } from './begun-connections';
import type { Eyes } from './eyes';
import { Farewell } from './farewell';
import { TargetLink } from './target-link';

const PROBES = 3;
const PROBE_NS = 400 * NS_PER_MS;
/** A wait is not longer than this without a word to the eyes, which would take this host for dead. */
const BLINK_NS = 10 * NS_PER_S;

export interface TargetRunParts {
  readonly network: Network;
  readonly eyes: Eyes;
  /** Ends the run's connections when this process is killed. */
  readonly guardian: Guardian;
  readonly spinNs: Ns;
}

export class TargetRun implements Run {
  scheduling: 'fifo' | 'other' = 'other';
  readonly #network: Network;
  readonly #eyes: Eyes;
  readonly #clock = new RunClock();
  readonly #link: TargetLink;
  readonly #packets: PacketSocket;
  readonly #waiter: Waiter;
  readonly #starvation: StarvationMeter;
  readonly #farewell: Farewell;
  readonly #undo: (() => void)[] = [];
  /** When the calls that sleep began, as well as can be known: in the middle between question and answer. */
  readonly #begunNs = new Map<number, Ns>();
  #blinkedNs: Ns = 0;
  #isClosed = false;
  #isTimed = false;
  #asksForEvents = false;

  /** @throws HostError; then nothing is left */
  constructor({ network, eyes, guardian, spinNs }: TargetRunParts) {
    this.#network = network;
    this.#eyes = eyes;
    try {
      const begun = this.#keep(new BegunConnections(endsOf(network)));
      this.#undo.push(guardian.hold(begun.fd));
      this.#farewell = new Farewell((ports) => begun.add(ports));
      this.#link = this.#keep(new TargetLink(network));
      this.#packets = this.#keep(new PacketSocket(this.#clock, this.#link.tap));
      this.#starvation = this.#keep(new StarvationMeter());
      const wakers = eyes.wakeFd === undefined ? [] : [eyes.wakeFd];
      this.#waiter = new Waiter(this.#clock, spinNs, [this.#packets.fd, ...wakers]);
      this.#awaitTarget();
      this.#undo.push(() => eyes.close());
      eyes.open(network);
    } catch (error) {
      this.#undoAll();
      throw error;
    }
  }

  recordEvents(): void {
    this.#asksForEvents = true;
  }

  omitEvents(): void {}

  /** Those of the target's kernel would have to be tied to segments by its own view of them. */
  eventSupport(): EventSupport | undefined {
    const missing = ['those of a host elsewhere are not recorded'];
    return this.#asksForEvents ? { available: [], missing } : undefined;
  }

  events(): readonly KernelEvent[] {
    return [];
  }

  pauseEvents(): void {}

  setSysctl(name: string, value: string): void {
    this.#eyes.setSysctl(name, value);
  }

  hasSysctl(name: string): boolean {
    return this.#eyes.hasSysctl(name);
  }

  async startServer(command: string, port: number, readyWithinNs: Ns): Promise<void> {
    await Promise.resolve(this.#eyes.startServer(command, port, readyWithinNs));
  }

  async prepareBlocking(count = 1): Promise<void> {
    await Promise.resolve(this.#eyes.prepareBlocking(count));
  }

  startTimedPart(): void {
    this.#isTimed = true;
    // What the probe led to belongs to no step.
    this.#take();
    this.scheduling = raiseScheduling([]);
    this.#clock.restart();
    this.#packets.restart();
    this.#starvation.restart([process.pid]);
    this.#waiter.restart();
    this.#blinkedNs = 0;
  }

  endTimedPart(): void {
    if (this.#isTimed) lowerScheduling([]);
    this.#isTimed = false;
  }

  nowNs(): Ns {
    return this.#clock.now();
  }

  kernelWaitedNs(): Ns {
    return this.#starvation.waitedNs() + this.#waiter.oversleptNs;
  }

  realtimeAtZero(): WallTime {
    return this.#clock.realtimeAtZero();
  }

  waitForEvent(untilNs: Ns): void {
    this.#blink();
    this.#waiter.untilReadable(Math.min(untilNs, this.#blinkedNs + BLINK_NS));
    this.#eyes.listen();
  }

  waitExactly(untilNs: Ns): void {
    this.#waiter.untilExactly(untilNs);
  }

  inject(bytes: Uint8Array): { readonly startedNs: Ns; readonly errno: string } {
    const startedNs = this.#clock.now();
    const result = this.#link.write(bytes);
    this.#farewell.note({ direction: 'in', bytes });
    return { startedNs, errno: errnoName(result) };
  }

  receive(): readonly LinkFrame[] {
    return this.#take().run;
  }

  flood(): never {
    throw new HostError('system-call', 'a target is not flooded: the peers of a flood are not this host');
  }

  call(request: CallRequest, limitNs: Ns): TimedOutcome {
    const startedNs = this.#clock.now();
    const { outcome, interrupted } = this.#eyes.call(request, limitNs);
    return { startedNs, endedNs: this.#clock.now(), outcome, interrupted };
  }

  startBlockingCall(request: CallRequest, token: number): { readonly startedNs: Ns } {
    const startedNs = this.#clock.now();
    this.#eyes.startBlockingCall(request, token);
    this.#begunNs.set(token, (startedNs + this.#clock.now()) / 2);
    return { startedNs };
  }

  returnedCalls(): readonly ReturnedCall[] {
    const returned = this.#eyes.returnedCalls();
    const nowNs = this.#clock.now();
    return returned.map(({ lastedNs, ...one }) => {
      const endedNs = Math.min(nowNs, Math.round((this.#begunNs.get(one.token) ?? nowNs) + lastedNs));
      return { ...one, endedNs };
    });
  }

  cancelBlockingCalls(): void {
    this.#eyes.cancelBlockingCalls();
  }

  sockets(): readonly SocketEntry[] {
    return this.#eyes.sockets();
  }

  counters(): CounterValues {
    return this.#eyes.counters();
  }

  movedCounters(): CounterValues {
    return this.#eyes.movedCounters();
  }

  tcpInfo(fd: number): OptionBytes {
    return this.#eyes.tcpInfo(fd);
  }

  procNetTcp(): readonly ProcNetTcpRow[] {
    return this.#eyes.procNetTcp();
  }

  shell(): never {
    throw new HostError('command-failed', 'no shell command is run on a target');
  }

  checkGround(): void {
    this.#link.checkDevice();
    this.#eyes.checkGround();
    this.#awaitTarget();
    if (this.#network.target?.needsListener === true) this.#requireListener();
  }

  close(): Promise<void> {
    this.endTimedPart();
    if (!this.#isClosed) this.#sayFarewell();
    this.#isClosed = true;
    this.#undoAll();
    return Promise.resolve();
  }

  #sayFarewell(): void {
    // Where a RST has not the number that is expected there, the target says which one is, and this kernel resets it.
    this.#link.letPortsGo();
    try {
      for (const packet of this.#farewell.packets()) this.#link.write(packet);
    } catch {
      // There is no way to it any more.
    }
  }

  /** @throws HostError `target-silent` */
  #awaitTarget(): void {
    for (let probe = 1; probe <= PROBES; probe++) {
      const isLast = probe === PROBES;
      this.#link.probe(isLast);
      if (this.#answers(this.#clock.now() + PROBE_NS).length === 0) continue;
      if (isLast) this.#link.endProbe();
      return;
    }
    throw this.#link.isSilent();
  }

  /** Nobody knows who listens when there is no agent. A SYN that is not answered says nothing: the queue may be full. */
  #requireListener(): void {
    this.#link.askForListener();
    const untilNs = this.#clock.now() + PROBE_NS;
    // Answers to earlier questions may come late.
    while (this.#clock.now() < untilNs) {
      if (this.#answers(untilNs).some((answer) => this.#link.isListener(answer))) break;
    }
    this.#link.endProbe();
  }

  /** The first answers that come to what a probe has asked; none until the time has come. */
  #answers(untilNs: Ns): readonly LinkFrame[] {
    while (this.#clock.now() < untilNs) {
      this.#waiter.untilReadable(untilNs);
      const { probes } = this.#take();
      if (probes.length > 0) return probes;
    }
    return [];
  }

  /** What has come, sorted. @throws HostError for what shows that the run is none */
  #take(): { readonly run: readonly LinkFrame[]; readonly probes: readonly LinkFrame[] } {
    const run: LinkFrame[] = [];
    const probes: LinkFrame[] = [];
    for (const frame of this.#received()) {
      switch (this.#link.kindOf(frame)) {
        case 'run':
          this.#refuseMerged(frame);
          if (frame.direction === 'out') this.#farewell.note(frame);
          run.push(frame);
          break;
        case 'probe':
          probes.push(frame);
          break;
        case 'elsewhere':
          throw answeredFromElsewhere(frame, this.#network);
        case 'other':
      }
    }
    return { run, probes };
  }

  #received(): readonly LinkFrame[] {
    try {
      return this.#packets.receive();
    } catch (error) {
      // When the device has gone down, this one says its name.
      this.#link.checkDevice();
      throw error;
    }
  }

  #refuseMerged({ bytes }: LinkFrame): void {
    const { mtu, target } = this.#network;
    if (bytes.length <= mtu) return;
    throw new HostError(
      'merged-segments',
      `a packet of ${bytes.length} bytes came by ${target?.device ?? ''}, whose MTU is ${mtu}: several segments as one`,
      'switch tso, gso and gro off at both ends of a virtual link: ethtool -K DEVICE tso off gso off gro off',
    );
  }

  #blink(): void {
    const nowNs = this.#clock.now();
    if (nowNs - this.#blinkedNs < BLINK_NS) return;
    this.#blinkedNs = nowNs;
    this.#eyes.blink();
  }

  #keep<T extends { close(): void }>(part: T): T {
    this.#undo.push(() => part.close());
    return part;
  }

  #undoAll(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

function endsOf({ ipVersion, localAddress, remoteAddress }: Network): IpEnds {
  return { version: ipVersion, sourceAddress: remoteAddress, targetAddress: localAddress };
}

function answeredFromElsewhere({ bytes }: LinkFrame, { localAddress, ipVersion }: Network): HostError {
  const [from, to] = ipVersion === 4 ? [12, 16] : [8, 24];
  return new HostError(
    'target-elsewhere',
    `what was sent to ${localAddress} was answered from ${formatAddress(bytes.subarray(from, to))}`,
    'an address translation on the way, or a target with several addresses: give the address that answers',
  );
}
