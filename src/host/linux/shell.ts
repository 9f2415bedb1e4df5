/**
 * The shell commands of a run, one after the other: each is waited for, and what it leaves running is killed when the
 * run is closed, or by the guardian when the executor was killed.
 * Deliberately absent: starting the shell; see `spawn.ts`. Servers; see `server-process.ts`.
 */
import { rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../../base/assert';
import { type Ns, NS_PER_MS, NS_PER_S } from '../../base/nanoseconds';
import type { CommandOutcome } from '../../trace/trace';
import type { ShellRequest, TimedCommand } from '../host';
import type { RunClock } from './clock';
import { MFD_CLOEXEC, POLLIN, SIGKILL, SYSTEM_CALLS, WNOHANG } from './constants';
import { killInhabitants } from './inhabitants';
import { libc, newTimespec, succeed } from './libc';
import { Orphans } from './orphans';
import { OutputTail } from './output-tail';
import { findOnPath } from './path';
import { requestsDirectly } from './one-request';
import { plainCommandsOf, setsDirectly } from './plain-commands';
import type { PlainCommand } from './plain-script';
import type { RunVariables } from './run-variables';
import { type Program, shellEnvironment, spawnProgram, type TextList } from './spawn';
import { endOf } from './wait-status';

const SHELL = '/bin/sh';

/** Without pidfd_open (before Linux 5.3) the end is looked for this often. */
const LOOK_AGAIN_NS = NS_PER_MS;
/** A killed process that sleeps uninterruptibly is left to itself. */
const REAPED_WITHIN_NS = NS_PER_S;

/** How many runs this process has made. */
let runs = 0;

export class Shells {
  readonly #clock: RunClock;
  readonly #timeout = newTimespec();
  readonly #status = new Int32Array(1);
  /** Groups of processes that have outlived their shell. */
  readonly #groups: number[] = [];
  /** Into which those may print. */
  readonly #outputs: OutputTail[] = [];
  /** Where `nstat` keeps what it has shown: each run has a file of its own, since all users of one are in one network. */
  readonly #history: string;
  readonly #variables: RunVariables;
  #environment: TextList | undefined;
  #orphans: Orphans | undefined;

  constructor(clock: RunClock, variables: RunVariables) {
    this.#clock = clock;
    this.#variables = variables;
    this.#history = join(tmpdir(), `packetspec-nstat-${process.pid}-${++runs}`);
  }

  /** @throws HostError `command-failed` when the shell could not be started */
  run(request: ShellRequest): TimedCommand {
    const plain = plainCommandsOf(request);
    if (plain !== undefined) return this.#runPlain(plain, request);
    return this.#runOne(request, { path: SHELL, words: ['sh', '-c', request.text] });
  }

  /** What a shell would do with these, without one: the status is that of the last. */
  #runPlain(commands: readonly PlainCommand[], request: ShellRequest): TimedCommand {
    const startedNs = this.#clock.now();
    let last: CommandOutcome = { status: 0, timedOut: false, output: '' };
    let printed = '';
    for (const { words, isSilent } of commands) {
      last =
        setsDirectly(words) || requestsDirectly(words)
          ? { status: 0, timedOut: false, output: '' }
          : this.#runProgram(words, request, startedNs);
      if (!isSilent) printed += last.output;
      if (last.timedOut) break;
    }
    return { startedNs, endedNs: this.#clock.now(), outcome: { ...last, output: printed } };
  }

  #runProgram(words: PlainCommand['words'], request: ShellRequest, startedNs: Ns): CommandOutcome {
    const [program] = words;
    // A path counts from the folder of the spec, in which the program begins.
    const path = program.includes('/') ? program : present(findOnPath(program), `the program ${program}`);
    const limitNs = startedNs + request.limitNs - this.#clock.now();
    return this.#runOne({ ...request, limitNs }, { path, words }).outcome;
  }

  #runOne(request: ShellRequest, program: Pick<Program, 'path' | 'words'>): TimedCommand {
    this.#environment ??= shellEnvironment({
      ...this.#variables,
      PACKETDRILL_PID: String(process.pid),
      NSTAT_HISTORY: this.#history,
    });
    this.#orphans ??= new Orphans();
    const startedNs = this.#clock.now();
    const output = new OutputTail();
    const pid = this.#start({ ...request, ...program }, request.input, output, this.#environment);
    const end = libc.syscall(SYSTEM_CALLS.pidfdOpen, pid, 0, 0, 0, 0, 0);
    const endedInTime = this.#reap(pid, end, output, startedNs + request.limitNs);
    if (!endedInTime) {
      libc.kill(-pid, SIGKILL);
      this.#reap(pid, end, output, this.#clock.now() + REAPED_WITHIN_NS);
    }
    if (end >= 0) libc.close(end);
    output.take();
    const outcome = this.#outcome(!endedInTime, output.text());
    this.#leave(pid, output);
    return { startedNs, endedNs: this.#clock.now(), outcome };
  }

  /** Kills what has outlived its shell. To be called in the network of the run. */
  close(): void {
    for (const group of this.#groups) libc.kill(-group, SIGKILL);
    if (this.#orphans?.mayBeThere === true) {
      // Those that have made a session of their own.
      killInhabitants();
      this.#orphans.reap();
    }
    if (this.#environment !== undefined) rmSync(this.#history, { force: true });
    for (const output of this.#outputs) output.close();
  }

  #start(program: Program, input: string | undefined, output: OutputTail, environment: TextList): number {
    const inputFd = input === undefined ? undefined : fileOf(input);
    try {
      return spawnProgram(program, { input: inputFd, output: output.writeEnd }, environment);
    } catch (error) {
      output.close();
      throw error;
    } finally {
      libc.close(output.writeEnd);
      if (inputFd !== undefined) libc.close(inputFd);
    }
  }

  /** Waits for the shell's end, and reads what it prints. @returns false when the time has come before */
  #reap(pid: number, end: number, output: OutputTail, untilNs: Ns): boolean {
    const entries = Int32Array.of(end, POLLIN, -1, POLLIN);
    this.#status[0] = 0;
    for (;;) {
      if (succeed('waitpid', libc.waitpid(pid, this.#status, WNOHANG)) > 0) return true;
      const restNs = untilNs - this.#clock.now();
      if (restNs <= 0) return false;
      const sleepNs = end >= 0 ? restNs : Math.min(restNs, LOOK_AGAIN_NS);
      this.#timeout[0] = Math.floor(sleepNs / NS_PER_S);
      this.#timeout[2] = sleepNs % NS_PER_S;
      entries[2] = output.readEnd;
      libc.ppoll(entries, 2, this.#timeout, null);
      output.take();
    }
  }

  #outcome(timedOut: boolean, output: string): CommandOutcome {
    const { status, signal } = endOf(this.#status[0] ?? 0);
    return signal === null ? { status, timedOut, output } : { signal, timedOut, output };
  }

  /** Notes what must be killed later. */
  #leave(group: number, output: OutputTail): void {
    if (libc.kill(-group, 0) === 0) this.#groups.push(group);
    if (output.readEnd < 0) return;
    output.leaveOpen();
    this.#outputs.push(output);
  }
}

/** A file in memory, to be read from its beginning: nobody has to feed it to the command, as a pipe. */
function fileOf(text: string): number {
  const fd = succeed('memfd_create', libc.memfdCreate('shell-input', MFD_CLOEXEC));
  const bytes = Buffer.from(text);
  // With a position, so that the descriptor's own stays at the beginning.
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
  return fd;
}
