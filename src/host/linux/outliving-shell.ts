/**
 * A shell that outlives this process: it has a session of its own, reads lines from a pipe whose only other end is this
 * process's, and does what is to be done at their end, however that comes about.
 */
import { spawn } from 'node:child_process';
import { NS_PER_MS } from '../../base/nanoseconds';
import { F_SETFL, O_CLOEXEC, O_NONBLOCK, SYSTEM_CALLS, WNOHANG } from './constants';
import { libc, pause, succeed } from './libc';

const POLL_MS = 0.2;

export class OutlivingShell {
  /** The write end of the pipe; undefined once it is closed. */
  #pipe: number | undefined;
  readonly #pid: number | undefined;

  /**
   * Starts the shell, in the network that the calling thread is in.
   * @throws HostError `system-call`
   */
  constructor(script: string, args: readonly string[]) {
    const ends = new Int32Array(2);
    succeed('pipe2', libc.pipe2(ends, O_CLOEXEC));
    const [readEnd = -1, writeEnd = -1] = ends;
    this.#pipe = writeEnd;
    try {
      // A shell that is stopped must not stop a run.
      libc.syscall(SYSTEM_CALLS.fcntl, writeEnd, F_SETFL, O_NONBLOCK, 0, 0, 0);
      const stdio = [readEnd, 'ignore', 'ignore'] as const;
      const child = spawn('/bin/sh', ['-c', script, 'sh', ...args], { stdio: [...stdio], detached: true });
      child.once('error', () => {});
      child.unref();
      this.#pid = child.pid;
    } finally {
      libc.close(readEnd);
    }
  }

  /** @returns whether somebody can read it */
  say(line: string): boolean {
    if (this.#pipe === undefined) return false;
    const bytes = Buffer.from(`${line}\n`);
    return libc.write(this.#pipe, bytes, bytes.length) === bytes.length;
  }

  /**
   * Ends its input, and waits for its end: who adopts it afterwards may not clear it away, as in many containers.
   * @returns whether it has ended in time
   */
  dismiss(withinMs: number): boolean {
    if (this.#pipe === undefined || this.#pid === undefined) return true;
    libc.close(this.#pipe);
    this.#pipe = undefined;
    for (let waitedMs = 0; waitedMs < withinMs; waitedMs += POLL_MS) {
      if (libc.waitpid(this.#pid, null, WNOHANG) !== 0) return true;
      pause(POLL_MS * NS_PER_MS);
    }
    return false;
  }
}
