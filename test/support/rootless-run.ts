/**
 * A program for an ordinary user. `probe` prints what is in the way of runs; `start` starts `run` by the command of an
 * executor; `run` makes one run and prints what came of it.
 */
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { executorCommand } from '../../src/host/linux/executor-command';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { probeEnvironment } from '../../src/host/linux/probe';
import { answers, IPV4, LIMIT_NS, listen, segment } from './segments';
import { TCP_FLAG } from '../../src/wire/wire';

async function run(): Promise<void> {
  const host = openLinuxHost();
  const run = host.openRun({ ...IPV4, superSegments: true, gateway: IPV4.localAddress, speedMbps: 1000 });
  run.setSysctl('net.ipv4.tcp_syncookies', '0');
  listen(run);
  run.startTimedPart();
  run.inject(segment(IPV4, 40001, TCP_FLAG.SYN));
  const { rootless } = host.facts;
  const counters = run.counters();
  const flags = answers(run).map((answer) => answer.flags);
  const states = run.sockets().map(({ state }) => state);
  const accepted = run.call({ name: 'close', fd: 999 }, LIMIT_NS).outcome.errno;
  const { scheduling } = run;
  const text = 'setsid sleep 321098 & readlink /proc/self/ns/net';
  const command = run.shell({ text, folder: '/', limitNs: LIMIT_NS }).outcome;
  const isInside = command.output.trim() === readlinkSync('/proc/thread-self/ns/net');
  await run.close();
  process.stdout.write(
    JSON.stringify({
      rootless,
      scheduling,
      flags,
      states,
      accepted,
      isInside,
      received: counters['Tcp.InSegs'],
      ppid: process.ppid,
    }),
  );
}

const [mode] = process.argv.slice(2);
if (mode === 'probe') process.stdout.write(JSON.stringify(probeEnvironment() ?? 'fit'));
if (mode === 'run') void run();
if (mode === 'start') {
  const [program = '', ...args] = executorCommand(__filename);
  const { stdout, stderr } = spawnSync(program, [...args, 'run'], { encoding: 'utf8' });
  process.stdout.write(JSON.stringify({ parent: process.pid, child: stdout === '' ? stderr : JSON.parse(stdout) }));
}
