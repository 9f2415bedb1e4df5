/**
 * Patterns: one value that crafts a packet and expects one.
 *
 * A field that is absent is filled in on sending and ignored on receiving. A field that is present is sent as it is,
 * wrong or not, and compared on receiving. Sequence numbers in a pattern are *script* numbers; whoever sends or
 * compares maps them first.
 */
import type { MplsLabel, SackBlock } from './wire';

export type PacketPattern = SegmentPattern | UdpPattern | IcmpPattern;

/** A TCP segment, as packetdrill's notation writes it. */
export interface SegmentPattern {
  readonly kind: 'tcp';
  /** Flag bits (see `TCP_FLAG`): all that `flagsMask` covers are compared exactly, so an unwritten flag must be 0. */
  readonly flags: number;
  /** Which flag bits are compared; all twelve when absent. Without effect on sending. */
  readonly flagsMask?: number;
  readonly seq?: number;
  /** Payload bytes. */
  readonly length?: number;
  readonly ack?: number;
  readonly window?: number;
  readonly urgentPointer?: number;
  readonly options?: OptionsPattern;
  /** When absent, zeros of `length` are sent, and any content is accepted. */
  readonly payload?: Uint8Array;
  /** The payload must be zeros, as packetdrill's senders make it. Without effect on sending. */
  readonly zeros?: boolean;
  readonly sourcePort?: number;
  readonly targetPort?: number;
  readonly ip?: IpPattern;
  /** The headers around the packet, outermost first; none when absent. Their number and kinds are always compared. */
  readonly encapsulation?: readonly EncapsulationPattern[];
  /** Wrong on purpose; for sending only. */
  readonly malformed?: Malformation;
}

/** The option list: exactly these, or (`open`) these first and then any others. */
export interface OptionsPattern {
  readonly list: readonly OptionPattern[];
  readonly open: boolean;
}

/** A TCP option whose absent values are free. On sending, an absent number is 0 and an absent cookie is empty. */
export type OptionPattern =
  | { readonly kind: 'eol' }
  | { readonly kind: 'nop' }
  | { readonly kind: 'mss'; readonly value?: number }
  | { readonly kind: 'wscale'; readonly shift?: number }
  | { readonly kind: 'sackOK' }
  | { readonly kind: 'sack'; readonly blocks?: readonly SackBlock[] }
  | { readonly kind: 'timestamp'; readonly val?: number; readonly ecr?: number }
  | { readonly kind: 'fastopen'; readonly cookie?: Uint8Array }
  | { readonly kind: 'fastopen-exp'; readonly cookie?: Uint8Array }
  | { readonly kind: 'md5'; readonly digest?: Uint8Array }
  | { readonly kind: 'accecn'; readonly order: 0 | 1; readonly counters: readonly number[] }
  | { readonly kind: 'unknown'; readonly number: number; readonly data?: Uint8Array };

/** Fields of the IP header that a spec may write. */
export interface IpPattern {
  /** IPv4 TTL or IPv6 hop limit. Sent as 255 when absent. */
  readonly ttl?: number;
  /** The whole byte: DSCP and ECN. */
  readonly tos?: number;
  /** ECN alone: the two low bits of the byte; `either-ect` matches ECT(0) and ECT(1). */
  readonly ecn?: 0 | 1 | 2 | 3 | 'either-ect';
  readonly flowLabel?: number;
  /**
   * As packetdrill compares flow labels: a name, not the label. The first label that is seen gets it; the same name
   * must be the same label again, and another name another label.
   */
  readonly flowLabelName?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
}

/** Deliberately wrong header fields of an injected packet: written over the computed ones. */
export interface Malformation {
  readonly ipChecksum?: number;
  readonly ipTotalLength?: number;
  readonly ipHeaderLength?: number;
  readonly tcpChecksum?: number;
  /** In 32-bit words. */
  readonly dataOffset?: number;
  readonly reservedBits?: number;
  /** Option area as raw bytes, in place of `options`. */
  readonly rawOptions?: Uint8Array;
  /** Cut the finished packet after so many bytes. */
  readonly truncateTo?: number;
}

export interface UdpPattern {
  readonly kind: 'udp';
  readonly length?: number;
  readonly payload?: Uint8Array;
  /** See `SegmentPattern`. */
  readonly zeros?: boolean;
  readonly sourcePort?: number;
  readonly targetPort?: number;
  readonly ip?: IpPattern;
  /** The headers around the packet, outermost first; none when absent. Their number and kinds are always compared. */
  readonly encapsulation?: readonly EncapsulationPattern[];
}

/** An ICMP or ICMPv6 message; numbers are those of the IP version that the run uses. */
export interface IcmpPattern {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU (RFC 1191, RFC 4443 section 3.2). */
  readonly mtu?: number;
  readonly id?: number;
  /** What stands behind the first eight bytes. When absent, errors quote the connection's segment, others nothing. */
  readonly quoted?: IcmpQuote;
  /** Nothing of `quoted` is compared but the length that it gives to the message, as packetdrill does. */
  readonly quotedByLength?: boolean;
  readonly ip?: IpPattern;
  /** The headers around the packet, outermost first; none when absent. Their number and kinds are always compared. */
  readonly encapsulation?: readonly EncapsulationPattern[];
}

/**
 * The packet that an ICMP message quotes: its IP header and eight more bytes, which the harness makes from the
 * connection. `length` is that of its payload. `raw` quotes nothing: zeros fill the message up to so many bytes.
 */
export type IcmpQuote =
  | { readonly kind: 'tcp'; readonly seq: number; readonly length: number }
  | { readonly kind: 'udp'; readonly length: number }
  | { readonly kind: 'raw'; readonly length: number };

/** One header around a packet. Absent fields are computed or 0 when sent, and not compared. */
export type EncapsulationPattern =
  | {
      readonly kind: 'ipv4' | 'ipv6';
      /** Unspecified (`0.0.0.0`, `::`) when absent. */
      readonly source?: string;
      readonly target?: string;
      readonly ip?: IpPattern;
    }
  | GrePattern
  | { readonly kind: 'mpls'; readonly labels: readonly MplsLabel[] }
  /** PSP security protocol, by script SPI. It is read, so that it can be refused by name; nothing can be sent so. */
  | { readonly kind: 'psp'; readonly spi: number };

export interface GrePattern {
  readonly kind: 'gre';
  /** See `GRE_FLAG`; says which of the other fields are there. */
  readonly flags: number;
  readonly checksum?: number;
  readonly offset?: number;
  readonly key?: number;
  readonly sequence?: number;
}
