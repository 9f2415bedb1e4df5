/** One QEMU as a process, whichever way it came to be. It dies with this process, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { ProcessCopy } from './copier';
import type { GuestEnd } from './ending';

export interface RunningQemu {
  readonly pid: number | undefined;
  readonly isRunning: boolean;
  readonly end: Promise<GuestEnd>;
  /** Where QMP is spoken. */
  readonly monitor: Socket;
  readonly kill: () => void;
  /** Is done with it. @param hasStopped whether it is fit for another guest; else it ends */
  readonly leave: (hasStopped: boolean) => Promise<void>;
}

/** Descriptors of a QEMU: its monitor, and the first of the files that it is handed. */
export const QMP_FD = 3;
export const FIRST_FILE_FD = 4;
/** `setpriv` turns into QEMU, which the kernel then kills when this process dies. */
const LAUNCHER = ['setpriv', '--pdeathsig', 'KILL'] as const;
/**
 * Memory that is freed is not given back to the kernel (mallopt(3)): a copy that has given an area back cannot be taken back, and
 * of one that has given back a page, and then read zeros there, it cannot be told. The second is the largest that is allowed.
 */
export const ENVIRONMENT = {
  MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
  MALLOC_MMAP_THRESHOLD_: String(2 ** 25),
} as const;

/** A QEMU that was started. */
export class SpawnedQemu implements RunningQemu {
  readonly end: Promise<GuestEnd>;
  readonly monitor: Socket;
  readonly #child: ChildProcess;

  /**
   * @param command the program and its arguments
   * @param errors where it complains
   * @param files open from `FIRST_FILE_FD` on
   */
  constructor(command: readonly string[], errors: number, files: readonly number[]) {
    const [program, ...launcherArgs] = LAUNCHER;
    this.#child = spawn(program, [...launcherArgs, ...command], {
      stdio: ['ignore', 'ignore', errors, 'pipe', ...files],
      env: { ...process.env, ...ENVIRONMENT },
    });
    this.end = new Promise((resolve) => {
      this.#child.once('exit', (status, signal) => resolve({ kind: 'exited', status, signal }));
      this.#child.once('error', (error) => resolve({ kind: 'not-started', error }));
    });
    this.monitor = this.#child.stdio[QMP_FD] as Socket;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async leave(): Promise<void> {
    this.kill();
    await this.end;
  }
}

/** A QEMU that was copied from one that ran, for one guest; the process may have had others. */
export class CopiedQemu implements RunningQemu {
  readonly pid: number;
  readonly end: Promise<GuestEnd>;
  readonly monitor: Socket;
  readonly #keep: (monitor: Socket) => void;
  #hasEnded = false;

  /**
   * @param socket where its monitor is
   * @param keep takes the process for other guests; were the monitor closed now, it would notice
   */
  constructor({ pid, end }: ProcessCopy, socket: number, keep: (monitor: Socket) => void) {
    this.pid = pid;
    this.monitor = new Socket({ fd: socket });
    this.#keep = keep;
    this.end = end.then(({ status, signal }) => {
      this.#hasEnded = true;
      return { kind: 'exited', status, signal };
    });
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  kill(): void {
    if (this.isRunning) process.kill(this.pid, 'SIGKILL');
  }

  async leave(hasStopped: boolean): Promise<void> {
    if (hasStopped && this.isRunning) {
      this.#keep(this.monitor);
      return;
    }
    this.kill();
    await this.end;
  }
}
