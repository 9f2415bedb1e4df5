/**
 * The real host: the kernel of this machine, each run in a network namespace of its own, with one link to the harness.
 *
 * Opening one moves nothing; the first run moves the main thread of the process into a private network for good, so a
 * host belongs into an executor process. Nothing outside of the private networks changes, and nothing is left when
 * the process is killed, provided that it has a guardian (see `guardian.ts`).
 * Deliberately absent: processes, specs.
 */
import { stat } from 'node:fs';
import { machine, release } from 'node:os';
import type { Ns } from '../../base/nanoseconds';
import type { ClockKind } from '../../trace/trace';
import type { Network } from '../../timeline/timeline';
import type { Host, HostFacts, Run } from '../host';
import { BlockingThreads } from './blocking-threads';
import { KernelEventSource } from './events/kernel-events';
import { Guardian } from './guardian';
import { tickNs } from './clock';
import { LinuxRun } from './linux-run';
import { isOnPath } from './path';
import { isRootless } from './rights';
import { listSysctls, Sysctls } from './sysctl';

export interface LinuxHostOptions {
  /** The script of the blocking thread: one that calls `runBlockingWorker`. Without it no call may block. */
  readonly blockingWorkerPath?: string;
  /** What ends the connections of a killed process: a command that calls `destroyHeldSockets`. */
  readonly guardianCommand?: readonly string[];
  /** How the clock of this machine goes; real when absent. */
  readonly time?: ClockKind;
}

/** A host that can open runs before they are wanted. */
export interface PreparingHost extends Host {
  /**
   * Opens a run for the next one who asks for this network, which then costs nothing any more. Does nothing where there is one.
   * @throws HostError
   */
  prepareRun(network: Network): void;
}

export function openLinuxHost(options: LinuxHostOptions = {}): PreparingHost {
  return new LinuxHost(options);
}

class LinuxHost implements PreparingHost {
  readonly facts: HostFacts;
  readonly #threads: BlockingThreads;
  readonly #guardian: Guardian | undefined;
  readonly #events = new KernelEventSource();
  /** Read before the first run moves the thread away. */
  readonly #sysctls = new Sysctls(listSysctls());
  readonly #prepared = new Map<string, LinuxRun>();

  constructor({ blockingWorkerPath, guardianCommand, time = 'real' }: LinuxHostOptions) {
    this.facts = { kernel: release(), architecture: machine(), rootless: isRootless(), tickNs: tickNs(), time };
    startPoolThreads();
    this.#threads = new BlockingThreads(blockingWorkerPath);
    this.#guardian = guardianCommand === undefined ? undefined : new Guardian(guardianCommand);
  }

  timeOfDay(): string {
    return new Date().toISOString();
  }

  steadyNs(): Ns {
    return Number(process.hrtime.bigint());
  }

  hasCommand(name: string): boolean {
    return isOnPath(name);
  }

  prepareRun(network: Network): void {
    if (this.#prepared.has(keyOf(network))) return;
    const run = this.#makeRun(network);
    run.suspend();
    this.#prepared.set(keyOf(network), run);
  }

  openRun(network: Network): Run {
    const prepared = this.#prepared.get(keyOf(network));
    if (prepared === undefined) return this.#makeRun(network);
    this.#prepared.delete(keyOf(network));
    prepared.resume();
    return prepared;
  }

  #makeRun(network: Network): LinuxRun {
    return new LinuxRun({
      network,
      threads: this.#threads,
      sysctls: this.#sysctls,
      guardian: this.#guardian,
      events: this.#events,
      time: this.facts.time,
    });
  }
}

/** Two networks with the same settings have the same. */
function keyOf(network: Network): string {
  return JSON.stringify(Object.entries(network).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Node starts its pool at the first asynchronous call. Born within a run, the threads would keep its network alive. */
function startPoolThreads(): void {
  stat('/', () => {});
}
