/**
 * The wire: what packets mean, for any bytes whatever.
 *
 * Decoding is total and lossless: every byte string decodes to a `Packet`, and `encodePacket(decodePacket(bytes))`
 * gives the same bytes. Nothing here judges: SYN+FIN, a data offset of 3 and a wrong checksum are values like others.
 * Numbers are those of the wire (live sequence numbers, raw 16-bit windows). Addresses are canonical text
 * (dotted quad; RFC 5952).
 *
 * Deliberately absent: script sequence numbers (the `match` folder maps them), sockets, time.
 */
export type IpVersion = 4 | 6;

/** One IP packet as decoded. `opaque` is what has no readable IP header. */
export type Packet = Ipv4Packet | Ipv6Packet | OpaquePacket;

export interface Ipv4Packet {
  readonly kind: 'ipv4';
  readonly header: Ipv4Header;
  readonly payload: IpPayload;
  /** Bytes behind the header's total length (a wrong length leaves some). */
  readonly trailer: Uint8Array;
}

export interface Ipv6Packet {
  readonly kind: 'ipv6';
  readonly header: Ipv6Header;
  readonly payload: IpPayload;
  /** Bytes behind the header's payload length. */
  readonly trailer: Uint8Array;
}

export interface OpaquePacket {
  readonly kind: 'opaque';
  readonly bytes: Uint8Array;
}

/** RFC 791. All values as they stand on the wire. */
export interface Ipv4Header {
  readonly version: number;
  /** Header length in 32-bit words. */
  readonly ihl: number;
  /** DSCP and ECN: the whole byte. */
  readonly tos: number;
  readonly totalLength: number;
  readonly id: number;
  /** Three bits: reserved (4), DF (2), MF (1). */
  readonly flags: number;
  /** In units of eight bytes. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly source: string;
  readonly target: string;
  /** Raw IP options, to the end of the header. */
  readonly options: Uint8Array;
}

/** RFC 8200. Extension headers are not taken apart: they are part of an opaque payload. */
export interface Ipv6Header {
  readonly version: number;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: string;
  readonly target: string;
}

/** What stands behind an IP header. Who asks for ports or segments goes through `innermost` in `layers.ts`. */
export type IpPayload = Transport | Layer;

/** A header that carries packets: IP itself, and what tunnels put between two IP headers. */
export type Layer = Ipv4Packet | Ipv6Packet | GrePacket | MplsPacket;

export type Transport = TcpSegment | UdpDatagram | IcmpMessage | OpaqueTransport;

/** Generic Routing Encapsulation, version 0 without routing: RFC 2784 and RFC 2890. */
export interface GrePacket {
  readonly kind: 'gre';
  readonly header: GreHeader;
  readonly payload: Ipv4Packet | Ipv6Packet | MplsPacket | OpaquePacket;
}

/** All values as they stand on the wire; a field whose bit in `flags` is not set is absent. */
export interface GreHeader {
  /** The first 16 bits, version included; see `GRE_FLAG`. */
  readonly flags: number;
  /** EtherType of the payload. */
  readonly protocol: number;
  readonly checksum?: number;
  /** The 16 bits behind the checksum: reserved in RFC 2784, the routing offset of RFC 1701. */
  readonly offset?: number;
  readonly key?: number;
  readonly sequence?: number;
}

/** Bits of GRE's first 16. */
export const GRE_FLAG = {
  CHECKSUM: 0x8000,
  ROUTING: 0x4000,
  KEY: 0x2000,
  SEQUENCE: 0x1000,
  VERSION: 0x0007,
} as const;

/** A label stack and what is under it: RFC 3032. */
export interface MplsPacket {
  readonly kind: 'mpls';
  /** At least one; the last one is the bottom of the stack. */
  readonly labels: readonly MplsLabel[];
  readonly payload: Packet;
}

export interface MplsLabel {
  /** 20 bits. */
  readonly label: number;
  /** Three bits (RFC 5462). */
  readonly trafficClass: number;
  /** Whether the entry says that it is the last one. */
  readonly bottom: boolean;
  readonly ttl: number;
}

/** A payload that is no known transport, or too short for its header. */
export interface OpaqueTransport {
  readonly kind: 'opaque';
  /** Protocol number (IPv4) or next header (IPv6) that stood in front of it. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

/** RFC 9293 section 3.1. */
export interface TcpSegment {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly seq: number;
  /** The acknowledgment field as it stands, also when the ACK flag is not set. */
  readonly ack: number;
  /** Header length in 32-bit words, as written: it may lie. Below 5 or past the end, `options` is empty. */
  readonly dataOffset: number;
  /** All twelve bits behind the data offset; see `TCP_FLAG`. */
  readonly flags: number;
  /** Not scaled. */
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
  readonly payload: Uint8Array;
}

/** Bits of the TCP flags field. AE is RFC 9768's name for what RFC 3540 called NS. */
export const TCP_FLAG = {
  FIN: 0x001,
  SYN: 0x002,
  RST: 0x004,
  PSH: 0x008,
  ACK: 0x010,
  URG: 0x020,
  ECE: 0x040,
  CWR: 0x080,
  AE: 0x100,
  RESERVED: 0xe00,
} as const;

/**
 * One TCP option, in wire order. `unknown` is a kind that packetspec does not know, or a known kind with a length of
 * its own; `malformed` is the rest of the option area from the first length that makes no sense; `eol` carries what
 * stands behind it in the option area.
 */
export type TcpOption =
  | { readonly kind: 'eol'; readonly padding: Uint8Array }
  | { readonly kind: 'nop' }
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly shift: number }
  | { readonly kind: 'sackOK' }
  | { readonly kind: 'sack'; readonly blocks: readonly SackBlock[] }
  | { readonly kind: 'timestamp'; readonly val: number; readonly ecr: number }
  | { readonly kind: 'fastopen'; readonly cookie: Uint8Array }
  | { readonly kind: 'fastopen-exp'; readonly cookie: Uint8Array }
  | { readonly kind: 'md5'; readonly digest: Uint8Array }
  | { readonly kind: 'accecn'; readonly order: 0 | 1; readonly counters: readonly number[] }
  | { readonly kind: 'unknown'; readonly number: number; readonly data: Uint8Array }
  | { readonly kind: 'malformed'; readonly bytes: Uint8Array };

/** RFC 2018: `left` is the first byte of the block, `right` the one behind its last. */
export interface SackBlock {
  readonly left: number;
  readonly right: number;
}

/** RFC 768. */
export interface UdpDatagram {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly length: number;
  readonly checksum: number;
  readonly payload: Uint8Array;
}

/** RFC 792 and RFC 4443: the fixed eight bytes, and what follows. */
export interface IcmpMessage {
  readonly kind: 'icmp';
  /** 4 for ICMP, 6 for ICMPv6. */
  readonly version: IpVersion;
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  /** Bytes 4 to 7: MTU, identifier and sequence, or unused. */
  readonly rest: number;
  /** For errors: the head of the packet that caused it. */
  readonly payload: Uint8Array;
}
