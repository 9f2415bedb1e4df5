/** What runs timelines: the port to it, and the one that is a process of this machine, as seen from the main process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { formatDuration, NS_PER_MS } from '../base/nanoseconds';
import type { Timeline } from '../timeline/timeline';
import type { HostTrouble, Trace } from '../trace/trace';
import { sleeperCount } from '../exec/demands';
import { longestDurationNs } from './bounds';
import type { FromExecutor, ToExecutor } from './protocol';

/** Runs timelines, one at a time, wherever that may be. */
export interface Executor {
  /** Whether handing it a run is worth it: one that cannot run anything on this host says why. */
  readonly usable: boolean;
  /** Whether it can take a run. */
  readonly alive: boolean;
  /** How many threads for sleeping calls its runs have had it make. It keeps them, and making one takes long. */
  readonly sleepers: number;
  /** Runs one timeline; never rejects. Takes one at a time. */
  run(timeline: Timeline): Promise<Outcome>;
  /** Ends it and everything that it started, now. */
  kill(): void;
  /** Lets it end by itself, once nothing is left to be closed. */
  release(): void;
}

/** What came of handing a timeline to an executor. */
export type Outcome =
  | { readonly kind: 'trace'; readonly trace: Trace }
  | { readonly kind: 'trouble'; readonly trouble: HostTrouble }
  /** A defect of the harness, with its stack. */
  | { readonly kind: 'crash'; readonly stack: string };

const STDERR_KEPT = 4096;
/** Timers of Node take no more: 24 days. A longer one goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * An executor: started at once, used again and again until it dies.
 * The process ends by itself when its parent dies (see the host's `dieWithParent`).
 */
export class ExecutorProcess implements Executor {
  readonly #child: ChildProcess;
  #sleepers = 0;
  #unfit: HostTrouble | undefined;
  #gone: HostTrouble | undefined;
  #stderr = '';
  /** How the process ended, once it has. */
  #end: string | undefined;
  #pending: ((outcome: Outcome) => void) | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  /** @param command program and arguments of the executor process */
  constructor(command: readonly string[]) {
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' });
    this.#child.on('message', (message) => this.#onMessage(message as FromExecutor));
    this.#child.on('error', (error) => this.#onGone(error.message));
    // Its last words may still be in the channel when it has ended: they come before 'disconnect'.
    this.#child.on('exit', (code, signal) => {
      this.#end = signal === null ? `exit status ${code ?? 'unknown'}` : `signal ${signal}`;
      if (!this.#child.connected) this.#onGone(this.#end);
    });
    this.#child.on('disconnect', () => {
      if (this.#end !== undefined) this.#onGone(this.#end);
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
  }

  get usable(): boolean {
    return this.alive || this.#unfit !== undefined;
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  get sleepers(): number {
    return this.#sleepers;
  }

  run(timeline: Timeline): Promise<Outcome> {
    return new Promise((resolve) => {
      const trouble = this.#unfit ?? this.#gone;
      if (trouble !== undefined) {
        resolve({ kind: 'trouble', trouble });
        return;
      }
      this.#pending = resolve;
      this.#sleepers = Math.max(this.#sleepers, sleeperCount(timeline));
      const limitNs = longestDurationNs(timeline);
      this.#watchdog = setTimeout(() => this.#giveUp(limitNs), Math.min(limitNs / NS_PER_MS, LONGEST_TIMER_MS));
      const message: ToExecutor = { kind: 'run', timeline };
      // A process that cannot be reached is about to end: what it said last is worth more than this error.
      this.#child.send(message, () => undefined);
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  release(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #onMessage(message: FromExecutor): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'unfit':
        this.#unfit = message.trouble;
        this.#settle({ kind: 'trouble', trouble: message.trouble });
        return;
      case 'finished':
        this.#settle({ kind: 'trace', trace: message.trace });
        return;
      case 'crashed':
        this.#settle({ kind: 'crash', stack: message.stack });
    }
  }

  #onGone(how: string): void {
    const said = this.#stderr.trim();
    this.#gone ??= {
      code: 'executor-died',
      message: `the executor process ended (${how})${said === '' ? '' : `; it said: ${said}`}`,
    };
    this.#settle({ kind: 'trouble', trouble: this.#gone });
  }

  #giveUp(limitNs: number): void {
    this.#gone = {
      code: 'executor-died',
      message: `the run had not ended after ${formatDuration(limitNs)}, and was killed`,
    };
    this.kill();
  }

  #settle(outcome: Outcome): void {
    clearTimeout(this.#watchdog);
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.(outcome);
  }
}
