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

/** What stays outside of a process that is saved. */
export interface SavePlan {
  /** Descriptors of this process: it has these files open, and when it is restored, those that stand in their places then. */
  readonly files: readonly number[];
  /** A descriptor of the process that is saved: a socket. */
  readonly socket: number;
  /** An address in its memory, which is told again when it is restored. */
  readonly place: number;
}

/** A child of this process of which copies can be made. Its methods throw where the system refuses. */
export interface CopiedProcess {
  /** Where it keeps these bytes. */
  readonly find: (bytes: Uint8Array) => number;
  readonly copy: (plan: CopyPlan) => ProcessCopy;
  /** Fills a folder with what it was when it was copied or saved for the first time. */
  readonly save: (folder: string, plan: SavePlan) => Promise<void>;
  /** Forgets what it was. */
  readonly close: () => void;
}

export interface RestoredProcess {
  readonly process: CopiedProcess;
  readonly place: number;
}

export interface Copier {
  readonly open: (pid: number) => CopiedProcess;
  /**
   * One that was saved; `undefined` when what stands in the folder is damaged, or does not fit any more. Absent where that cannot be
   * done, so that there is no use in saving.
   * @param files in the places of those of `SavePlan`
   */
  readonly restore?: (folder: string, files: readonly number[]) => Promise<RestoredProcess | undefined>;
}
