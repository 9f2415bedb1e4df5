/**
 * The port between packetspec and an operating system under test.
 *
 * A `Host` opens one private `Run` at a time: a network of its own with one link, sockets, counters and a clock.
 * Everything a run does is synchronous (the timed part has no event loop), except opening and closing. Whatever the
 * environment refuses is thrown as a `HostError`; what the kernel under test answers, errno included, is a value.
 * Deliberately absent: specs, steps and judgement; which system it is.
 */
import type { Ns } from '../base/nanoseconds';
import type { Network } from '../timeline/timeline';
import type { EventSupport, KernelEvent } from '../trace/kernel-event';
import type {
  CallOutcome,
  ClockKind,
  CommandOutcome,
  ControlMessage,
  CounterValues,
  OptionBytes,
  ProcNetTcpRow,
  SocketEntry,
  WallTime,
} from '../trace/trace';

/** The environment could not do what a run needs. `code` is stable; `hint` says what the user can do. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  readonly hint: string | undefined;

  constructor(code: HostErrorCode, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

export type HostErrorCode =
  | 'no-permission'
  | 'no-tun'
  | 'no-raw-socket'
  | 'no-namespace'
  | 'no-packet-socket'
  | 'no-inet-diag'
  | 'unknown-sysctl'
  | 'global-sysctl'
  | 'refused-sysctl'
  | 'unknown-counter'
  | 'server-not-listening'
  | 'server-exited'
  | 'no-route'
  | 'no-agent'
  | 'agent-ended'
  | 'target-silent'
  | 'target-elsewhere'
  | 'link-down'
  | 'port-taken'
  | 'firewall'
  | 'merged-segments'
  | 'frames-lost'
  | 'blocking-thread'
  | 'no-tracing'
  | 'executor-died'
  | 'command-failed'
  | 'system-call';

export interface Host {
  /** `uname` and rights of this host. */
  readonly facts: HostFacts;
  /** The time of day, RFC 3339. */
  timeOfDay(): string;
  /** A steady clock, for what lies before and behind the timed part of a run. */
  steadyNs(): Ns;
  /** Whether a command of this name can be run here. */
  hasCommand(name: string): boolean;
  /** Opens a fresh private network, or the way to a host elsewhere. @throws HostError */
  openRun(network: Network): Run;
}

export interface HostFacts {
  /** `uname -r`. */
  readonly kernel: string;
  /** `uname -m`. */
  readonly architecture: string;
  readonly rootless: boolean;
  /** How far the ticks of this kernel's clock are apart: a jiffy, 1/CONFIG_HZ. */
  readonly tickNs: Ns;
  readonly time: ClockKind;
}

export interface Run {
  /** `fifo` when the timed part runs under SCHED_FIFO. Known after `startTimedPart`. */
  readonly scheduling: 'fifo' | 'other';

  /**
   * Sets a sysctl of the private network.
   * @param name with dots, e.g. `net.ipv4.tcp_syncookies`
   * @throws HostError `unknown-sysctl`, `global-sysctl` (not per network namespace) or `refused-sysctl`
   */
  setSysctl(name: string, value: string): void;
  /** Whether the private network has this sysctl. */
  hasSysctl(name: string): boolean;

  /**
   * Starts a process in the private network, and waits until something listens on the port.
   * @throws HostError `server-not-listening` or `server-exited`, with the end of what it printed
   */
  startServer(command: string, port: number, readyWithinNs: Ns): Promise<void>;

  /**
   * Makes threads for blocking calls ready; needed before `startTimedPart` when a step blocks.
   * @param count how many calls sleep at the same time; one when left out
   */
  prepareBlocking(count?: number): Promise<void>;

  /** Time zero is now; the timed part's scheduling begins. */
  startTimedPart(): void;
  /** Ends the timed part's scheduling. */
  endTimedPart(): void;

  /** Nanoseconds since time zero. */
  nowNs(): Ns;
  /**
   * How long the kernel's own network work, and the threads of the harness, have waited for a processor since time zero, in all, and how
   * much too late the harness has been woken.
   */
  kernelWaitedNs(): Ns;
  /** What CLOCK_REALTIME showed at time zero. */
  realtimeAtZero(): WallTime;
  /** Sleeps until a frame is there, a blocking call has returned, or the time has come, whichever is first. */
  waitForEvent(untilNs: Ns): void;
  /** Waits for the exact time: sleeps, then spins the last stretch. Frames that come meanwhile stay queued. */
  waitExactly(untilNs: Ns): void;

  /** Writes a packet towards the kernel under test. `errno` is empty when it was taken. */
  inject(bytes: Uint8Array): { readonly startedNs: Ns; readonly errno: string };
  /** All frames seen on the link since the last call, both directions, oldest first. @throws HostError `frames-lost` */
  receive(): readonly LinkFrame[];
  /**
   * Writes many packets, one behind the other, as fast as it can, and waits until no more answers come. What crosses the
   * link from and to their sources meanwhile is counted by the kernel; `receive` does not give it out.
   * @throws HostError `no-packet-socket`
   */
  flood(request: FloodRequest): FloodOutcome;

  /**
   * Makes a system call. One that sleeps longer than `limitNs` is interrupted: errno `EINTR` and `interrupted`.
   */
  call(request: CallRequest, limitNs: Ns): TimedOutcome;
  /** Hands a call to the blocking thread; returns once that sleeps in it, or is done. */
  startBlockingCall(request: CallRequest, token: number): { readonly startedNs: Ns };
  /** Calls of the blocking thread that have returned since the last question. */
  returnedCalls(): readonly ReturnedCall[];
  /** Interrupts what still blocks; their ends come from `returnedCalls`. */
  cancelBlockingCalls(): void;

  /** All TCP sockets of the private network. */
  sockets(): readonly SocketEntry[];
  /** All counters of /proc/net/snmp and /proc/net/netstat. */
  counters(): CounterValues;
  /** Those that differ from what `counters` gave last. */
  movedCounters(): CounterValues;
  /** getsockopt(TCP_INFO), as long as this kernel makes it. */
  tcpInfo(fd: number): OptionBytes;
  /** /proc/net/tcp and tcp6. */
  procNetTcp(): readonly ProcNetTcpRow[];

  /**
   * Has the kernel record what it tells of this run's packets and sockets, from now until the run is closed. To be called
   * behind `prepareBlocking`. What cannot be recorded is no error: see `eventSupport`.
   * @param asked `events` will be asked also while the timed part goes on: what that takes is prepared now
   */
  recordEvents(asked: 'meanwhile' | 'at the end'): void;
  /** Keeps the kernel from making events for nobody, which costs each packet some where an earlier run recorded them. */
  omitEvents(): void;
  /** What is recorded, and what is missing; undefined when nobody has asked for it. */
  eventSupport(): EventSupport | undefined;
  /** Kernel events since the last question, oldest first. */
  events(): readonly KernelEvent[];
  /** Leaves out what happens until it goes on. */
  pauseEvents(paused: boolean): void;

  /**
   * Runs `/bin/sh -c`, as a child of the process that runs the whole script (`$PPID` is the same for all of its
   * commands), in the private network, under the ordinary scheduling policy, and waits for its end.
   * What outlives the shell is killed when the run is closed.
   */
  shell(command: ShellRequest): TimedCommand;

  /**
   * Looks whether what the run stands on is still there: its server, and the way to a host elsewhere. Asked of a run that
   * has failed, before it is closed.
   * @throws HostError when something has gone, which then explains the failure
   */
  checkGround(): void;

  /** Closes descriptors, ends the server, drops the network. Never throws; safe to call twice. */
  close(): Promise<void>;
}

/** So many packets of a flood are handed to the kernel at once. */
export const FLOOD_AHEAD = 64;

export interface FloodRequest {
  readonly count: number;
  /**
   * Packets from an index on, at least one and at most `FLOOD_AHEAD`, asked for in their order. They may be those that were
   * given last, changed where they are. The same list lies where it lay.
   */
  readonly packetsFrom: (index: number) => readonly Uint8Array[];
  readonly sources: AddressRange;
}

/** Addresses that follow each other, in network byte order. Only the last four bytes differ. */
export interface AddressRange {
  readonly first: Uint8Array;
  readonly count: number;
}

export interface FloodOutcome {
  readonly startedNs: Ns;
  readonly endedNs: Ns;
  readonly sent: number;
  /** Of the packet that the device refused, which was the last; else empty. */
  readonly errno: string;
  /** How many packets the kernel under test has sent to the sources. */
  readonly answered: number;
}

export interface ShellRequest {
  readonly text: string;
  /** The working directory. */
  readonly folder: string;
  /** Killed after so long, with everything that it has started. */
  readonly limitNs: Ns;
  /** What it can read; nothing when absent. */
  readonly input?: string;
}

export interface TimedCommand {
  readonly startedNs: Ns;
  readonly endedNs: Ns;
  readonly outcome: CommandOutcome;
}

export interface LinkFrame {
  readonly direction: 'in' | 'out';
  readonly atNs: Ns;
  readonly bytes: Uint8Array;
}

export interface TimedOutcome {
  readonly startedNs: Ns;
  readonly endedNs: Ns;
  readonly outcome: CallOutcome;
  /** The call slept past its limit and was interrupted by the harness. */
  readonly interrupted: boolean;
}

export interface ReturnedCall {
  readonly token: number;
  readonly endedNs: Ns;
  readonly outcome: CallOutcome;
  readonly cancelled: boolean;
}

/** A socket address as the calls take it. `null` address: AF_UNSPEC. */
export type SocketAddress =
  | { readonly family: 'ipv4'; readonly address: string; readonly port: number }
  | { readonly family: 'ipv6'; readonly address: string; readonly port: number }
  | { readonly family: 'unspec' };

/** A system call with live descriptors and plain values: it can cross to another thread. */
export type CallRequest =
  | { readonly name: 'socket'; readonly domain: number; readonly type: number; readonly protocol: number }
  | { readonly name: 'bind'; readonly fd: number; readonly address: SocketAddress }
  | { readonly name: 'listen'; readonly fd: number; readonly backlog: number }
  | { readonly name: 'accept'; readonly fd: number }
  | { readonly name: 'connect'; readonly fd: number; readonly address: SocketAddress }
  | { readonly name: 'read'; readonly fd: number; readonly buffer: InputBuffer }
  | { readonly name: 'readv'; readonly fd: number; readonly buffers: readonly InputBuffer[] }
  /** recv, and recvfrom without the peer's address. */
  | { readonly name: 'recv'; readonly fd: number; readonly buffer: InputBuffer; readonly flags: number }
  | { readonly name: 'write'; readonly fd: number; readonly buffer: OutputBuffer }
  | { readonly name: 'writev'; readonly fd: number; readonly buffers: readonly OutputBuffer[] }
  | { readonly name: 'send'; readonly fd: number; readonly buffer: OutputBuffer; readonly flags: number }
  | {
      readonly name: 'sendto';
      readonly fd: number;
      readonly buffer: OutputBuffer;
      readonly flags: number;
      readonly address: SocketAddress;
    }
  | {
      readonly name: 'sendmsg';
      readonly fd: number;
      /** Absent: no msg_name. */
      readonly address?: SocketAddress;
      readonly buffers: readonly OutputBuffer[];
      readonly control: readonly ControlMessage[];
      readonly flags: number;
    }
  | {
      readonly name: 'recvmsg';
      readonly fd: number;
      readonly buffers: readonly InputBuffer[];
      /** Room for control messages, in bytes; 0: no msg_control. */
      readonly controlLength: number;
      readonly flags: number;
    }
  | { readonly name: 'close'; readonly fd: number }
  | { readonly name: 'shutdown'; readonly fd: number; readonly how: number }
  | {
      readonly name: 'setsockopt';
      readonly fd: number;
      readonly level: number;
      readonly option: number;
      readonly value: Uint8Array;
    }
  | {
      readonly name: 'getsockopt';
      readonly fd: number;
      readonly level: number;
      readonly option: number;
      readonly length: number;
    }
  | { readonly name: 'fcntl'; readonly fd: number; readonly command: number; readonly argument: number }
  | { readonly name: 'ioctl'; readonly fd: number; readonly request: number }
  | {
      readonly name: 'poll';
      readonly entries: readonly { readonly fd: number; readonly events: number }[];
      readonly timeoutMs: number;
    }
  | { readonly name: 'epoll_create'; readonly size: number }
  | {
      readonly name: 'epoll_ctl';
      readonly epoll: number;
      readonly operation: number;
      readonly fd: number;
      readonly events: number;
      /** The u64 that comes back, as 16 hexadecimal digits. */
      readonly data: string;
    }
  | {
      readonly name: 'epoll_wait';
      readonly epoll: number;
      readonly maxEvents: number;
      readonly timeoutMs: number;
    }
  | { readonly name: 'open'; readonly path: string; readonly flags: number; readonly folder: string }
  | {
      readonly name: 'sendfile';
      readonly output: number;
      readonly input: number;
      /** Absent: NULL. */
      readonly offset?: number;
      readonly count: number;
    }
  | { readonly name: 'pipe' }
  | {
      readonly name: 'splice';
      readonly input: number;
      /** Absent: NULL. */
      readonly inputOffset?: number;
      readonly output: number;
      readonly outputOffset?: number;
      readonly count: number;
      readonly flags: number;
    }
  /** libcap's cap_set_flag and cap_set_proc, for one capability of the thread that makes the calls; undone at the end. */
  | {
      readonly name: 'cap_set';
      readonly set: 'effective' | 'permitted' | 'inheritable';
      readonly capability: number;
      readonly raised: boolean;
    };

/** Memory that a call reads into: of this size, or NULL with this size claimed. */
export interface InputBuffer {
  readonly size: number;
  readonly isNull: boolean;
}

/** What a call sends; or NULL with this size claimed. Kept until the run is closed: MSG_ZEROCOPY sends from it. */
export type OutputBuffer =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'null'; readonly size: number };
