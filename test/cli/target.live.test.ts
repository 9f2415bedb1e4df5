/**
 * Runs against a host elsewhere, as users run them: two hosts with a cable between them, the harness on one, a listener
 * and perhaps an agent on the other. Both have to be afterwards as they were before.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type CommandResult,
  describeRun,
  readReport,
  type ReportedRun,
  runWithReport,
  type Started,
} from '../support/command';
import { awaitNoProcess, describeProcess, markedEnvironment, markedProcesses } from '../support/leftovers';
import { requireKernel, temporaryFolder } from '../support/live';
import { HARNESS, TARGET, TwoHosts } from '../support/two-hosts';
import { until } from '../support/until';

const FOLDER = join(temporaryFolder, 'target');
const RETRIES = 'net.ipv4.tcp_synack_retries';

const CONVERSATION = `
name: A conversation with a host elsewhere
tolerance: 50ms # it is not about time, and an answer from there may take its time on a busy machine
sysctls: { ${RETRIES}: 2 }
server: { listen: 8080, backlog: 5 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 1, limit: 5, syn: 0 }
  - sockets: { ESTABLISHED: 1, LISTEN: 1 }
  - counters: { PassiveOpens: 1 }
  - call: accept(server, ..., ...) = app
  - queue: { accept: 0 }
  - { call: "read(app, ..., 100) = 10", returns: +20ms }
  - inject: P. 1:11(10) ack 1 win 64240
    at: +20ms
  - expect: . 1:1(0) ack 11
  - call: write(app, ..., 20) = 20
  - expect: P. 1:21(20) ack 11
  - inject: . 11:11(0) ack 21 win 64240
  - socket: { state: ESTABLISHED, send_queue: 0 }
  - { socket: app, tcp_info: { tcpi_state: 1 } }
  - call: close(app) = 0
  - expect: F. 21:21(0) ack 11
`;

/** Needs a server that listens there. */
const HANDSHAKE = `
name: A handshake
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 7 }
  - inject: P. 1:5(4) ack 1 win 64240
  - expect: . 1:1(0) ack 5
`;

const LONG = `
name: A connection that lasts
sysctls: { ${RETRIES}: 3, net.core.somaxconn: 77 }
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
  - { call: "accept(server, ..., ...) = app" }
  - { call: "read(app, ..., 100) = 10", returns: 30s }
  - wait: 30s
`;

const SERVED = `
name: A server that dies
server:
  command: exec python3 -m http.server 8080
  port: 8080
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - wait: 3s
  - connection: late
    inject: S 0:0(0) win 64240 <mss 1460>
  - connection: late
    expect: S. 0:0(0) ack 1 <...>
`;

const LARGE_WRITE = `
name: More than a segment at once
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
  - call: accept(server, ..., ...) = app
  - call: write(app, ..., 4000) = 4000
  - expect: . 1:1461(1460) ack 1
`;

const SPECS = { conversation: CONVERSATION, handshake: HANDSHAKE, long: LONG, served: SERVED, large: LARGE_WRITE };

function spec(name: keyof typeof SPECS): string {
  return join(FOLDER, `${name}.yaml`);
}

let hosts: TwoHosts;
let reports = 0;

interface Ran {
  readonly result: CommandResult;
  readonly runs: readonly ReportedRun[];
}

function start(args: readonly string[], env?: NodeJS.ProcessEnv): Started & { readonly report: () => Promise<Ran> } {
  const file = join(FOLDER, `report-${++reports}.json`);
  const started = hosts.run([...args, '--reporter', `json=${file}`], env === undefined ? {} : { env });
  const report = async (): Promise<Ran> => {
    const result = await started.ended;
    return { result, runs: readReport(file, result).results };
  };
  return { ...started, report };
}

function run(...args: readonly string[]): Promise<Ran> {
  return start(args).report();
}

beforeAll(async () => {
  requireKernel();
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(SPECS)) writeFileSync(join(FOLDER, `${name}.yaml`), text);
  hosts = await TwoHosts.make();
});

afterAll(() => hosts.end());

describe('a host elsewhere', () => {
  const states = () => [hosts.stateOf('harness'), hosts.stateOf('target')];
  let before: readonly string[];

  beforeAll(() => {
    before = states();
  });

  // The executor ends behind the command, and its sockets with it: on a busy machine they are seen a moment longer.
  afterEach(async () => {
    await expect.poll(states, { timeout: 60_000 }).toEqual(before);
  });

  it.each([TARGET.ipv4, TARGET.ipv6])('with an agent is tested as a whole: %s', async (address) => {
    const page = ['--reporter', `html=${join(FOLDER, 'page.html')}`];
    const { result, runs } = await run(spec('conversation'), '--target', address, '--agent', hosts.agent, ...page);
    expect(runs.map(describeRun)).toEqual([expect.stringContaining('passed')]);
    expect(result.status).toBe(0);
  });

  it('gets no RST of the kernel here', () => {
    // Those of the harness are sent by a raw socket, which nobody counts.
    expect(hosts.on('harness', ['nstat', '-asz', 'TcpOutRsts'])).toMatch(/TcpOutRsts +0 /);
  });

  it('without an agent has its segments judged, and the rest named', async () => {
    await whileServing(8080, async () => {
      // Of a page, the queues would be looked at between the steps.
      const reporters = ['--reporter', 'console', '--reporter', `html=${join(FOLDER, 'page.html')}`];
      const { result, runs } = await run(spec('handshake'), '--target', TARGET.ipv4, ...reporters);
      expect(runs.map(describeRun)).toEqual([expect.stringContaining('passed')]);
      expect(result.stdout).toContain('left out: lines 3, 8: there is no agent on the target (--agent)');
      // No server is left with a connection that nobody will ever close.
      const connections = hosts.on('target', ['ss', '-Htan', 'state', 'established']);
      expect(connections).toBe('');
    });
  });

  it('has the port that the command line says', async () => {
    await whileServing(8081, async () => {
      const { runs } = await run(spec('handshake'), '--target', TARGET.ipv6, '--port', '8081');
      expect(runs.map(describeRun)).toEqual([expect.stringContaining('passed')]);
    });
  });

  it('has the verdicts of a private network', async () => {
    const args = ['specs/accept-queue', 'specs/reset', 'specs/opening', '--longest', '400ms', '--ip', 'ipv4'];
    const verdicts = ({ runs }: Ran) => runs.map(({ name, variant, status }) => `${name} [${variant}]: ${status}`);
    const there = await run(...args, '--target', TARGET.ipv4, '--agent', hosts.agent);
    expect(there.runs.filter(({ status }) => status !== 'passed' && status !== 'skipped').map(describeRun)).toEqual([]);
    expect(there.runs.filter(({ status }) => status === 'passed').length).toBeGreaterThan(10);
    const { report } = await runWithReport([...args, '--jobs', '2']);
    // What is skipped there needs what only a private network has, such as the kernel's events.
    const skipped = new Set(there.runs.filter(({ status }) => status === 'skipped').map(({ name }) => name));
    const counted = ({ runs }: Ran): Ran => ({ ...there, runs: runs.filter(({ name }) => !skipped.has(name)) });
    expect(verdicts(counted(there))).toEqual(verdicts(counted({ ...there, runs: report.results })));
  });

  it('is asked over ssh, on the same cable', async () => {
    const { ssh, server } = await startSshd();
    try {
      const { runs } = await run(
        spec('conversation'),
        '--target',
        TARGET.ipv4,
        '--agent',
        `${ssh} ${hosts.program} agent`,
      );
      expect(runs.map(describeRun)).toEqual([expect.stringContaining('passed')]);
      // Cut off in the middle, the agent notices by the end of its input.
      const { child, ended } = start([
        spec('long'),
        '--target',
        TARGET.ipv4,
        '--agent',
        `${ssh} ${hosts.program} agent`,
      ]);
      await until('a sysctl that is set', () => hosts.sysctl('target', RETRIES) === '3');
      child.kill('SIGKILL');
      await ended;
      await until('the sysctl as it was', () => hosts.sysctl('target', RETRIES) === '5');
      await until(
        'the end of ssh',
        () => !hosts.on('target', ['ss', '-Htan', 'state', 'established']).includes(':2222'),
      );
    } finally {
      server.child.kill('SIGKILL');
      await server.ended;
    }
  });

  it('is as it was when everything here is killed at once', async () => {
    const marker = `target-${process.pid}`;
    const args = [spec('long'), '--target', TARGET.ipv4, '--agent', hosts.agent];
    const { child, ended } = start(args, markedEnvironment(marker));
    await until('a connection', () => hosts.on('target', ['ss', '-Htan']).includes('ESTAB'));
    expect(hosts.sysctl('target', RETRIES)).toBe('3');
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
    await ended;
  });

  it('says so when its agent is killed, and what that had changed is as before', async () => {
    const marker = `agent-${process.pid}`;
    const args = [spec('long'), '--target', TARGET.ipv4, '--agent', hosts.agent];
    const { report } = start(args, markedEnvironment(marker));
    await until('a connection', () => hosts.on('target', ['ss', '-Htan']).includes('ESTAB'));
    const agents = markedProcesses(marker).filter((pid) => isAgent(describeProcess(pid)));
    expect(agents).toHaveLength(1);
    process.kill(agents[0] ?? 0, 'SIGKILL');
    const { result, runs } = await report();
    expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'agent-ended' } });
    expect(result.status).toBe(3);
    expect(await awaitNoProcess(marker)).toEqual([]);
  });

  it('says so when the server there has died', async () => {
    const { report } = start([spec('served'), '--target', TARGET.ipv4, '--agent', hosts.agent]);
    await until('a request', () => hosts.on('target', ['ss', '-Htan']).includes('SYN-RECV'));
    hosts.on('target', ['sh', '-c', `kill -KILL $(ss -Htlnp 'sport = 8080' | sed 's/.*pid=\\([0-9]*\\).*/\\1/')`]);
    const { runs } = await report();
    expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'server-exited', line: 3 } });
  });

  it('refuses segments that the network card there has not cut', async () => {
    const { runs } = await run(spec('large'), '--target', TARGET.ipv4, '--agent', hosts.agent);
    expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'merged-segments' } });
  });

  it('is not run against over a device that merges what it receives', async () => {
    hosts.on('harness', ['ethtool', '-K', HARNESS.device, 'gro', 'on']);
    try {
      const { runs } = await run(spec('handshake'), '--target', TARGET.ipv4);
      expect(runs[0]).toMatchObject({
        status: 'errored',
        error: { code: 'merged-segments', hint: expect.stringContaining('ethtool -K eth0 gro off') },
      });
    } finally {
      hosts.on('harness', ['ethtool', '-K', HARNESS.device, 'gro', 'off']);
    }
  });

  it('that does not exist is an error with the reason', async () => {
    const { result, runs } = await run(spec('handshake'), '--target', '10.77.0.99');
    expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'target-silent' } });
    expect(result.status).toBe(3);
  });

  it('that answers nothing is an error with the reason', async () => {
    const route = ['blackhole', `${HARNESS.ipv4}/32`];
    hosts.on('target', ['ip', 'route', 'add', ...route]);
    try {
      const { runs } = await run(spec('handshake'), '--target', TARGET.ipv4);
      expect(runs[0]).toMatchObject({
        status: 'errored',
        error: { code: 'target-silent', message: expect.stringContaining('answers nothing') },
      });
    } finally {
      hosts.on('target', ['ip', 'route', 'del', ...route]);
    }
  });

  it('that answers from another address is an error with the reason', async () => {
    hosts.on('target', ['ip', 'addr', 'add', '10.77.0.3/24', 'dev', TARGET.device]);
    const { report } = start([spec('long'), '--target', TARGET.ipv4, '--agent', hosts.agent]);
    try {
      await until('a connection', () => hosts.on('target', ['ss', '-Htan']).includes('ESTAB'));
      hosts.on('target', ['python3', '-c', RESET_FROM_ELSEWHERE]);
      const { runs } = await report();
      expect(runs[0]).toMatchObject({
        status: 'errored',
        error: { code: 'target-elsewhere', message: expect.stringContaining('answered from 10.77.0.3') },
      });
    } finally {
      hosts.on('target', ['ip', 'addr', 'del', '10.77.0.3/24', 'dev', TARGET.device]);
    }
  });

  it('gets no run while somebody here has one of the ports', async () => {
    const holder = hosts.start('harness', ['python3', '-m', 'http.server', '20001']);
    try {
      await until('the other server', () => hosts.on('harness', ['ss', '-Htln']).includes(':20001'));
      const { runs } = await run(spec('handshake'), '--target', TARGET.ipv4);
      expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'port-taken' } });
    } finally {
      holder.child.kill('SIGKILL');
      await holder.ended;
    }
  });

  it.each([
    ['nonsense', 2, 'an IPv4 or IPv6 address is wanted'],
    ['198.51.100.7', 3, 'there is no route to 198.51.100.7: ENETUNREACH'],
    ['2001:db8::7', 3, 'there is no route to 2001:db8::7: ENETUNREACH'],
    [HARNESS.ipv4, 3, `${HARNESS.ipv4} is this host itself`],
    [HARNESS.ipv6, 3, `${HARNESS.ipv6} is this host itself`],
    ['127.0.0.1', 3, '127.0.0.1 is this host itself'],
    ['fe80::1', 3, 'fe80::1 is a link-local address'],
    ['10.77.0.255', 3, '10.77.0.255 is not the address of one host'],
  ] as const)('%s is refused before anything runs', async (address, status, message) => {
    const { status: got, stderr, stdout } = await hosts.run([spec('handshake'), '--target', address]).ended;
    expect(stderr).toContain(message);
    expect({ got, stdout }).toEqual({ got: status, stdout: '' });
  });

  it('is refused to an ordinary user before anything runs', async () => {
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const command = [...user, process.execPath, 'bin/packetspec.js', 'run', spec('handshake'), '--target', TARGET.ipv4];
    const { status, stderr } = await hosts.start('harness', command).ended;
    expect(stderr).toContain('run as root');
    expect(status).toBe(3);
  });

  it('without somebody who speaks there is an error with what was said', async () => {
    const args = [spec('conversation'), '--target', TARGET.ipv4, '--agent', 'echo no entrance >&2; exit 255'];
    const { runs } = await run(...args);
    expect(runs[0]).toMatchObject({
      status: 'errored',
      error: { code: 'no-agent', message: expect.stringContaining('no entrance') },
    });
  });
});

describe('the device that leads to a host elsewhere', () => {
  it('is missed when it goes down', async () => {
    const shared = hosts;
    hosts = await TwoHosts.make();
    try {
      const before = hosts.stateOf('target');
      const { report } = start([spec('long'), '--target', TARGET.ipv4, '--agent', hosts.agent]);
      await until('a connection', () => hosts.on('target', ['ss', '-Htan']).includes('ESTAB'));
      hosts.on('harness', ['ip', 'link', 'set', HARNESS.device, 'down']);
      const { runs } = await report();
      expect(runs[0]).toMatchObject({ status: 'errored', error: { code: 'link-down' } });
      expect(hosts.sysctl('target', RETRIES)).toBe('5');
      hosts.on('harness', ['ip', 'link', 'set', HARNESS.device, 'up']);
      await expect.poll(() => hosts.stateOf('target'), { timeout: 60_000 }).toBe(before);
    } finally {
      hosts.end();
      hosts = shared;
    }
  });
});

/** A RST to the first port of a run, from an address of the target that nobody has asked. */
const RESET_FROM_ELSEWHERE = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
s.bind(('10.77.0.3', 0))
s.sendto(struct.pack('!HHIIBBHHH', 8080, 20001, 1, 1, 5 << 4, 4, 0, 0, 0), ('10.77.0.1', 0))
`;

/** sshd on the target, with keys that are thrown away. @returns how to log in, and what is to be ended */
async function startSshd(): Promise<{ readonly ssh: string; readonly server: Started }> {
  const [hostKey = '', key = ''] = ['ssh-host', 'ssh-user'].map((name) => join(FOLDER, name));
  for (const file of [hostKey, key]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  // It insists on this folder, which its service would make.
  mkdirSync('/run/sshd', { recursive: true });
  const settings = {
    ...{ HostKey: hostKey, AuthorizedKeysFile: `${key}.pub`, ListenAddress: TARGET.ipv4, Port: 2222 },
    ...{ StrictModes: 'no', UsePAM: 'yes', PermitRootLogin: 'yes', PidFile: 'none' },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${String(value)}`]);
  const server = hosts.start('target', ['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', ...options]);
  await until('sshd', () => hosts.on('target', ['ss', '-Htln']).includes(':2222'));
  const trust = '-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null';
  return { ssh: `ssh -F /dev/null -i ${key} -p 2222 ${trust} root@${TARGET.ipv4}`, server };
}

function isAgent(commandLine: string): boolean {
  // The executor has the agent's command among its arguments.
  return (
    commandLine.startsWith(process.execPath) &&
    /packetspec\.js agent$/.test(commandLine) &&
    !commandLine.includes('executor.js')
  );
}

/** While python's web server listens on the target. */
async function whileServing(port: number, action: () => Promise<void>): Promise<void> {
  const server = hosts.start('target', ['python3', '-m', 'http.server', String(port), '--bind', '::']);
  try {
    await until('the server', () => hosts.on('target', ['ss', '-Htln']).includes(`:${port}`));
    await action();
  } finally {
    server.child.kill('SIGKILL');
    await server.ended;
  }
}
