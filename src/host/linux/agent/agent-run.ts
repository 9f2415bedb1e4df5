/**
 * What an agent sees and does for one run after the other, in the network that it was started in. Others live there too:
 * it tells only of the sockets that are the run's, and undoes only what it has done.
 */
import { existsSync } from 'node:fs';
import type { Ns } from '../../../base/nanoseconds';
import type { ProcNetTcpRow, SocketEntry } from '../../../trace/trace';
import { HostError } from '../../host';
import type { BlockingThreads } from '../blocking-threads';
import { RunClock } from '../clock';
import { CounterFiles } from '../counters';
import { SockDiag } from '../diag/sock-diag';
import { isOnPath } from '../path';
import { readProcNetTcp } from '../proc-net-tcp';
import { ServerProcess } from '../server-process';
import { listSysctls, Sysctls } from '../sysctl';
import { SystemCalls, tcpInfoOf } from '../system-calls';
import type { DistantReturn } from '../target/eyes';
import type { QuestionName, Questions, Scope } from './protocol';
import { SysctlRestorer } from './sysctl-restorer';

/** A question may take its time. */
type Answers = {
  readonly [Q in QuestionName]: (
    ...args: Parameters<Questions[Q]>
  ) => ReturnType<Questions[Q]> | Promise<ReturnType<Questions[Q]>>;
};

const NOBODY: Scope = { harnessAddress: '', harnessPorts: [], ports: [] };

export class AgentRun {
  readonly #threads: BlockingThreads;
  readonly #calls: SystemCalls;
  readonly #sysctls = new Sysctls(listSysctls());
  readonly #restorer = new SysctlRestorer(this.#sysctls);
  readonly #counters = new CounterFiles();
  readonly #hasIpv6 = existsSync('/proc/thread-self/net/tcp6');
  /** When the calls that sleep began, by their tokens. */
  readonly #startedNs = new Map<number, Ns>();
  #scope = NOBODY;
  /** Whether something listened when the run began. */
  #wasListening = false;
  #server: ServerProcess | undefined;

  readonly answers: Answers = {
    hasCommand: isOnPath,
    open: (scope) => this.#open(scope),
    close: async () => {
      await this.close();
      return null;
    },
    checkGround: () => this.#checkGround(),
    setSysctl: (name, value) => {
      this.#restorer.set(name, value);
      return null;
    },
    hasSysctl: (name) => this.#sysctls.has(name),
    startServer: async (command, port, readyWithinNs) => {
      this.#server = new ServerProcess(command);
      await this.#server.awaitListening(port, readyWithinNs, allSockets);
      return null;
    },
    prepareBlocking: async (count) => {
      await this.#threads.prepare(count);
      return null;
    },
    call: (request, limitNs) => {
      const { outcome, interrupted } = this.#calls.make(request, limitNs);
      return { outcome, interrupted };
    },
    startBlockingCall: (request, token) => {
      this.#startedNs.set(token, this.#calls.start(request, token).startedNs);
      return null;
    },
    cancelBlockingCalls: () => {
      this.#calls.cancel();
      return null;
    },
    sockets: () => allSockets().filter((socket) => this.#isOfRun(socket)),
    counters: () => this.#counters.read(),
    movedCounters: () => this.#counters.moved(),
    tcpInfo: tcpInfoOf,
    procNetTcp: () => readProcNetTcp(this.#hasIpv6).filter((row) => this.#isOfRun(row)),
  };

  constructor(threads: BlockingThreads) {
    this.#threads = threads;
    this.#calls = new SystemCalls(new RunClock(), threads);
  }

  returnedCalls(): readonly DistantReturn[] {
    return this.#calls.returned().map(({ token, endedNs, ...rest }) => ({
      token,
      ...rest,
      lastedNs: endedNs - (this.#startedNs.get(token) ?? endedNs),
    }));
  }

  /** Brings everything back. Safe to call twice. */
  async close(): Promise<void> {
    this.#calls.end();
    await this.#server?.kill();
    this.#server = undefined;
    this.#calls.closeAll();
    this.#endConnections();
    this.#restorer.restore();
    this.#scope = NOBODY;
  }

  async #open(scope: Scope): Promise<null> {
    await this.close();
    this.#scope = scope;
    this.#wasListening = this.#isListening();
    return null;
  }

  /** Those with the harness: this host's servers would keep them. Only root may do it. */
  #endConnections(): void {
    if (this.#scope === NOBODY) return;
    const diag = new SockDiag();
    try {
      diag.destroy((socket) => this.#isWithHarness(socket));
    } catch {
      // They end by the resets of the harness, or by their servers.
    } finally {
      diag.close();
    }
  }

  #checkGround(): null {
    this.#server?.checkAlive();
    if (this.#wasListening && !this.#isListening()) {
      throw new HostError('server-exited', `nothing listens on port ${this.#scope.ports[0] ?? 0} any more`);
    }
    return null;
  }

  #isListening(): boolean {
    const [port] = this.#scope.ports;
    return allSockets().some(({ state, localPort }) => state === 'LISTEN' && localPort === port);
  }

  #isOfRun(socket: SocketEntry | ProcNetTcpRow): boolean {
    if (this.#isWithHarness(socket)) return true;
    return this.#scope.ports.includes(socket.localPort) && socket.remotePort === 0;
  }

  #isWithHarness({ remoteAddress, remotePort }: SocketEntry | ProcNetTcpRow): boolean {
    const { harnessAddress, harnessPorts } = this.#scope;
    return remoteAddress === harnessAddress && harnessPorts.includes(remotePort);
  }
}

function allSockets(): readonly SocketEntry[] {
  const diag = new SockDiag();
  try {
    return diag.sockets();
  } finally {
    diag.close();
  }
}
