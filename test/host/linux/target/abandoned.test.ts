/** What it ends is shown by test/cli/target-killed.live.test.ts; here is what it must leave alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram, requireKernel, temporaryFolder } from '../../../support/live';
import { HARNESS, TARGET, TwoHosts } from '../../../support/two-hosts';

const PORT = 20_001;

/** A connection from the port of a killed run, of somebody who has it now. */
const CLIENT = `
import socket, time
connection = socket.create_connection(("${TARGET.ipv4}", 8080), source_address=("${HARNESS.ipv4}", ${PORT}))
time.sleep(600)
`;

let hosts: TwoHosts;

beforeAll(async () => {
  requireKernel();
  hosts = await TwoHosts.make();
});

afterAll(() => hosts.end());

function established(): string {
  return hosts.on('target', ['ss', '-Htan', 'state', 'established']);
}

async function untilEstablished(): Promise<void> {
  for (let attempt = 0; attempt < 500 && !established().includes(`:${PORT}`); attempt++) await sleep(20);
}

describe('the connections of a killed run', () => {
  it('are not those of somebody who has one of its ports now', async () => {
    const program = bundleProgram('src/cli/executor.ts', 'executor');
    const list = join(temporaryFolder, 'connections');
    const ends = { version: 4, sourceAddress: HARNESS.ipv4, targetAddress: TARGET.ipv4 };
    writeFileSync(list, `${JSON.stringify(ends)}\n${PORT} 8080\n`);
    const server = hosts.start('target', ['python3', '-m', 'http.server', '8080']);
    await expect.poll(() => hosts.on('target', ['ss', '-Htln']), { timeout: 60_000 }).toContain(':8080');
    const client = hosts.start('harness', ['python3', '-c', CLIENT]);
    try {
      await untilEstablished();
      const command = `exec ${process.execPath} ${program} --end-connections 3<${list}`;
      const { status, stderr } = await hosts.start('harness', ['sh', '-c', command]).ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(established()).toContain(`:${PORT}`);
    } finally {
      for (const { child, ended } of [client, server]) {
        child.kill('SIGKILL');
        await ended;
      }
    }
  });
});
