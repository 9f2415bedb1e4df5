/** A process that does nothing, to be made into another one. It dies with this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../../host';
import { StoppedThread } from './stopped-thread';

/** `setpriv` turns into the other. */
const COMMAND = ['setpriv', ['--pdeathsig', 'KILL', 'sleep', 'infinity']] as const;
const NAME = 'sleep';
/** It is asleep a few milliseconds after it was started. */
const LOOKS = 2000;
const BETWEEN_MS = 2;

export class IdleProcess {
  /** Its only thread, stopped in a system call. */
  readonly thread: StoppedThread;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, thread: StoppedThread) {
    if (!thread.isInCall) throw new HostError('system-call', 'a process that only sleeps is awake');
    this.#child = child;
    this.thread = thread;
  }

  /** @throws HostError `system-call` */
  static async start(): Promise<IdleProcess> {
    const [program, args] = COMMAND;
    const child = spawn(program, args, { stdio: 'ignore' });
    try {
      return new IdleProcess(child, StoppedThread.stop(await untilAsleep(child)));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

/** @returns its id. @throws HostError `system-call` */
async function untilAsleep(child: ChildProcess): Promise<number> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (let look = 0; look < LOOKS && failure === undefined && child.exitCode === null; look++) {
    if (child.pid !== undefined && isAsleep(child.pid)) return child.pid;
    await sleep(BETWEEN_MS);
  }
  throw new HostError('system-call', 'a process that only sleeps cannot be had', undefined, failure);
}

function isAsleep(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.includes(`(${NAME}) S `);
}
