/**
 * What goes wrong between a run and a host elsewhere that has no agent: nobody there can say it, and all the same it must
 * not look like a failure of the kernel.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport, type ReportedRun, type Started } from '../support/command';
import { requireKernel, temporaryFolder } from '../support/live';
import { HARNESS, TARGET, TwoHosts } from '../support/two-hosts';
import { until } from '../support/until';

const FOLDER = join(temporaryFolder, 'trouble');

const CONNECTION = `
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <...>
  - inject: . 1:1(0) ack 1 win 64240
`;

const SPECS = {
  'two-connections': `
name: Two connections, some time apart
tolerance: 10s
server: { listen: 8080 }
steps:
${CONNECTION}
  - wait: 2s
  - { connection: late, inject: "S 0:0(0) win 64240 <mss 1460>" }
  - { connection: late, expect: "S. 0:0(0) ack 1 <...>" }
`,
  'out-of-window': `
name: A segment that a firewall takes for invalid
tolerance: 10s
server: { listen: 8080 }
steps:
${CONNECTION}
  - inject: P. 200001:200011(10) ack 1 win 64240
`,
  'closed-port': `
name: A port without a socket
tolerance: 10s
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: R. 0:0(0) ack 7
`,
};

const FIREWALL = `
table inet packetspec {
  chain out { type filter hook output priority 0; policy accept; ct state invalid drop; }
}
`;

let hosts: TwoHosts;
let reports = 0;

beforeAll(async () => {
  requireKernel();
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(SPECS)) writeFileSync(join(FOLDER, `${name}.yaml`), text);
  writeFileSync(join(FOLDER, 'firewall.nft'), FIREWALL);
  hosts = await TwoHosts.make();
});

afterAll(() => hosts.end());

function start(name: keyof typeof SPECS, address: string): () => Promise<ReportedRun | undefined> {
  const file = join(FOLDER, `report-${++reports}.json`);
  const { ended } = hosts.run([join(FOLDER, `${name}.yaml`), '--target', address, '--reporter', `json=${file}`]);
  return async () => readReport(file, await ended).results[0];
}

async function serve(): Promise<Started> {
  const server = hosts.start('target', ['python3', '-m', 'http.server', '8080', '--bind', '::']);
  await until('the server', () => hosts.on('target', ['ss', '-Htln']).includes(':8080'));
  return server;
}

async function stop({ child, ended }: Started): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

function isConnected(): boolean {
  return hosts.on('target', ['ss', '-Htan', 'state', 'established']) !== '';
}

describe('without an agent, the run is errored', () => {
  it.each([TARGET.ipv4, TARGET.ipv6])('when nobody listens there: %s', async (address) => {
    expect(await start('two-connections', address)()).toMatchObject({
      status: 'errored',
      error: { code: 'server-exited', message: expect.stringContaining(`nothing listens on port 8080 of ${address}`) },
    });
  });

  it('when the server there dies', async () => {
    const server = await serve();
    const report = start('two-connections', TARGET.ipv4);
    await until('a connection', isConnected);
    await stop(server);
    expect(await report()).toMatchObject({ status: 'errored', error: { code: 'server-exited' } });
  });

  it('when a firewall here drops one of its segments', async () => {
    const server = await serve();
    hosts.on('harness', ['nft', '-f', join(FOLDER, 'firewall.nft')]);
    try {
      expect(await start('out-of-window', TARGET.ipv4)()).toMatchObject({
        status: 'errored',
        error: { code: 'firewall', message: expect.stringContaining('EPERM') },
      });
    } finally {
      hosts.on('harness', ['nft', 'delete', 'table', 'inet', 'packetspec']);
      await stop(server);
    }
  });

  it('when the device here goes down, and it says which', async () => {
    const server = await serve();
    const report = start('two-connections', TARGET.ipv4);
    await until('a connection', isConnected);
    hosts.on('harness', ['ip', 'link', 'set', HARNESS.device, 'down']);
    expect(await report()).toMatchObject({
      status: 'errored',
      error: { code: 'link-down', message: expect.stringContaining('eth0, which leads to the target, is down') },
    });
    hosts.on('harness', ['ip', 'link', 'set', HARNESS.device, 'up']);
    await stop(server);
  });
});

describe('without an agent, the run is not errored', () => {
  it('when it is about a port that is closed, and fails', async () => {
    expect(await start('closed-port', TARGET.ipv4)()).toMatchObject({ status: 'failed' });
  });
});
