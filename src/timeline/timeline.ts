/**
 * A `Timeline`: a spec resolved for one variant (IP version and matrix values): every address, port, constant and
 * default is filled in. It is plain data: it crosses to the executor process, and stands at the head of every trace.
 *
 * Deliberately absent: descriptors, live sequence numbers, clocks.
 */
import type { Ns } from '../base/nanoseconds';
import type { LinkKind } from '../spec/link-kind';
import type { CodeBlock, IpVariant, KernelBound, Requirements, StepAction, When } from '../spec/model';
import type { PacketPattern } from '../wire/pattern';
import type { IpVersion } from '../wire/wire';

export interface Timeline {
  readonly file: string;
  readonly name: string;
  readonly about?: string;
  readonly source?: string;
  readonly variant: Variant;
  readonly requires: Requirements;
  readonly network: Network;
  readonly sysctls: readonly TimelineSysctl[];
  readonly server?: ServerProcess;
  /** Absent for YAML. */
  readonly script?: Script;
  /** The folder of the spec, in which its commands run. */
  readonly folder: string;
  readonly connections: readonly Connection[];
  /** What `...` stands for as the address of bind(), and the listener that `queue` means when no port is named. */
  readonly localPort: number;
  readonly steps: readonly TimelineStep[];
  /** The queues of listeners are looked at between the steps, too; absent: only by steps. */
  readonly watchesQueues?: true;
  readonly strays: 'report' | 'fail';
  /** Kernel events are to be recorded; absent: they are not. */
  readonly events?: true;
  /** What of the spec is not done and not judged; see `withoutEyes`. Absent: nothing. */
  readonly leftOut?: readonly LeftOut[];
}

/** A line of a spec of which nothing comes in this run. */
export interface LeftOut {
  readonly place: Place;
  readonly label: string;
  /** Why, as a phrase. */
  readonly reason: string;
}

export interface Variant {
  readonly ip: IpVariant;
  readonly matrix: Readonly<Record<string, string | number>>;
  /** `ipv4`, `ipv6 backlog=5`: unique among the runs of a file. */
  readonly label: string;
}

export interface Network {
  /** How the harness reaches the kernel under test. `target`: over the real network, the kernel being that of a host there. */
  readonly link: LinkKind | 'target';
  /** With `link: target` only. */
  readonly target?: TargetEnds;
  /** What is on the wire (4 also for `ipv4-mapped`). */
  readonly ipVersion: IpVersion;
  readonly localAddress: string;
  readonly localPrefixLength: number;
  /** Everything behind this route is the simulated remote side. */
  readonly remoteAddress: string;
  readonly remotePrefixLength: number;
  readonly mtu: number;
  /** Next hop towards the remote side; absent: the device itself. */
  readonly gateway?: string;
  readonly speedMbps?: number;
  /** See `NetworkSettings`. */
  readonly superSegments: boolean;
  readonly gsoSize?: number;
}

/** Both ends of a run against a host elsewhere. */
export interface TargetEnds {
  /** The device of this host that leads there. */
  readonly device: string;
  /** Ports of this host that the run's segments come from. */
  readonly harnessPorts: readonly HarnessPort[];
  /** Ports of the kernel under test, the one that `queue` means first. */
  readonly ports: readonly number[];
  /** Somebody must listen on the first of them, and no agent can say whether that is so. */
  readonly needsListener?: true;
}

export interface HarnessPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** What holds for a packetdrill script as a whole; see `ScriptSettings`. */
export interface Script {
  readonly init?: Command;
  readonly cleanup?: Command;
  readonly timestampTickNs?: Ns;
  readonly scaledEchoes: boolean;
  readonly toleratesPackets: boolean;
  readonly interpreter: string;
  readonly needsInterpreter: boolean;
  readonly gated: boolean;
}

/** A line for `/bin/sh -c`. */
export interface Command {
  readonly text: string;
  readonly place: Place;
}

export interface TimelineSysctl {
  readonly name: string;
  readonly value: string;
  readonly place: Place;
}

/** A real server, started before time zero and awaited until it listens. */
export interface ServerProcess {
  readonly command: string;
  readonly port: number;
  readonly readyWithinNs: Ns;
  readonly place: Place;
}

/** Where in the spec's text something stands; what messages show. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** The text of that line. */
  readonly text: string;
}

/** A TCP connection between the kernel under test (local) and the harness (remote). */
export interface Connection {
  readonly index: number;
  readonly name: string;
  /** `passive`: the kernel under test listens. `active`: it connects; its port is learned from its SYN. */
  readonly role: 'passive' | 'active';
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly localAddress: string;
  readonly localPort: number | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

export interface Tolerance {
  readonly earlyNs: Ns;
  readonly lateNs: Ns;
  readonly percent: number;
  /** See `ToleranceText`. */
  readonly distance: 'actual' | 'scripted';
  /** How late the harness may be at least with an action of its own, where it may be later than the kernel. */
  readonly harnessNs?: Ns;
}

export interface TimelineStep {
  readonly index: number;
  readonly place: Place;
  readonly label: string;
  /** Index into `connections`. */
  readonly connection?: number;
  readonly when: When;
  readonly tolerance: Tolerance;
  /** The kernels on which the step counts; see `forKernel`. Absent: all kernels. */
  readonly kernel?: readonly KernelBound[];
  readonly action: TimelineAction;
}

/** As a spec's actions, with packets resolved for the IP version and members' connections looked up. */
export type TimelineAction =
  | { readonly kind: 'inject'; readonly packet: PacketPattern }
  | {
      readonly kind: 'expect';
      readonly packet: PacketPattern;
      readonly optional: boolean;
      readonly joined: boolean;
    }
  | {
      readonly kind: 'group';
      readonly members: readonly TimelineMember[];
      readonly exclusive: boolean;
      readonly durationNs?: Ns;
    }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'code'; readonly code: CodeBlock }
  | Exclude<StepAction, { readonly kind: 'inject' | 'expect' | 'group' | 'command' | 'code' }>;

export interface TimelineMember {
  readonly place: Place;
  readonly label: string;
  readonly connection: number;
  readonly packet: PacketPattern;
}
