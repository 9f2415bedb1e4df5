/** How an executor process is started. */
import { mayOpenRuns } from './rights';

/**
 * Room for young objects, so that collecting them stops the timed part less often: with it the p99 of injection
 * lateness was 42, 142 and 29 us, without it 672, 233 and 109 us (alternating runs on a loaded machine).
 */
const NODE_OPTIONS = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

/**
 * The command of an executor. An ordinary user's runs inside a user namespace of its own, where it is root. The tool
 * that makes the namespace turns into the executor, so the process and its channel to the parent are the same.
 *
 * @param script what Node is to run
 */
export function executorCommand(script: string): readonly string[] {
  return [...rightsPrefix(), ...nodeCommand(script)];
}

/** The same, with the rights and the network of this process. */
export function nodeCommand(script: string): readonly string[] {
  return [process.execPath, ...NODE_OPTIONS, script];
}

/** What a program that opens private networks is started by: nothing as root. */
export function rightsPrefix(): readonly string[] {
  return mayOpenRuns() ? [] : ['unshare', '--user', '--map-root-user', '--'];
}
