/**
 * What a run against a host elsewhere leaves there when it does not come to its end, without an agent that could look:
 * no connection. A server would keep an established one for ever.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, type Started } from '../support/command';
import { awaitNoProcess, childrenOf, describeProcess, GONE_WITHIN_MS, markedEnvironment } from '../support/leftovers';
import { requireKernel, temporaryFolder } from '../support/live';
import { TARGET, TwoHosts } from '../support/two-hosts';

const FOLDER = join(temporaryFolder, 'killed');
/** A second, and as much as a loaded machine may need. By itself, nothing of it would end within two hours. */

const HANDSHAKE = `
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
`;

/** Connections in all states in which a server can be left alone. */
const LASTING = `
name: Connections that last
tolerance: 10s
server: { listen: 8080 }
steps:
${HANDSHAKE}
  - { connection: half, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: half, expect: "S. 0:0(0) ack 1 <...>" }
  - { connection: closed, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: closed, expect: "S. 0:0(0) ack 1 <...>" }
  - { connection: closed, inject: "F. 1:1(0) ack 1 win 64240" }
  - { connection: strange, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: strange, expect: "S. 0:0(0) ack 1 <...>" }
  - { connection: strange, inject: ". 1:1(0) ack 1 win 64240" }
  - { connection: strange, inject: "P. 200001:200011(10) ack 1 win 64240" }
  - wait: 60s
`;
const STATES = 'CLOSE-WAIT ESTAB ESTAB SYN-RECV';

/** The last segment is out of the window: a RST behind it would be ignored (RFC 9293 section 3.10.7.4). */
const STRANGE_END = `
name: A segment out of the window at the end
tolerance: 10s
server: { listen: 8080 }
steps:
${HANDSHAKE}
  - inject: P. 200001:200011(10) ack 1 win 64240
  - expect: . 1:1(0) ack 1
`;

/** Takes connections, and does nothing with them. */
const SERVER = `
import socket
listener = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
kept = []
while True: kept.append(listener.accept())
`;

let hosts: TwoHosts;
let server: Started;

function connections(): string {
  const lines = hosts.on('target', ['ss', '-Htan', 'exclude', 'listening']).split('\n').filter(Boolean);
  return lines
    .map((line) => line.replace(/ .*/, ''))
    .sort((left, right) => left.localeCompare(right))
    .join(' ');
}

async function untilStates(wanted: string, withinMs: number): Promise<string> {
  for (const deadlineMs = performance.now() + withinMs; performance.now() < deadlineMs; await sleep(20)) {
    if (connections() === wanted) break;
  }
  return connections();
}

beforeAll(async () => {
  requireKernel();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'lasting.yaml'), LASTING);
  writeFileSync(join(FOLDER, 'strange-end.yaml'), STRANGE_END);
  hosts = await TwoHosts.make();
  server = hosts.start('target', ['python3', '-c', SERVER]);
  for (let attempt = 0; !hosts.on('target', ['ss', '-Htln']).includes(':8080'); attempt++) {
    if (attempt === 500) throw new Error('the server does not listen');
    await sleep(20);
  }
});

afterAll(async () => {
  server.child.kill('SIGKILL');
  await server.ended;
  hosts.end();
});

let started = 0;

interface Lasting {
  readonly marker: string;
  readonly command: number;
  readonly executor: number;
  readonly ended: Promise<CommandResult>;
}

async function startLasting(address: string): Promise<Lasting> {
  const marker = `killed-${process.pid}-${started++}`;
  const env = markedEnvironment(marker);
  const { child, ended } = hosts.run([join(FOLDER, 'lasting.yaml'), '--target', address], { env });
  expect(await untilStates(STATES, GONE_WITHIN_MS)).toBe(STATES);
  const command = child.pid ?? 0;
  const executor = childrenOf(command).find((pid) => describeProcess(pid).includes('executor.js')) ?? 0;
  expect(executor).toBeGreaterThan(0);
  return { marker, command, executor, ended };
}

describe('a run against a host elsewhere leaves no connection there', () => {
  it.each([
    ['the command gets SIGINT', TARGET.ipv4, 'SIGINT', 'command'],
    ['the command gets SIGTERM', TARGET.ipv6, 'SIGTERM', 'command'],
    ['the command gets SIGKILL', TARGET.ipv4, 'SIGKILL', 'command'],
    ['its executor gets SIGKILL', TARGET.ipv6, 'SIGKILL', 'executor'],
  ] as const)('when %s (%s)', async (_, address, signal, which) => {
    const run = await startLasting(address);
    process.kill(run[which], signal);
    expect(await untilStates('', GONE_WITHIN_MS)).toBe('');
    await run.ended;
    expect(await awaitNoProcess(run.marker)).toEqual([]);
  });

  it('so that the next one can begin at once', async () => {
    const run = await startLasting(TARGET.ipv4);
    process.kill(run.executor, 'SIGKILL');
    process.kill(run.command, 'SIGKILL');
    const next = await hosts.run([join(FOLDER, 'strange-end.yaml'), '--target', TARGET.ipv4]).ended;
    expect(next.stdout).toContain('1 passed');
    await run.ended;
  });

  it('when its last segment was out of the window', async () => {
    const run = await hosts.run([join(FOLDER, 'strange-end.yaml'), '--target', TARGET.ipv4]).ended;
    expect(run.stdout).toContain('1 passed');
    expect(connections()).toBe('');
  });
});
