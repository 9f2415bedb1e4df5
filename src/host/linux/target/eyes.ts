/**
 * Who sees and acts on the target beside the segments: an agent there, or nobody. Synchronous, as the timed part needs it.
 * Moments are not theirs to tell: those of another host's clock mean nothing here.
 */
import type { Ns } from '../../../base/nanoseconds';
import type { Network } from '../../../timeline/timeline';
import type { CallOutcome, CounterValues, OptionBytes, ProcNetTcpRow, SocketEntry } from '../../../trace/trace';
import { type CallRequest, HostError, type HostFacts } from '../../host';

export interface Eyes {
  readonly facts: Pick<HostFacts, 'kernel' | 'architecture' | 'tickNs'>;
  /** Readable when a call may have returned; absent where none can be made. */
  readonly wakeFd?: number;
  hasCommand(name: string): boolean;
  /** A run begins. @throws HostError */
  open(network: Network): void;
  /** It ends: everything there is as it was before. Never throws. */
  close(): void;
  /** Says that somebody is still interested. To be called now and then. */
  blink(): void;
  /** Takes in what is said without a question. @throws HostError when nobody is there any more */
  listen(): void;
  /** @throws HostError when the server of the run, or what listened as it began, has gone */
  checkGround(): void;
  setSysctl(name: string, value: string): void;
  hasSysctl(name: string): boolean;
  startServer(command: string, port: number, readyWithinNs: Ns): void;
  prepareBlocking(count: number): void;
  call(request: CallRequest, limitNs: Ns): MadeCall;
  startBlockingCall(request: CallRequest, token: number): void;
  returnedCalls(): readonly DistantReturn[];
  cancelBlockingCalls(): void;
  sockets(): readonly SocketEntry[];
  counters(): CounterValues;
  movedCounters(): CounterValues;
  tcpInfo(fd: number): OptionBytes;
  procNetTcp(): readonly ProcNetTcpRow[];
}

export interface MadeCall {
  readonly outcome: CallOutcome;
  readonly interrupted: boolean;
}

export interface DistantReturn {
  readonly token: number;
  readonly outcome: CallOutcome;
  readonly cancelled: boolean;
  /** From its beginning to its end, on the clock of the target: a distance, which means the same everywhere. */
  readonly lastedNs: Ns;
}

/** The longest tick that a Linux kernel has: CONFIG_HZ=100. */
const LONGEST_TICK_NS = 10_000_000;

/** Nobody is there. What would need somebody has been left out of the timeline; what is asked all the same is refused. */
export const NO_EYES: Eyes = {
  facts: { kernel: 'unknown', architecture: 'unknown', tickNs: LONGEST_TICK_NS },
  hasCommand: () => false,
  open: () => {},
  close: () => {},
  blink: () => {},
  listen: () => {},
  checkGround: () => {},
  hasSysctl: () => false,
  prepareBlocking: () => {},
  returnedCalls: () => [],
  cancelBlockingCalls: () => {},
  counters: () => ({}),
  movedCounters: () => ({}),
  setSysctl: refuse,
  startServer: refuse,
  call: refuse,
  startBlockingCall: refuse,
  sockets: refuse,
  tcpInfo: refuse,
  procNetTcp: refuse,
};

function refuse(): never {
  throw new HostError('no-agent', 'there is no agent on the target', 'see --agent');
}
