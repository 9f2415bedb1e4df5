/**
 * The port to what copies running processes. It is told here what a guest needs of it; only Linux's ways to do it are
 * elsewhere (`host/linux/copies`).
 */
import type { GuestEnd } from './ending';

/** What a copy has that its original has not. */
export interface CopyPlan {
  /** Descriptors of this process: wherever the original has `from` open, its copy has `to`. */
  readonly files: readonly { readonly from: number; readonly to: number }[];
  /** A descriptor of the original; the copy has one end of a new pair of sockets there. */
  readonly socket: number;
  /** Bytes in the memory of the copy. */
  readonly patch: { readonly address: number; readonly bytes: Uint8Array };
}

/** A child of this process, which dies with it. */
export interface ProcessCopy {
  readonly pid: number;
  /** The other end of the pair, a descriptor of this process. */
  readonly socket: number;
  readonly end: Promise<Pick<Extract<GuestEnd, { kind: 'exited' }>, 'status' | 'signal'>>;
  /** Says that it only waits from now on. */
  readonly rest: () => void;
  /**
   * Takes it back to where it began, with another plan: it must wait for something.
   * @returns the other end of its new pair. @throws when that cannot be done; it is of no use then, and may have been killed
   */
  readonly rewind: (plan: CopyPlan) => number;
}

/** A child of this process of which copies can be made. Its methods throw where the system refuses. */
export interface CopiedProcess {
  /** Where it keeps these bytes. */
  readonly find: (bytes: Uint8Array) => number;
  readonly copy: (plan: CopyPlan) => ProcessCopy;
  /** Forgets what it was when it was copied for the first time. */
  readonly close: () => void;
}

export type OpenCopied = (pid: number) => CopiedProcess;
