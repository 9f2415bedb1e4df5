/**
 * A real server in the private network: a shell command with everything it starts.
 *
 * It runs in a process namespace of its own, where the shell is process 1. When that is killed, the kernel kills all
 * others in there; and it is killed when this process dies, however that happens. What the server prints goes into a
 * file in memory, because nobody reads a pipe during the timed part.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fstatSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ns } from '../../base/nanoseconds';
import { formatDuration, NS_PER_MS } from '../../base/nanoseconds';
import type { SocketEntry } from '../../trace/trace';
import { HostError } from '../host';
import { MFD_CLOEXEC } from './constants';
import { libc, succeed } from './libc';
import { isOnPath } from './path';
import { readText } from './rights';
import type { RunVariables } from './run-variables';

const OUTPUT_KEPT_BYTES = 4096;
/**
 * How often to look: at first often, since most servers are soon there. Each look has the kernel walk its whole table of
 * connections, and with many servers starting at once that takes the time from them.
 */
const FIRST_POLL_MS = 3;
const POLL_GROWTH = 1.5;
const LONGEST_POLL_MS = 50;
const KILLED_WITHIN_MS = 2_000;

/** `setpriv` has `unshare` killed with this process, and `unshare` has the shell killed with itself. */
const CAGE = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child=KILL'] as const;

type Ending =
  | { readonly kind: 'exited'; readonly status: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'not-started'; readonly error: Error };

export class ServerProcess {
  readonly #command: string;
  readonly #output: number;
  readonly #child: ChildProcess;
  readonly #hasCage = isOnPath(CAGE[0]) && isOnPath(CAGE[3]);
  readonly #end: Promise<void>;
  #ending: Ending | undefined;

  /** Starts it in the network that the calling thread is in. */
  constructor(command: string, variables: RunVariables | Readonly<Record<string, never>> = {}) {
    this.#command = command;
    this.#output = succeed('memfd_create', libc.memfdCreate('server-output', MFD_CLOEXEC));
    // A minimal system without these tools, such as a VM that is thrown away afterwards, does without the cage.
    const [program = '', ...args] = [...(this.#hasCage ? CAGE : []), '/bin/sh', '-c', command];
    this.#child = spawn(program, args, {
      env: { ...process.env, ...variables },
      stdio: ['ignore', this.#output, this.#output],
      detached: !this.#hasCage,
    });
    this.#end = new Promise((resolve) => {
      this.#child.once('exit', (status, signal) => {
        this.#ending = { kind: 'exited', status, signal };
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#ending ??= { kind: 'not-started', error };
        resolve();
      });
    });
  }

  /**
   * Returns once a socket listens on the port, on any address.
   * @param sockets all sockets of the network
   * @throws HostError `server-exited` or `server-not-listening`
   */
  async awaitListening(port: number, withinNs: Ns, sockets: () => readonly SocketEntry[]): Promise<void> {
    const deadline = performance.now() + withinNs / NS_PER_MS;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * POLL_GROWTH, LONGEST_POLL_MS)) {
      if (this.#ending !== undefined) throw this.#exited(this.#ending);
      if (sockets().some(({ state, localPort }) => state === 'LISTEN' && localPort === port)) return;
      if (performance.now() >= deadline) throw this.#notListening(port, withinNs, sockets());
      await Promise.race([sleep(Math.min(pollMs, Math.max(deadline - performance.now(), 1))), this.#end]);
    }
  }

  /** Whether the process that was started still runs. Does not need the event loop. */
  get isAlive(): boolean {
    if (this.#ending !== undefined) return false;
    const stat = readText(`/proc/${this.#child.pid ?? 0}/stat`);
    // `1234 (name) Z ...`: it has ended, and nobody has asked how.
    return stat !== undefined && stat[stat.lastIndexOf(')') + 2] !== 'Z';
  }

  /** @throws HostError `server-exited` when it has ended since it listened */
  checkAlive(): void {
    if (this.isAlive) return;
    const message = `the server \`${this.#command}\` ended during the run${this.#printed()}`;
    throw new HostError('server-exited', message, 'the command must stay in the foreground');
  }

  /** Kills it with everything it has started. Never rejects. */
  async kill(): Promise<void> {
    if (this.#ending === undefined) {
      this.#signal();
      await Promise.race([this.#end, sleep(KILLED_WITHIN_MS, undefined, { ref: false })]);
    }
    libc.close(this.#output);
  }

  #signal(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    // `unshare` waits for process 1 of the namespace, and that is gone only when all others are.
    const first = readText(`/proc/${pid}/task/${pid}/children`)?.trim().split(' ')[0];
    try {
      if (!this.#hasCage) process.kill(-pid, 'SIGKILL');
      else if (first !== undefined && first !== '') process.kill(Number(first), 'SIGKILL');
      else this.#child.kill('SIGKILL');
    } catch {
      // It ended by itself in this very moment.
    }
  }

  #exited(ending: Ending): HostError {
    const how =
      ending.kind === 'not-started'
        ? `could not be started: ${ending.error.message}`
        : ending.signal === null
          ? `ended with status ${String(ending.status)} before it listened`
          : `was ended by ${ending.signal} before it listened`;
    const hint = 'the command must stay in the foreground';
    return new HostError('server-exited', `the server \`${this.#command}\` ${how}${this.#printed()}`, hint);
  }

  #notListening(port: number, withinNs: Ns, sockets: readonly SocketEntry[]): HostError {
    const listeners = sockets.filter(({ state }) => state === 'LISTEN');
    const where = listeners.map(({ localAddress, localPort }) => `${localAddress} port ${localPort}`);
    return new HostError(
      'server-not-listening',
      `the server \`${this.#command}\` did not listen on port ${port} within ${formatDuration(withinNs)}${this.#printed()}`,
      where.length === 0 ? 'nothing listens at all' : `what listens: ${where.join(', ')}`,
    );
  }

  /** The end of what it printed, as a part of a message. */
  #printed(): string {
    const size = fstatSync(this.#output).size;
    const tail = Buffer.alloc(Math.min(size, OUTPUT_KEPT_BYTES));
    readSync(this.#output, tail, 0, tail.length, size - tail.length);
    const text = tail.toString().trim();
    return text === '' ? '; it printed nothing' : `; it printed:\n${text}`;
  }
}
