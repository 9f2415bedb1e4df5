/**
 * A program with a guardian, that opens runs as its argument says, tells what it has done, and waits for its end. The
 * guardian turns into the same program.
 */
import { writeSync } from 'node:fs';
import { NS_PER_S } from '../../src/base/nanoseconds';
import type { Host, Run } from '../../src/host/host';
import { destroyHeldSockets } from '../../src/host/linux/guardian';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { dieWithParent } from '../../src/host/linux/parent';
import { establish, IPV4, LIMIT_NS, listen, PORT, sends, succeeded } from './segments';

const DESTROY_SOCKETS = '--destroy-sockets';

/** Sends data that nobody acknowledges, and does not close. */
const SERVER = `import socket, time
s = socket.create_server(("0.0.0.0", ${PORT}))
c, _ = s.accept()
c.send(bytes(1000))
time.sleep(600)`;

async function main(mode: string): Promise<void> {
  dieWithParent();
  const host = openLinuxHost({ guardianCommand: [process.execPath, __filename, DESTROY_SOCKETS] });
  say('ready');
  await MODES[mode]?.(host);
}

const MODES: Readonly<Record<string, (host: Host) => Promise<void>>> = {
  async connection(host) {
    const run = host.openRun(IPV4);
    const server = listen(run);
    establish(run, IPV4, 40_001);
    const fd = succeeded(run.call({ name: 'accept', fd: server }, LIMIT_NS)).returned;
    succeeded(run.call({ name: 'write', fd, buffer: sends(...new Uint8Array(1000)) }, LIMIT_NS));
    succeeded(run.call({ name: 'close', fd }, LIMIT_NS));
    await untilSocket(run, 'FIN_WAIT1');
    await forEver();
  },
  async server(host) {
    const run = host.openRun(IPV4);
    await run.startServer(`exec python3 -c '${SERVER}'`, PORT, 10 * NS_PER_S);
    establish(run, IPV4, 40_001);
    await untilSocket(run, 'ESTABLISHED');
    await forEver();
  },
  command(host) {
    const run = host.openRun(IPV4);
    say('commanding');
    run.shell({ text: 'setsid sleep 600 & sleep 600', folder: '/', limitNs: 600 * NS_PER_S });
    return Promise.resolve();
  },
  closed: openAndClose,
  async twice(host) {
    await openAndClose(host);
    await openAndClose(host);
  },
};

/** Until standard input says something or ends. */
async function openAndClose(host: Host): Promise<void> {
  await host.openRun(IPV4).close();
  say('closed');
  await new Promise<void>((resolve) => {
    process.stdin
      .once('data', () => resolve())
      .once('end', resolve)
      .resume();
  });
  process.stdin.pause();
}

/** On a busy machine it may take seconds; when it does not come, what came is told. */
async function untilSocket(run: Run, wanted: string): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!run.sockets().some(({ state, sendQueue }) => state === wanted && sendQueue >= 1000)) {
    if (performance.now() > untilMs) return say(JSON.stringify({ sockets: run.sockets(), packets: packetsOf(run) }));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  say(wanted);
}

function packetsOf(run: Run): readonly string[] {
  return run.receive().map(({ direction, bytes }) => `${direction} ${Buffer.from(bytes).toString('hex')}`);
}

function forEver(): Promise<never> {
  setInterval(() => {}, 60_000);
  return new Promise(() => {});
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

if (process.argv.includes(DESTROY_SOCKETS)) destroyHeldSockets();
else void main(process.argv[2] ?? '');
