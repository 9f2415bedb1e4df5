/** What the system calls of a run leave behind for its end: descriptors, memory that is in use, changed rights. */
import type { PreparedCall } from './calls/prepared-call';
import { SO_LINGER, SOL_SOCKET } from './constants';
import { libc } from './libc';

export class Ledger {
  /** What was opened and not closed. */
  readonly #descriptors = new Set<number>();
  readonly #memory: (readonly NodeJS.TypedArray[])[] = [];
  readonly #undo: (() => void)[] = [];

  /** Before a call is made. */
  begin({ keepsMemory, memory }: PreparedCall): void {
    if (keepsMemory === true) this.#memory.push(memory);
  }

  /** A call has returned. @param result what it returned, or minus the errno */
  end({ opens, closes, undo }: PreparedCall, result: number): void {
    if (closes !== undefined) this.#descriptors.delete(closes);
    if (result < 0) return;
    for (const fd of opens?.(result) ?? []) this.#descriptors.add(fd);
    if (undo !== undefined) this.#undo.push(undo);
  }

  /** Brings back what the calls have changed of this process, the last first. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** Closes what is open; connections are reset. */
  closeAll(): void {
    for (const fd of this.#descriptors) abandon(fd);
    this.#descriptors.clear();
    this.#memory.length = 0;
  }
}

/** Closes without waiting for anybody. */
function abandon(fd: number): void {
  libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, Int32Array.of(1, 0), 8);
  libc.close(fd);
}
