/**
 * What the shell commands of a run leave running, without a search through all processes of the machine: once this
 * process adopts orphans (PR_SET_CHILD_SUBREAPER), whoever outlives its shell has an ancestor among its children. When
 * there are no more of them than before the first command, nothing is left.
 * Deliberately absent: killing; see `inhabitants.ts`.
 */
import { readFileSync } from 'node:fs';
import { PR_SET_CHILD_SUBREAPER, WNOHANG } from './constants';
import { libc, pause } from './libc';

/** Of the main thread, which is the one that the kernel gives orphans to. */
const CHILDREN = '/proc/thread-self/children';

const POLL_NS = 200_000;
const REAPED_WITHIN_POLLS = 100;

export class Orphans {
  readonly #before = childrenNow();

  /** To be made before the first command of a run. */
  constructor() {
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }

  /** Whether something may be left. A kernel without CONFIG_PROC_CHILDREN does not tell. */
  get mayBeThere(): boolean {
    return this.#found()?.length !== 0;
  }

  /** Clears away those that have ended, and waits a little for those that are about to: they have been killed. */
  reap(): void {
    const left = new Set(this.#found());
    for (let poll = 0; poll < REAPED_WITHIN_POLLS && left.size > 0; poll++) {
      if (poll > 0) pause(POLL_NS);
      for (const pid of left) {
        if (libc.waitpid(pid, null, WNOHANG) !== 0) left.delete(pid);
      }
    }
  }

  #found(): readonly number[] | undefined {
    const before = this.#before;
    return before && childrenNow()?.filter((pid) => !before.includes(pid));
  }
}

/** Process ids, zombies included. */
function childrenNow(): readonly number[] | undefined {
  try {
    return readFileSync(CHILDREN, 'latin1').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return undefined;
  }
}
