/**
 * The link between the harness and the kernel under test, by any of its kinds: how packets get in, and where both
 * directions are seen. Why there are several: docs/decisions/0013-raw-link.md.
 */

import type { PacketBatch } from './packet-batch';

/** Interfaces by their indices: those of the kernel under test, or the one that leads to it from this host. */
export interface Tap {
  /** Whose devices they are. */
  readonly side: 'tested' | 'harness';
  /** Packets of the harness arrive here. */
  readonly arrivesAt: number;
  /** Packets of the kernel leave here: the device that has the local address. */
  readonly leavesBy: number;
  /** Instructions of a classic BPF program that lets through what may be the run's; absent: everything is. */
  readonly filter?: Uint8Array;
}

export interface HarnessLink extends Tap {
  /**
   * Whether what is written may be on its way when `write` returns: it goes through the kernel's backlog, which before
   * Linux 6.4 (`ksoftirqd_running` in kernel/softirq.c) may wait until this thread sleeps.
   */
  readonly deliversLater: boolean;
  /** Returns when packets get through. Call this when the device is up. @throws HostError */
  awaitReady(): void;
  /** Hands a packet to the kernel under test. @returns zero or more, or minus the errno */
  write(packet: Uint8Array): number;
  /** A way to hand over many, `FLOOD_AHEAD` at most at a time; to be closed after use. */
  openBatch(): PacketBatch;
  /** One packet of the kernel's has been seen: it need not be kept any more. */
  discardOne(): void;
  close(): void;
}
