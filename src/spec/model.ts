/**
 * A `Spec`: one file's meaning for one combination of its matrix, with every place kept.
 *
 * Variables are substituted and `repeat` is unrolled; nothing is resolved against an IP version, a port or a clock:
 * that is the compiler's work. YAML and packetdrill scripts both lower to this.
 */
import type { Ns } from '../base/nanoseconds';
import type { EncapsulationPattern, IcmpQuote, IpPattern, SegmentPattern, UdpPattern } from '../wire/pattern';
import type { LinkKind } from './link-kind';
import type { PythonProgram } from './python/python';
import type { SourceFile, Span } from './source';

export type IpVariant = 'ipv4' | 'ipv6' | 'ipv4-mapped';

export interface Spec {
  readonly file: SourceFile;
  readonly name: string;
  readonly about?: string;
  /** Where the behaviour is laid down: a kernel function or an RFC section. */
  readonly source?: string;
  readonly requires: Requirements;
  readonly ip: readonly IpVariant[];
  /** The combination of matrix values that this spec is for, in the file's order; empty without a matrix. */
  readonly matrix: Readonly<Record<string, string | number>>;
  readonly sysctls: readonly Sysctl[];
  readonly server?: Server;
  readonly network: NetworkSettings;
  /** What a packetdrill script says as a whole; absent for YAML. */
  readonly script?: ScriptSettings;
  readonly tolerance?: ToleranceText;
  /** What becomes of segments that no step expected. */
  readonly strays: 'report' | 'fail';
  readonly connections: readonly ConnectionDeclaration[];
  readonly steps: readonly Step[];
}

/** What a spec says about its network; everything absent is the default of the IP variant. */
export interface NetworkSettings {
  /** `tun` when absent. */
  readonly link?: LinkKind;
  /** MTU of the device; the default is 1500 (IPv4) or 1520 (IPv6), so that the MSS is 1460 in both. */
  readonly mtu?: number;
  readonly localAddress?: string;
  readonly localPrefixLength?: number;
  /** Everything behind this prefix is the simulated remote side. */
  readonly remoteAddress?: string;
  readonly remotePrefixLength?: number;
  readonly gateway?: string;
  /** Mbit/s that the device claims to have (ethtool). */
  readonly speedMbps?: number;
  /** What `...` stands for in bind(); 8080 when absent. */
  readonly bindPort?: number;
  /**
   * Whether the device takes super-segments (TSO) and leaves checksums to be filled in, as packetdrill's does: then
   * what the kernel sends at once is one packet, however long. Absent: no.
   */
  readonly superSegments?: boolean;
  /** Injected TCP segments are handed over as merged from segments of this size (virtio's gso_size). */
  readonly gsoSize?: number;
  /** packetdrill's --is_anyip: the route to the remote side goes to the device itself, not through a gateway. */
  readonly anyIp?: boolean;
}

/** What holds for a packetdrill script as a whole. */
export interface ScriptSettings {
  /** Run before time zero, once the device is there. */
  readonly init?: ShellCommand;
  /** Run behind the last step, also when one has failed, unless the init command did. */
  readonly cleanup?: ShellCommand;
  /** One tick of the timestamps' clock: values of `TS val` are compared. Absent: they are only names. */
  readonly timestampTickNs?: Ns;
  /** An echo that no segment carried is worked out from the first timestamp. Otherwise it cannot be sent. */
  readonly scaledEchoes: boolean;
  /** `--non_fatal=packet`: a segment that differs is reported, and the run goes on and may pass. */
  readonly toleratesPackets: boolean;
  /** What runs code blocks that packetspec cannot evaluate itself. */
  readonly interpreter: string;
  /** A command or device that is missing here makes the run a skipped one, with the reason, instead of a failed one. */
  readonly gated: boolean;
  /** At least one code block must be run by the interpreter: then all are, together, at the end. */
  readonly needsInterpreter: boolean;
}

/** A line for `/bin/sh -c`, run in the spec's folder. */
export interface ShellCommand {
  readonly text: string;
  readonly span: Span;
}

export interface Requirements {
  /** All must hold, e.g. `>=4.10` and `<6`. */
  readonly kernel: readonly KernelBound[];
  readonly sysctls: readonly string[];
  readonly commands: readonly string[];
  /** Needs that packetspec never meets, in words: `PSP`, `wire mode (--wire_client)`. The spec is skipped. */
  readonly unsupported: readonly string[];
}

export interface KernelBound {
  readonly operator: '>=' | '>' | '<=' | '<' | '=';
  readonly major: number;
  readonly minor: number;
}

export interface Sysctl {
  /** With dots, e.g. `net.ipv4.tcp_syncookies`. */
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** Who listens: the harness by itself (before time zero), or a real process. */
export type Server =
  | {
      readonly kind: 'listener';
      readonly port: number;
      readonly backlog: number;
      readonly options: readonly SocketOption[];
      readonly span: Span;
    }
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly port: number;
      readonly readyWithinNs: Ns;
      readonly span: Span;
    };

/** A socket option that is set before `bind`, e.g. `TCP_DEFER_ACCEPT: 3`. */
export interface SocketOption {
  readonly level: string;
  readonly name: string;
  readonly value: number;
  readonly span: Span;
}

/** A connection that is declared to have ports or addresses of its own. Undeclared ones get theirs by order of use. */
export interface ConnectionDeclaration {
  readonly name: string;
  readonly remotePort?: number;
  readonly remoteAddress?: string;
  readonly localPort?: number;
  /** Who opens it; absent: whoever calls connect() or sendto() on it makes it active. */
  readonly role?: 'passive' | 'active';
  /** What its packets are; TCP when absent. */
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  readonly span: Span;
}

/** Allowed deviation; an absent part falls back to the outer one. */
export interface ToleranceText {
  readonly earlyNs?: Ns;
  readonly lateNs?: Ns;
  /** Of the distance to the step that the time is counted from. */
  readonly percent?: number;
  /**
   * What the percentage is of: the distance from where the previous step really was (absent, or `actual`), or, as
   * in packetdrill, from where its script put it, to the start of this one's window (`scripted`).
   */
  readonly distance?: 'actual' | 'scripted';
}

/** When a step happens or is expected. */
export type When =
  /** Nothing written: an action at once; an expected segment not later than at once. */
  | { readonly kind: 'prompt' }
  /** From the start of the run, from the previous step, or from the last segment of the same connection. */
  | { readonly kind: 'window'; readonly anchor: Anchor; readonly startNs: Ns; readonly endNs: Ns }
  /** At any time until the limit, counted from the previous step. */
  | { readonly kind: 'any'; readonly limitNs: Ns };

export type Anchor = 'start' | 'previous' | 'connection';

export interface Step {
  readonly span: Span;
  /** How the step is named in messages, in one line: `expect S. 0:0(0) ack 1`. */
  readonly label: string;
  /** `filler 3 of 6`, when the step stands in a `repeat`. */
  readonly repetition?: string;
  readonly connection?: ConnectionReference;
  readonly when: When;
  readonly tolerance?: ToleranceText;
  /** The kernels on which the step counts: all bounds must hold. Absent: all kernels. */
  readonly kernel?: readonly KernelBound[];
  readonly action: StepAction;
}

export interface ConnectionReference {
  readonly name: string;
  readonly span: Span;
}

export type StepAction =
  | { readonly kind: 'inject'; readonly packet: PacketNotation }
  | {
      readonly kind: 'expect';
      readonly packet: PacketNotation;
      readonly optional: boolean;
      /** Segments that follow each other are taken together until they are as long as the pattern. */
      readonly joined?: boolean;
    }
  | {
      readonly kind: 'group';
      readonly members: readonly GroupMember[];
      readonly exclusive: boolean;
      readonly durationNs?: Ns;
    }
  | { readonly kind: 'silence'; readonly durationNs: Ns }
  /** The same segment many times, from as many peers. */
  | {
      readonly kind: 'flood';
      readonly packet: SegmentPattern;
      readonly count: number;
      /** How many segments the kernel has sent to them by the end. */
      readonly answered?: FieldExpectation;
    }
  | { readonly kind: 'call'; readonly call: Call; readonly returns?: When }
  | { readonly kind: 'sample'; readonly sample: SampleExpectation; readonly withinNs?: Ns }
  /** Sets a sysctl of the private network. */
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: string }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'wait' }
  /** Looks at what the kernel told since the last look of this kind. */
  | { readonly kind: 'events'; readonly events: EventExpectation; readonly withinNs?: Ns }
  | { readonly kind: 'command'; readonly command: ShellCommand }
  | { readonly kind: 'code'; readonly code: CodeBlock };

/** packetdrill's `%{ }%`: Python over the values of TCP_INFO, TCP_CC_INFO and SO_MEMINFO at the time of the step. */
export interface CodeBlock {
  /** Between the braces. */
  readonly text: string;
  /** Line of the file (from 1) on which `text` begins. */
  readonly firstLine: number;
  /** The descriptor that is asked; absent when the script has none at that place. */
  readonly socket?: string;
  /** What packetspec evaluates itself; absent: the interpreter must. */
  readonly program?: PythonProgram;
}

/** One of several segments that may come in any order. */
export interface GroupMember {
  readonly span: Span;
  readonly label: string;
  readonly connection?: ConnectionReference;
  readonly packet: PacketNotation;
}

export type PacketNotation = SegmentPattern | UdpPattern | IcmpNotation;

/** ICMP by names, since the numbers differ between ICMP and ICMPv6. Otherwise as `IcmpPattern`. */
export interface IcmpNotation {
  readonly kind: 'icmp';
  readonly type: string;
  readonly code?: string;
  readonly mtu?: number;
  readonly id?: number;
  readonly quoted?: IcmpQuote;
  readonly quotedByLength?: boolean;
  readonly ip?: IpPattern;
  readonly encapsulation?: readonly EncapsulationPattern[];
}

/** A system call in packetdrill's notation, with names in place of descriptor numbers. */
export interface Call {
  readonly name: string;
  readonly args: readonly CallArgument[];
  readonly result: CallResult;
  readonly span: Span;
}

export type CallArgument =
  /** `...`: the harness supplies it. */
  | { readonly kind: 'ellipsis'; readonly span: Span }
  | { readonly kind: 'integer'; readonly value: number; readonly span: Span }
  /** `A` or `A|B`: constants by name. */
  | { readonly kind: 'symbols'; readonly names: readonly string[]; readonly span: Span }
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly span: Span }
  /** A socket by the name that an earlier call gave it. */
  | { readonly kind: 'socket'; readonly name: string; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly CallArgument[]; readonly span: Span }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[]; readonly span: Span }
  /** `NULL`. */
  | { readonly kind: 'null'; readonly span: Span };

export interface StructField {
  readonly name: string;
  readonly value: CallArgument;
}

export type CallResult =
  /** `= 0`, `= -1 EAGAIN`. */
  | { readonly kind: 'value'; readonly value: number; readonly errno?: string }
  /** `= accepted`: a new descriptor, which gets this name. */
  | { readonly kind: 'socket'; readonly name: string; readonly span: Span };

/** What is looked at, and what it must be. Every field named is one comparison. */
export type SampleExpectation =
  /** The listener as `ss` shows it, and the number of requests (SYN_RECV) that belong to it. */
  | { readonly kind: 'queue'; readonly port?: number; readonly fields: readonly FieldExpectation[] }
  /** How many sockets of each state there are. */
  | { readonly kind: 'sockets'; readonly fields: readonly FieldExpectation[] }
  /** The socket of one connection as `ss` shows it; `state` compares text. */
  | { readonly kind: 'socket'; readonly fields: readonly FieldExpectation[] }
  /** SNMP counters as deltas since the start of the run or a mark. */
  | {
      readonly kind: 'counters';
      readonly since?: { readonly name: string; readonly span: Span };
      readonly fields: readonly FieldExpectation[];
    }
  /** getsockopt(TCP_INFO) on a named socket of the harness. */
  | {
      readonly kind: 'tcp_info';
      readonly socket: { readonly name: string; readonly span: Span };
      readonly fields: readonly FieldExpectation[];
    }
  /** The row of a listener (or of the connection) in /proc/net/tcp or tcp6. */
  | { readonly kind: 'proc_net_tcp'; readonly port?: number; readonly fields: readonly FieldExpectation[] };

/** What the kernel must have told; see `KernelEvent`. */
export type EventExpectation =
  /** Exactly these injected segments were dropped, in this order. */
  | { readonly kind: 'drops'; readonly drops: readonly DropExpectation[] }
  /** Exactly these changes of a connection's sockets, in this order: `SYN_RECV -> ESTABLISHED`. */
  | { readonly kind: 'states'; readonly changes: readonly string[] }
  /** The last reset of the connection. */
  | { readonly kind: 'reset'; readonly by: 'kernel' | 'peer'; readonly reasons?: readonly string[] };

/** What is absent is free. */
export interface DropExpectation {
  readonly packet?: SegmentPattern | UdpPattern;
  readonly connection?: ConnectionReference;
  /** One of these. */
  readonly reasons?: readonly string[];
  readonly function?: string;
}

export interface FieldExpectation {
  readonly name: string;
  readonly span: Span;
  readonly value: ValuePattern;
}

/** A number (exact, or within bounds, both inclusive), or a text. */
export type ValuePattern =
  | { readonly kind: 'range'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'text'; readonly text: string };
