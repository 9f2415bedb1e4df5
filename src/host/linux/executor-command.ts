/** How an executor process is started. */
import { mayOpenRuns } from './rights';

/**
 * The command of an executor. An ordinary user's runs inside a user namespace of its own, where it is root. The tool
 * that makes the namespace turns into the executor, so the process and its channel to the parent are the same.
 *
 * @param script what Node is to run
 */
export function executorCommand(script: string): readonly string[] {
  const node = [process.execPath, script];
  return mayOpenRuns() ? node : ['unshare', '--user', '--map-root-user', '--', ...node];
}
