/** How children of this process end that Node has not started. */
import { WNOHANG } from '../constants';
import { libc } from '../libc';
import { type ChildEnd, endOf } from '../wait-status';

const waiting = new Map<number, (end: ChildEnd) => void>();

/** To be called before the child can end. */
export function childEnd(pid: number): Promise<ChildEnd> {
  if (waiting.size === 0) process.on('SIGCHLD', reap);
  return new Promise((resolve) => waiting.set(pid, resolve));
}

/** One signal may stand for several children. */
function reap(): void {
  const status = new Int32Array(1);
  for (const [pid, resolve] of waiting) {
    if (libc.waitpid(pid, status, WNOHANG) !== pid) continue;
    waiting.delete(pid);
    resolve(endOf(status[0] ?? 0));
  }
  if (waiting.size === 0) process.off('SIGCHLD', reap);
}
