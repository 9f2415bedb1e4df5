import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tracefs } from '../../src/host/linux/events/tracefs';
import { LINK_KINDS } from '../../src/spec/link-kind';
import { type CommandResult, readReport, startCommand } from '../support/command';
import {
  awaitNoProcess,
  childrenOf,
  describeProcess,
  GONE_WITHIN_MS,
  lookAround,
  markedEnvironment,
  markedProcesses,
  networksOf,
  socketsOf,
  type Surroundings,
} from '../support/leftovers';
import { requireKernel, temporaryFolder } from '../support/live';
import { until } from '../support/until';

/** Of all of `SPECS`: eight executors, each with its guardian, the servers and their children, and the command itself. */
const ALL_PROCESSES = 28;
const LATEST_KILL_MS = 300;

const LISTENING = `require('net').createServer((socket) => socket.resume()).listen(8080, '::')`;

/** Specs that last longer than a test may, on a machine however loaded, each holding something that could be left behind. */
const SPECS: Readonly<Record<string, string>> = {
  // A server with children, one of which has left its session.
  server: `
name: server
sysctls: { net.ipv4.tcp_syncookies: 2, net.core.somaxconn: 7 }
server:
  command: sleep 600 & setsid sleep 600 & exec ${process.execPath} -e "${LISTENING}"
  port: 8080
  ready_within: 200s
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - wait: 200s
`,
  slow: `
name: a server that is not there yet
server: { command: sleep 600, port: 8080, ready_within: 200s }
steps:
  - wait: 1ms
`,
  blocked: `
name: blocked
server: { listen: 8080 }
steps:
  - call: accept(server, ..., ...) = app
    returns: +200s
  - wait: 200s
`,
  unsent: `
name: data that nobody acknowledges
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - call: accept(server, ..., ...) = app
  - call: write(app, ..., 1000) = 1000
  - expect: P. 1:1001(1000) ack 1
  - call: close(app) = 0
  - wait: 200s
`,
};

const FOLDER = join(temporaryFolder, 'long');
/** Specs that take as long are skipped otherwise. */
const ALL = ['--longest', '10min'];

/** Numbers below 1, always the same (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How far a start has come, and not how long it takes: that is two seconds, or a quarter of a minute on a loaded machine. */
function kills(count: number): readonly { processes: number; afterMs: number; link: string }[] {
  const random = seeded(20_261_122);
  return Array.from({ length: count }, (_, index) => ({
    processes: Math.ceil(random() * ALL_PROCESSES),
    afterMs: Math.round(random() * LATEST_KILL_MS),
    // Over a raw link, the harness has a network of its own beside that of each run.
    link: index % 2 === 0 ? 'tun' : 'raw',
  }));
}

const KILLS = kills(20);

let runs = 0;
const started: ChildProcess[] = [];

function start(args: readonly string[]): ReturnType<typeof startCommand> & { readonly marker: string } {
  const marker = `${process.pid}-${runs++}`;
  // A group of its own, as a shell gives it: a signal may go to all of it.
  const command = startCommand(args, { env: markedEnvironment(marker), detached: true });
  started.push(command.child);
  return { ...command, marker };
}

function executorsOf(main: number): readonly number[] {
  return childrenOf(main).filter((pid) => describeProcess(pid).includes('executor.js'));
}

/** Executors in the middle of a run: they are in another network than this process. */
function busyExecutors(main: number): readonly number[] {
  const own = networksOf(process.pid);
  return executorsOf(main).filter((pid) => networksOf(pid).some((network) => !own.includes(network)));
}

/** An open descriptor of the network in which one of these processes has such a socket. */
function networkWhere(pids: readonly number[], isWanted: (socket: string) => boolean): number | undefined {
  for (const pid of pids) {
    const network = openSync(`/proc/${pid}/ns/net`, 'r');
    if (socketsOf(network).some(isWanted)) return network;
    closeSync(network);
  }
  return undefined;
}

function instancesOf(pids: readonly number[]): readonly string[] {
  const names = readdirSync(join(tracefs(), 'instances'));
  return names.filter((name) => pids.some((pid) => name.startsWith(`packetspec-${pid}-`)));
}

function pidOf({ pid }: { readonly pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('the command did not start');
  return pid;
}

describe('a command that is killed', () => {
  let before: Surroundings;

  beforeAll(() => {
    requireKernel();
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, text] of Object.entries(SPECS)) writeFileSync(join(FOLDER, `${name}.yaml`), text);
  });

  beforeEach(() => {
    before = lookAround();
  });

  afterEach(() => {
    // Only where a test has failed before it came to that.
    for (const child of started.splice(0)) child.kill('SIGKILL');
    expect(lookAround()).toEqual(before);
  });

  it.each(KILLS)(
    'leaves nothing behind when SIGKILL comes $afterMs ms after $processes processes are there, over $link',
    async ({ processes, afterMs, link }) => {
      const { child, ended, marker } = start(['run', FOLDER, ...ALL, '--jobs', '8', '--link', link]);
      await until(`${processes} processes`, () => markedProcesses(marker).length >= processes);
      await sleep(afterMs);
      child.kill('SIGKILL');
      expect(await awaitNoProcess(marker)).toEqual([]);
      expect((await ended).signal).toBe('SIGKILL');
    },
  );

  it('leaves no tracing instance behind', async () => {
    const { child, marker } = start(['run', FOLDER, ...ALL, '--jobs', '8', '--events']);
    const executors = await until('executors with instances', () => {
      const pids = executorsOf(pidOf(child));
      return pids.some((pid) => instancesOf([pid]).length > 0) ? pids : undefined;
    });
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
    expect(instancesOf(executors)).toEqual([]);
  });

  it.each(LINK_KINDS)('leaves no connection that keeps its namespace alive over %s', async (link) => {
    const options = [...ALL, '--ip', 'ipv4', '--jobs', '1', '--link', link];
    const { child, marker } = start(['run', join(FOLDER, 'unsent.yaml'), ...options]);
    // Closed by the application, with data and a FIN that nobody acknowledges.
    const network = await until('FIN-WAIT-1', () =>
      networkWhere(busyExecutors(pidOf(child)), (socket) => socket.startsWith('FIN-WAIT-1')),
    );
    try {
      child.kill('SIGKILL');
      expect(await awaitNoProcess(marker)).toEqual([]);
      const deadlineMs = performance.now() + GONE_WITHIN_MS;
      while (socketsOf(network).length > 0 && performance.now() < deadlineMs) await sleep(100);
      expect(socketsOf(network)).toEqual([]);
    } finally {
      closeSync(network);
    }
  });

  it.each([
    ['SIGINT', 'alone'],
    ['SIGINT', 'with its group, as from a terminal'],
    ['SIGTERM', 'alone'],
  ] as const)('ends with 130 and leaves nothing behind on %s %s', async (signal, whom) => {
    const { child, ended, marker } = start(['run', FOLDER, ...ALL, '--jobs', '8']);
    const main = pidOf(child);
    // Two servers and their children, and eight executors in their networks, each with its guardian.
    await until('eight runs', () => busyExecutors(main).length === 8);
    await until('the servers', () => markedProcesses(marker).length >= ALL_PROCESSES);
    process.kill(whom === 'alone' ? main : -main, signal);
    const { status, stderr } = await ended;
    expect(await awaitNoProcess(marker)).toEqual([]);
    expect({ status, stderr: stderr.trim() }).toEqual({
      status: 130,
      stderr: 'packetspec: interrupted; nothing is left behind',
    });
  });

  it('goes on with the other runs when an executor is killed', async () => {
    const folder = join(temporaryFolder, 'short');
    mkdirSync(folder, { recursive: true });
    for (let index = 0; index < 9; index++)
      writeFileSync(join(folder, `s${index}.yaml`), 'name: waits\nip: ipv4\nsteps: [wait: 1500ms]\n');
    const file = join(temporaryFolder, 'short.json');
    const { child, ended, marker } = start(['run', folder, '--jobs', '3', '--reporter', `json=${file}`]);
    const main = pidOf(child);
    await until('three runs', () => busyExecutors(main).length === 3);
    const [victim] = busyExecutors(main);
    if (victim === undefined) throw new Error('no executor');
    process.kill(victim, 'SIGKILL');
    const result = await ended;
    expect(statusesOf(result, file)).toEqual([...Array.from({ length: 8 }, () => 'passed'), 'errored'].sort());
    expect(result.status).toBe(3);
    const errored = readReport(file, result).results.find((run) => run.status === 'errored');
    expect(errored?.error).toMatchObject({ code: 'executor-died', message: expect.stringContaining('SIGKILL') });
    expect(await awaitNoProcess(marker)).toEqual([]);
  });
});

function statusesOf(result: CommandResult, file: string): readonly string[] {
  return readReport(file, result)
    .results.map(({ status }) => status)
    .sort();
}
