/**
 * Looks at the queues of listeners while nothing else is to be done, for the plots of reports.
 *
 * Never where it could delay anything: only inside of a wait, when the link has been quiet for a millisecond, and with
 * room before the wait ends; then at intervals that double, so that two hours of waiting are a few dozen looks.
 */
import { type Ns, NS_PER_MS } from '../base/nanoseconds';
import { HostError, type Run } from '../host/host';
import type { ListenerQueues, Observation, SocketEntry } from '../trace/trace';

/** Whoever answers at once has answered by then. */
const QUIET_NS = NS_PER_MS;
/** A look takes a tenth of that, on a machine that is not busy. */
const ROOM_NS = 2 * NS_PER_MS;
/** A table that is expensive to read is read less often: at most a twentieth of the time goes into it. */
const COST_SHARE = 20;

export class QueueWatch {
  readonly #run: Run;
  readonly #record: (observation: Observation) => void;
  #quietSinceNs: Ns = 0;
  #nextNs: Ns = 0;
  #refused = false;

  constructor(run: Run, record: (observation: Observation) => void) {
    this.#run = run;
    this.#record = record;
  }

  /** Something has happened: it may have changed the queues, and more may follow. */
  stirred(): void {
    this.#quietSinceNs = this.#run.nowNs();
    this.#nextNs = this.#quietSinceNs + QUIET_NS;
  }

  /** As `waitForEvent`, which may return early, with looks in between. */
  waitForEvent(untilNs: Ns): void {
    const looks = !this.#refused && this.#nextNs + ROOM_NS < untilNs;
    this.#run.waitForEvent(looks ? this.#nextNs : untilNs);
    if (looks && this.#run.nowNs() >= this.#nextNs) this.look();
  }

  look(): void {
    const startedNs = this.#run.nowNs();
    let sockets: readonly SocketEntry[];
    try {
      sockets = this.#run.sockets();
    } catch (error) {
      // A plot is no reason for a run to fail.
      if (!(error instanceof HostError)) throw error;
      this.#refused = true;
      return;
    }
    const atNs = this.#run.nowNs();
    this.#nextNs = atNs + Math.max(atNs - this.#quietSinceNs, COST_SHARE * (atNs - startedNs));
    this.#record({ kind: 'watched', atNs, listeners: listenersOf(sockets) });
  }
}

function listenersOf(sockets: readonly SocketEntry[]): readonly ListenerQueues[] {
  return sockets
    .filter(({ state }) => state === 'LISTEN')
    .map(({ localAddress, localPort, receiveQueue, sendQueue }) => ({
      localAddress,
      localPort,
      acceptQueue: receiveQueue,
      synQueue: sockets.filter((one) => one.state === 'SYN_RECV' && one.localPort === localPort).length,
      limit: sendQueue,
    }));
}
