/** All threads of a process, stopped at once. */
import { readdirSync } from 'node:fs';
import { present } from '../../../base/assert';
import { HostError } from '../../host';
import { pause } from '../libc';
import { StoppedThread } from './stopped-thread';

/** Each is in a system call. */
export interface StoppedThreads {
  /** The one that the process began with. */
  readonly main: StoppedThread;
  readonly others: readonly StoppedThread[];
  readonly goOn: () => void;
}

/** A process that waits is at work for a moment now and then. */
const ATTEMPTS = 50;
const BETWEEN_NS = 1_000_000;

/** @throws HostError `system-call` */
export function stopAllThreads(pid: number): StoppedThreads {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stopped = stopOnce(pid);
    if ([stopped.main, ...stopped.others].every(({ isInCall }) => isInCall)) return stopped;
    stopped.goOn();
    pause(BETWEEN_NS);
  }
  throw new HostError('system-call', `process ${pid} never waits`);
}

function stopOnce(pid: number): StoppedThreads {
  const stopped: StoppedThread[] = [];
  const goOn = (): void => {
    for (const thread of stopped) thread.goOn();
  };
  try {
    // Those that are made meanwhile are in the next list; a stopped thread makes none.
    for (let left = threadsOf(pid); left.length > 0; ) {
      for (const tid of left) stopped.push(StoppedThread.stop(tid));
      left = threadsOf(pid).filter((tid) => stopped.every((thread) => thread.tid !== tid));
    }
  } catch (error) {
    goOn();
    throw error;
  }
  const [main, ...others] = stopped;
  return { main: present(main, 'the first thread'), others, goOn };
}

/** The first thread first, whose id is that of the process. */
function threadsOf(pid: number): readonly number[] {
  const tids = readdirSync(`/proc/${pid}/task`).map(Number);
  return tids.sort((left, right) => Number(right === pid) - Number(left === pid));
}
