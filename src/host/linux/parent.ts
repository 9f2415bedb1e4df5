/** The bond between an executor and its parent. */
import { PR_SET_PDEATHSIG, SIGKILL } from './constants';
import { libc, succeed } from './libc';

/**
 * From now on this process is killed when its parent dies, however that happens. When the parent has died before, this
 * process ends at once.
 *
 * @param parent process id, when the parent has told it; else the present parent counts
 */
export function dieWithParent(parent: number = process.ppid): void {
  succeed('prctl(PR_SET_PDEATHSIG)', libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  if (libc.getppid() !== parent) process.kill(process.pid, 'SIGKILL');
}
