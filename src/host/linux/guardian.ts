/**
 * The guardian of an executor: a small process that outlives it, to end the connections and the commands that it leaves
 * behind.
 *
 * A connection that was closed while data or its FIN was not acknowledged belongs to no process, and keeps its network
 * until the kernel gives up retransmitting, some 100 s later. So a shell holds the network of the present run open; when
 * the executor has died in it, the shell turns into a program that destroys the sockets there. Being killed closes the
 * pipe to the shell, and no signal to the executor or its group reaches the shell, which has a session of its own.
 *
 * In a run against a target, there is no network to be held: the shell holds the list of the connections there, and turns
 * into a program that ends them (`target/abandoned.ts`).
 *
 * Nothing here may fail a run. A kernel without CONFIG_INET_DIAG_DESTROY refuses, and nothing can be done about that.
 * Why it is so and not otherwise: docs/decisions/0008-left-behind.md.
 */
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { NS_PER_MS } from '../../base/nanoseconds';
import { CLONE_NEWNET } from './constants';
import { SockDiag } from './diag/sock-diag';
import { removeDeadInstances } from './events/instance';
import { killInhabitants } from './inhabitants';
import { libc, pause } from './libc';
import { OutlivingShell } from './outliving-shell';

/** The descriptor under which the shell, and what it turns into, holds what it was given. */
export const HELD_FD = 3;
/** What it holds when there is no run. */
const NOTHING = '/dev/null';

/** Something is to be done even when no run is held: the process has a tracing instance. */
const EVENTS = 'events';
/** The process has cleared up itself. */
const CLEARED = 'cleared';

/**
 * Reads paths, and holds open what the last one names. `command` keeps a shell alive whose redirection fails. At the end
 * of its input, it becomes the program in its arguments, or ends if it holds nothing.
 */
const SCRIPT = `
held=${NOTHING}
events=
while read -r next; do
  case $next in ${EVENTS}) events=yes; continue ;; ${CLEARED}) events=; continue ;; esac
  held=${NOTHING}
  if command exec ${HELD_FD}<"$next"; then held=$next; else exec ${HELD_FD}<${NOTHING}; fi
done
[ "$held$events" = ${NOTHING} ] || exec "$@"
`;

const ENDED_WITHIN_MS = 50;

export class Guardian {
  /** Undefined when none could be started. */
  #shell: OutlivingShell | undefined;
  /** Of this process in /proc, which may belong to another process namespace than `process.pid`. */
  #ownFolder = '';
  #hasEvents = false;

  /**
   * Starts the shell, in the network that the calling thread is in: it must not be a private one of a run.
   * @param command what it becomes: a program that calls `destroyHeldSockets`, or `endAbandonedConnections`
   */
  constructor(command: readonly string[]) {
    try {
      this.#ownFolder = `/proc/${readlinkSync('/proc/self')}`;
      this.#shell = new OutlivingShell(SCRIPT, command);
      process.once('exit', () => this.#dismiss());
    } catch {
      // Without a guardian, connections of a killed executor end later.
    }
  }

  /** Holds the network of the calling thread. @returns lets go of it */
  holdNetwork(): () => void {
    if (this.#shell === undefined) return () => {};
    try {
      // Not the path of the thread's network: the thread goes home now and then, and the shell may look just then.
      const network = openSync('/proc/thread-self/ns/net', 'r');
      const letGo = this.hold(network);
      return () => {
        letGo();
        closeSync(network);
      };
    } catch {
      return () => {};
    }
  }

  /** Holds what a descriptor of this process stands for. @returns lets go of it */
  hold(fd: number): () => void {
    // When nobody listens any more, that is no trouble of the run.
    this.#shell?.say(`${this.#ownFolder}/fd/${fd}`);
    return () => this.#shell?.say(NOTHING);
  }

  /** The process has a tracing instance, which outlives it when it is killed. */
  noteEvents(): void {
    if (this.#hasEvents) return;
    this.#hasEvents = true;
    this.#shell?.say(EVENTS);
  }

  #dismiss(): void {
    this.#shell?.say(CLEARED);
    this.#shell?.dismiss(ENDED_WITHIN_MS);
  }
}

const LOOK_AGAIN_MS = 50;
/** Servers of the dead executor die after it, and then leave connections too. */
const QUIET_LOOKS = 2;
const MOST_LOOKS = 20;

/**
 * What the shell becomes when its executor was killed: ends the commands of the spec that still run in the network that
 * the shell held, and all connections there; and takes away its tracing instance.
 */
export function destroyHeldSockets(): void {
  // Between two runs no network is held.
  const hasNetwork = libc.setns(HELD_FD, CLONE_NEWNET) >= 0;
  if (hasNetwork) killInhabitants();
  let quiet = 0;
  for (let look = 0; look < MOST_LOOKS && quiet < QUIET_LOOKS; look++) {
    if (look > 0) pause(LOOK_AGAIN_MS * NS_PER_MS);
    // An executor closes its descriptors, which is what is noticed, a little before it has ended.
    removeDeadInstances();
    quiet = hasNetwork && destroySockets() ? 0 : quiet + 1;
  }
}

/** @returns whether there were any */
function destroySockets(): boolean {
  const diag = new SockDiag();
  try {
    // Those in TIME_WAIT keep no network, and older kernels refuse to end them.
    const found = diag.sockets().some(({ state }) => state !== 'TIME_WAIT');
    if (found) diag.destroyAll();
    return found;
  } finally {
    diag.close();
  }
}
