/**
 * How the harness reaches the kernel under test: a TUN device; raw sockets over a pair of Ethernet cards between two
 * networks; or raw sockets over `lo`.
 */
export const LINK_KINDS = ['tun', 'raw', 'raw-lo'] as const;

export type LinkKind = (typeof LINK_KINDS)[number];
