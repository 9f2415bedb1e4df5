/**
 * A `Spec`: one file's meaning for one combination of its matrix, with every place kept.
 *
 * Variables are substituted and `repeat` is unrolled; nothing is resolved against an IP version, a port or a clock:
 * that is the compiler's work. YAML and packetdrill scripts both lower to this.
 */
import type { Ns } from '../base/nanoseconds';
import type { IpPattern, SegmentPattern, UdpPattern } from '../wire/pattern';
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
  /** MTU of the device; the default is 1500 (IPv4) or 1520 (IPv6), so that the MSS is 1460 in both. */
  readonly mtu?: number;
  readonly tolerance?: ToleranceText;
  /** What becomes of segments that no step expected. */
  readonly strays: 'report' | 'fail';
  readonly connections: readonly ConnectionDeclaration[];
  readonly steps: readonly Step[];
}

export interface Requirements {
  /** All must hold, e.g. `>=4.10` and `<6`. */
  readonly kernel: readonly KernelBound[];
  readonly sysctls: readonly string[];
  readonly commands: readonly string[];
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
  readonly span: Span;
}

/** Allowed deviation; an absent part falls back to the outer one. */
export interface ToleranceText {
  readonly earlyNs?: Ns;
  readonly lateNs?: Ns;
  /** Of the distance to the step that the time is counted from. */
  readonly percent?: number;
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
  readonly action: StepAction;
}

export interface ConnectionReference {
  readonly name: string;
  readonly span: Span;
}

export type StepAction =
  | { readonly kind: 'inject'; readonly packet: PacketNotation }
  | { readonly kind: 'expect'; readonly packet: PacketNotation; readonly optional: boolean }
  | {
      readonly kind: 'group';
      readonly members: readonly GroupMember[];
      readonly exclusive: boolean;
      readonly durationNs?: Ns;
    }
  | { readonly kind: 'silence'; readonly durationNs: Ns }
  | { readonly kind: 'call'; readonly call: Call; readonly returns?: When }
  | { readonly kind: 'sample'; readonly sample: SampleExpectation; readonly withinNs?: Ns }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'wait' };

/** One of several segments that may come in any order. */
export interface GroupMember {
  readonly span: Span;
  readonly label: string;
  readonly connection?: ConnectionReference;
  readonly packet: PacketNotation;
}

export type PacketNotation = SegmentPattern | UdpPattern | IcmpNotation;

/** ICMP by names, since the numbers differ between ICMP and ICMPv6. */
export interface IcmpNotation {
  readonly kind: 'icmp';
  readonly type: string;
  readonly code?: string;
  readonly mtu?: number;
  readonly id?: number;
  readonly quotedSeq?: number;
  readonly ip?: IpPattern;
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
  | { readonly kind: 'struct'; readonly fields: readonly StructField[]; readonly span: Span };

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

export interface FieldExpectation {
  readonly name: string;
  readonly span: Span;
  readonly value: ValuePattern;
}

/** A number (exact, or within bounds, both inclusive), or a text. */
export type ValuePattern =
  | { readonly kind: 'range'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'text'; readonly text: string };
