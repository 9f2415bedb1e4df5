/**
 * A `Trace`: everything that happened in one run, in the order in which the harness learned of it.
 *
 * It is append-only and alone decides the verdict: raw bytes and nanoseconds, stray frames included. Times are
 * nanoseconds since the run's time zero, on CLOCK_MONOTONIC (kernel stamps are moved onto it).
 * Deliberately absent: judgement.
 */
import type { Ns } from '../base/nanoseconds';
import type { Timeline } from '../timeline/timeline';
import type { EventSupport, KernelEvent } from './kernel-event';

export interface Trace {
  readonly timeline: Timeline;
  readonly environment: Environment;
  readonly observations: readonly Observation[];
  readonly end: TraceEnd;
}

/** What the run ran on. */
export interface Environment {
  /** `uname -r`. */
  readonly kernel: string;
  /** `uname -m`. */
  readonly architecture: string;
  /** `fifo` where SCHED_FIFO was allowed. */
  readonly scheduling: 'fifo' | 'other';
  /** True in a user namespace, without root. */
  readonly rootless: boolean;
  /** A jiffy of this kernel, 1/CONFIG_HZ; absent in traces of packetspec 0.1. */
  readonly tickNs?: Ns;
  /** How its clock went; absent in traces of packetspec 0.1: real. */
  readonly time?: ClockKind;
  /** Which kernel events were recorded; absent when nobody asked for them. */
  readonly events?: EventSupport;
  /** When time zero was, RFC 3339. */
  readonly startedAt: string;
  /** Cost of opening the namespace, device and sockets before time zero, without the wait for a server process. */
  readonly setupNs: Ns;
}

/** `virtual`: a clock that counts instructions, and jumps to the next timer when nothing is to be done. */
export type ClockKind = 'virtual' | 'real';

export type TraceEnd =
  /**
   * Every step was reached, or the run stopped at a failed one.
   */
  | { readonly kind: 'finished'; readonly atNs: Ns; readonly kernelWait: KernelWait }
  /** Nothing ran, because this host lacks what the spec requires. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'host-error'; readonly atNs: Ns; readonly error: HostTrouble };

/** How long the kernel's own network work, and the harness, waited for a processor, over all processors. */
export interface KernelWait {
  /** Since time zero. */
  readonly totalNs: Ns;
  /** Since the harness began the wait before the one for what the run ended with. */
  readonly lastNs: Ns;
}

/** An environment's failure as data; see `HostError` in the host folder. */
export interface HostTrouble {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where in the spec, when one line is to blame. */
  readonly line?: number;
}

export type Observation =
  /**
   * The counters before time zero: all names that this kernel knows, or none when nobody asks for any; and what
   * CLOCK_REALTIME showed at time zero, which the kernel's own stamps of a socket's data count in.
   */
  | { readonly kind: 'baseline'; readonly counters: CounterValues; readonly realtimeAtZero: WallTime }
  /** The harness wrote a packet to the device; `errno` is empty when the kernel took it. */
  | {
      readonly kind: 'sent';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly bytes: Uint8Array;
      readonly errno: string;
    }
  /** A flood, from its first segment until what came back had ended; its frames are not kept one by one. */
  | {
      readonly kind: 'flooded';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly endedNs: Ns;
      /** Segments that the device took. */
      readonly sent: number;
      /** Why it took no more; empty when it took all. */
      readonly errno: string;
      /** Segments of the kernel to the flood's peers. */
      readonly answered: number;
    }
  /** A segment that could not be made, for a reason that lies in what was seen before. */
  | { readonly kind: 'unsendable'; readonly step: number; readonly atNs: Ns; readonly reason: string }
  /** A frame on the device, with the kernel's own stamp. `in` is towards the kernel under test (injected). */
  | { readonly kind: 'frame'; readonly direction: 'in' | 'out'; readonly atNs: Ns; readonly bytes: Uint8Array }
  /** A system call that returned at once, or was `interrupted` by the harness because it slept too long. */
  | {
      readonly kind: 'called';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly endedNs: Ns;
      readonly outcome: CallOutcome;
      readonly interrupted: boolean;
    }
  /** A system call handed to the blocking thread: it is asleep in it, or done. */
  | { readonly kind: 'blocked'; readonly step: number; readonly plannedNs: Ns; readonly startedNs: Ns }
  /** A call of the blocking thread came back, or was interrupted at the end of the run. */
  | {
      readonly kind: 'returned';
      readonly step: number;
      readonly endedNs: Ns;
      readonly outcome: CallOutcome;
      readonly cancelled: boolean;
    }
  /** What a `sample` step saw. */
  | {
      readonly kind: 'sampled';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly atNs: Ns;
      readonly sample: Sample;
    }
  /** The queues of listeners, when the harness looked at them by itself. */
  | { readonly kind: 'watched'; readonly atNs: Ns; readonly listeners: readonly ListenerQueues[] }
  /** A shell command, from its start to its end. */
  | {
      readonly kind: 'commanded';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly endedNs: Ns;
      readonly outcome: CommandOutcome;
    }
  /** The interpreter has run the script's code blocks. */
  | { readonly kind: 'interpreted'; readonly atNs: Ns; readonly outcome: CommandOutcome }
  /** The cleanup command of a script has run, behind its last step. */
  | { readonly kind: 'cleaned'; readonly atNs: Ns; readonly outcome: CommandOutcome }
  /** A sysctl was set. */
  | {
      readonly kind: 'tuned';
      readonly step: number;
      readonly plannedNs: Ns;
      readonly startedNs: Ns;
      readonly endedNs: Ns;
    }
  /** A `mark` step: the counters to which later deltas refer. */
  | { readonly kind: 'marked'; readonly step: number; readonly atNs: Ns; readonly counters: CounterValues }
  /** What the kernel told; learned later than it happened. */
  | { readonly kind: 'event'; readonly event: KernelEvent }
  /** The counters behind the last step, where kernel events are recorded: only those that differ from the baseline. */
  | { readonly kind: 'counted'; readonly atNs: Ns; readonly counters: CounterValues }
  /** The clock, read when something was waited for and nothing came. */
  | { readonly kind: 'tick'; readonly atNs: Ns };

/** A time of CLOCK_REALTIME: two numbers, since one would round to some hundred nanoseconds. */
export interface WallTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** How a shell command ended. */
export interface CommandOutcome {
  /** Exit status; absent when a signal ended it. */
  readonly status?: number;
  /** Name of the signal that ended it, such as `SIGTERM`. */
  readonly signal?: string;
  /** It had not ended in time, and was killed with everything that it had started. */
  readonly timedOut: boolean;
  /** What it printed, both streams in order: the last 8 KiB. */
  readonly output: string;
}

/** Result of a system call. `outputs` are what the kernel wrote into buffers. */
export interface CallOutcome {
  readonly returned: number;
  /** Name such as `EAGAIN`; empty when the call succeeded. */
  readonly errno: string;
  readonly outputs: CallOutputs;
  /** A defect of the request that stopped it before the kernel saw it, e.g. a socket whose call failed. */
  readonly notMade?: string;
}

export interface CallOutputs {
  /** Bytes read, or the option value got. */
  readonly bytes?: Uint8Array;
  /** An integer option's value, or what ioctl wrote. */
  readonly value?: number;
  readonly length?: number;
  /** The peer of accept or recvfrom: `192.0.2.1:40001`, `[2001:db8::1]:40001`. */
  readonly peer?: string;
  /** poll's revents, in order. */
  readonly revents?: readonly number[];
  /** recvmsg's msg_flags. */
  readonly messageFlags?: number;
  /** recvmsg's control messages, in order. */
  readonly control?: readonly ControlMessage[];
  /** What epoll_wait found, in order; `data` as 16 hexadecimal digits (u64). */
  readonly events?: readonly { readonly events: number; readonly data: string }[];
  /** pipe's two ends. */
  readonly descriptors?: readonly number[];
  /** Where sendfile or splice left the offset that it was given. */
  readonly offset?: number;
}

/** One cmsg, without its header. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

/** Counter names are `TcpExt.ListenDrops`, `Tcp.OutRsts`: the heading of /proc/net/snmp or netstat, and the column. */
export type CounterValues = Readonly<Record<string, number>>;

export interface Sample {
  readonly sockets?: readonly SocketEntry[];
  /** Only those that differ from the baseline. */
  readonly counters?: CounterValues;
  readonly tcpInfo?: OptionBytes;
  readonly procNetTcp?: readonly ProcNetTcpRow[];
  /** For a code block, beside `tcpInfo`: TCP_CC_INFO (empty where the algorithm has none), and SO_MEMINFO. */
  readonly congestionInfo?: OptionBytes;
  readonly memoryInfo?: OptionBytes;
}

/** What getsockopt gave. */
export type OptionBytes = { readonly bytes: Uint8Array } | { readonly errno: string };

/** A socket as inet_diag tells it: what `ss` shows. */
export interface SocketEntry {
  /** `LISTEN`, `SYN_RECV`, `ESTABLISHED`, ... as in RFC 9293, with the kernel's names where it has its own. */
  readonly state: string;
  readonly family: 4 | 6;
  /** Canonical text; IPv4-mapped addresses are shown as IPv4. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Listener: connections waiting for accept. Others: bytes received and unread. */
  readonly receiveQueue: number;
  /** Listener: the limit. Others: bytes sent and unacknowledged. */
  readonly sendQueue: number;
  /** Which timer runs: `off`, `on` (retransmission), `keepalive`, `timewait`, `persist`. */
  readonly timer: string;
  readonly timerExpiresMs: number;
  /** Retransmissions of the unacknowledged segment (or SYN+ACK), as `ss -o` shows them. */
  readonly retransmits: number;
  readonly inode: number;
  readonly memory?: SocketMemory;
}

/** A listener's queues, as `ss` shows them. */
export interface ListenerQueues {
  readonly localAddress: string;
  readonly localPort: number;
  /** Connections waiting for accept: its Recv-Q. */
  readonly acceptQueue: number;
  /** Requests in SYN_RECV on its port. */
  readonly synQueue: number;
  /** Its Send-Q. */
  readonly limit: number;
}

/** INET_DIAG_SKMEMINFO. */
export interface SocketMemory {
  readonly receiveAllocated: number;
  readonly receiveBuffer: number;
  readonly sendAllocated: number;
  readonly sendBuffer: number;
  readonly forwardAllocated: number;
  readonly writeQueued: number;
  readonly optionMemory: number;
  readonly backlog: number;
  readonly drops: number;
}

/** One line of /proc/net/tcp or tcp6. */
export interface ProcNetTcpRow {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** As `SocketEntry.state`. */
  readonly state: string;
  readonly txQueue: number;
  readonly rxQueue: number;
  readonly retransmits: number;
}
