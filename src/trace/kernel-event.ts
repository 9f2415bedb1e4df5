/**
 * What the kernel itself tells of a run: which packet it dropped and why, how sockets changed their state, who reset whom.
 * Its sources are the tracepoints of skb, sock and tcp; what each holds differs between kernels.
 */
import type { Ns } from '../base/nanoseconds';

export type KernelEvent =
  /** skb:kfree_skb. */
  | {
      readonly kind: 'drop';
      readonly atNs: Ns;
      /** As in enum skb_drop_reason, without its prefix; absent before Linux 5.17. */
      readonly reason?: string;
      /** The kernel function that dropped it. */
      readonly function?: string;
      /** The injected packet that it befell: when the harness began to send it. Absent for one of the kernel's own. */
      readonly injectedNs?: Ns;
    }
  /** skb:consume_skb of an injected packet: the kernel is done with it, and says nothing of a drop. */
  | { readonly kind: 'consumed'; readonly atNs: Ns; readonly function?: string; readonly injectedNs: Ns }
  /** sock:inet_sock_set_state. */
  | {
      readonly kind: 'state';
      readonly atNs: Ns;
      readonly socket: SocketNumber;
      readonly flow: EventFlow;
      readonly from: string;
      readonly to: string;
    }
  /** tcp:tcp_send_reset (by the kernel), tcp:tcp_receive_reset (by the peer). */
  | {
      readonly kind: 'reset';
      readonly atNs: Ns;
      readonly by: ResetSide;
      /** Absent where none had to do with it: a segment to a closed port. */
      readonly socket?: SocketNumber;
      /** The injected packet that is answered so, or that was the reset; as in `drop`. */
      readonly injectedNs?: Ns;
      readonly flow: EventFlow;
      /** As in enum sk_rst_reason, without its prefix; absent before Linux 6.10, and for resets of the peer. */
      readonly reason?: string;
    }
  /** tcp:tcp_retransmit_skb, tcp:tcp_retransmit_synack. */
  | {
      readonly kind: 'retransmit';
      readonly atNs: Ns;
      readonly what: 'segment' | 'synack';
      readonly socket: SocketNumber;
      readonly flow: EventFlow;
    }
  /** tcp:tcp_bad_csum. */
  | { readonly kind: 'bad-checksum'; readonly atNs: Ns; readonly flow: EventFlow }
  /** tcp:tcp_cong_state_set. */
  | {
      readonly kind: 'congestion';
      readonly atNs: Ns;
      readonly socket: SocketNumber;
      readonly flow: EventFlow;
      /** As in enum tcp_ca_state: `Open`, `Loss`. */
      readonly state: string;
    };

export type ResetSide = 'kernel' | 'peer';

/** Sockets of a run in the order in which the kernel spoke of them. */
export type SocketNumber = number;

/** Addresses as canonical text, IPv4-mapped ones as IPv4. A port that is not known yet is 0. */
export interface EventFlow {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** What a kernel and the rights of the user allow to be recorded. */
export type EventPart = 'drops' | 'drop reasons' | 'states' | 'resets' | 'reset reasons';

export interface EventSupport {
  readonly available: readonly EventPart[];
  /** What is not there, and why, one line each. */
  readonly missing: readonly string[];
}
