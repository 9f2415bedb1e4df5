import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/base/nanoseconds';
import type { Host, Run } from '../../../src/host/host';
import { TCP_FLAG } from '../../../src/wire/wire';
import { bundleProgram, openTestHost, processesWith, untilGone } from '../../support/live';
import { answers, IPV4, PORT, segment } from '../../support/segments';

let host: Host;
let run: Run;

beforeAll(() => {
  host = openTestHost();
});

afterEach(async () => {
  await run.close();
});

/** A listening socket that nobody accepts from, in Python. */
const LISTENER = `import socket, time; s = socket.create_server(("0.0.0.0", ${PORT}), backlog=3); time.sleep(600)`;

describe('a server process', () => {
  it('is awaited until it listens, and answers in the private network', async () => {
    run = host.openRun(IPV4);
    await run.startServer(`python3 -c '${LISTENER}'`, PORT, 10 * NS_PER_S);
    expect(run.sockets()).toMatchObject([{ state: 'LISTEN', localPort: PORT, sendQueue: 3 }]);
    run.startTimedPart();
    run.inject(segment(IPV4, 40001, TCP_FLAG.SYN));
    expect(answers(run)).toMatchObject([{ flags: TCP_FLAG.SYN | TCP_FLAG.ACK }]);
  });

  it('is named with what it printed when it never listens', async () => {
    run = host.openRun(IPV4);
    const started = run.startServer('echo starting; echo badly >&2; sleep 600', PORT, 3 * NS_PER_S);
    await expect(started).rejects.toMatchObject({
      code: 'server-not-listening',
      message: expect.stringMatching(/did not listen on port 8080 within 3s; it printed:\nstarting\nbadly/),
      hint: 'nothing listens at all',
    });
  });

  it('is told where else it listens', async () => {
    run = host.openRun(IPV4);
    const elsewhere = LISTENER.replace(String(PORT), '8081');
    await expect(run.startServer(`python3 -c '${elsewhere}'`, PORT, 2 * NS_PER_S)).rejects.toMatchObject({
      code: 'server-not-listening',
      hint: 'what listens: 0.0.0.0 port 8081',
    });
  });

  it('is named with its status and the end of its output when it ends', async () => {
    run = host.openRun(IPV4);
    const command = 'yes 0123456789 | head -c 100000; echo; echo the end; exit 7';
    const error: unknown = await run.startServer(command, PORT, 10 * NS_PER_S).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'server-exited', message: expect.stringMatching(/status 7.*the end$/s) });
    expect(String(error).length).toBeLessThan(4500);
  });

  it('is killed with all that it started when the run closes', async () => {
    run = host.openRun(IPV4);
    const command = `sleep 987651 & (setsid sleep 987652 &); python3 -c '${LISTENER}'`;
    await run.startServer(command, PORT, 10 * NS_PER_S);
    expect(processesWith('sleep 98765').length).toBeGreaterThanOrEqual(2);
    const startedMs = performance.now();
    await run.close();
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(processesWith('sleep 98765')).toEqual([]);
  });

  it('is killed with all that it started when the executor is killed', async () => {
    run = host.openRun(IPV4);
    const program = bundleProgram('test/support/serve-and-wait.ts', 'serve-and-wait');
    const command = `sleep 876541 & (setsid sleep 876542 &); python3 -c '${LISTENER}'`;
    const child = spawn(process.execPath, [program, command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const network = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    });
    expect(processesWith('sleep 87654').length).toBeGreaterThanOrEqual(2);
    expect(processesIn(network)).not.toEqual([]);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await untilGone('87654')).toEqual([]);
    expect(processesIn(network)).toEqual([]);
  });
});

/** Process ids of what lives in a network, such as `net:[4026532177]`. */
function processesIn(network: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === network;
    } catch {
      return false;
    }
  });
}
