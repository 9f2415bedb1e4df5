/**
 * An executor on another machine: the command that leads to it, ssh as a rule, carries jobs on its standard input and
 * traces on its standard output. The machine stays as it is between runs, and several executors may share it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { messageOf } from '../base/message';
import { formatDuration, NS_PER_MS } from '../base/nanoseconds';
import { longestDurationNs } from '../suite/bounds';
import type { Executor, Outcome } from '../suite/executor';
import type { Timeline } from '../timeline/timeline';
import type { HostTrouble } from '../trace/trace';
import { encodeJob, FrameReader, type FromGuest, unpackMessage, wholeTrace } from './job';
import { collectSideFiles } from './side-files';

/** A machine that is reached by a command. */
export interface PipedMachine {
  /** What the user calls it. */
  readonly name: string;
  /** Program and arguments that start an executor there. */
  readonly command: readonly string[];
  /** What to do when it is lost. */
  readonly hint: string;
  /** Set when no executor could be started there: the runs that are left need not try it again. */
  unreachable?: HostTrouble;
}

const STDERR_KEPT = 4096;
/** Timers of Node take no more: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class PipedExecutor implements Executor {
  readonly usable = true;
  readonly sleepers = 0;
  readonly #machine: PipedMachine;
  readonly #child: ChildProcess | undefined;
  readonly #frames = new FrameReader();
  #isReady = false;
  #gone: HostTrouble | undefined;
  #unfit: HostTrouble | undefined;
  #stderr = '';
  #pending: { readonly timeline: Timeline; readonly settle: (outcome: Outcome) => void } | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(machine: PipedMachine) {
    this.#machine = machine;
    this.#gone = machine.unreachable;
    if (this.#gone !== undefined) return;
    const [program = '', ...args] = machine.command;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => this.#onGone(error.message));
    // `close`, not `exit`: its last words may still be in the pipes.
    this.#child.on('close', (status, signal) => {
      this.#onGone(signal === null ? `exit status ${String(status)}` : `signal ${signal}`);
    });
    // Its end says more than that nobody reads any longer.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (piece: Buffer) => this.#onPiece(piece));
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
  }

  get alive(): boolean {
    return this.#gone === undefined;
  }

  run(timeline: Timeline): Promise<Outcome> {
    return new Promise((settle) => {
      const trouble = this.#gone ?? this.#unfit;
      if (trouble !== undefined) {
        settle({ kind: 'trouble', trouble });
        return;
      }
      this.#pending = { timeline, settle };
      const limitNs = longestDurationNs(timeline);
      this.#watchdog = setTimeout(
        () => this.#giveUp(`the run had not ended after ${formatDuration(limitNs)}`),
        Math.min(limitNs / NS_PER_MS, LONGEST_TIMER_MS),
      );
      const workingFolder = resolve('.');
      const files = collectSideFiles(timeline, workingFolder);
      this.#child?.stdin?.write(encodeJob({ timeline, workingFolder, files }));
    });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  release(): void {
    this.#child?.stdin?.end();
  }

  #onPiece(piece: Uint8Array): void {
    try {
      for (const frame of this.#frames.take(piece)) this.#onMessage(unpackMessage(frame));
    } catch (error) {
      this.#giveUp(`what it said is no message: ${messageOf(error)}`);
    }
  }

  #onMessage(message: FromGuest): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        return;
      case 'unfit':
        this.#isReady = true;
        this.#unfit = message.trouble;
        this.#settle({ kind: 'trouble', trouble: message.trouble });
        return;
      case 'finished':
        if (this.#pending === undefined) return;
        this.#settle({ kind: 'trace', trace: wholeTrace(message.trace, this.#pending.timeline) });
        return;
      case 'crashed':
        this.#settle({ kind: 'crash', stack: message.stack });
    }
  }

  #onGone(how: string): void {
    const { name, hint } = this.#machine;
    const said = this.#stderr.trim();
    this.#gone ??= {
      code: 'machine-lost',
      message: `the connection to the executor on ${name} ended (${how})${said === '' ? '' : `; it said: ${said}`}`,
      hint,
    };
    if (!this.#isReady) this.#machine.unreachable ??= this.#gone;
    this.#settle({ kind: 'trouble', trouble: this.#gone });
  }

  #giveUp(why: string): void {
    const { name, hint } = this.#machine;
    this.#gone ??= { code: 'machine-lost', message: `the executor on ${name} was given up: ${why}`, hint };
    this.kill();
    // What it has started may hold the pipes.
    this.#settle({ kind: 'trouble', trouble: this.#gone });
  }

  #settle(outcome: Outcome): void {
    clearTimeout(this.#watchdog);
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.settle(outcome);
  }
}
