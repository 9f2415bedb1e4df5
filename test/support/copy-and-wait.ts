/** Copies a process, again and again if it is told to, says the copies' ids, and waits to be killed. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../src/base/assert';
import { Original } from '../../src/host/linux/copies/process-copies';

const THREADS = `
import threading, time
for _ in range(60):
    threading.Thread(target=time.sleep, args=(1000,)).start()
`;

async function main(): Promise<void> {
  // Many threads: making a copy takes a while, in which somebody may be killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'python3', '-c', THREADS], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  await sleep(1000);
  const original = new Original(present(child.pid, 'the process'));
  do {
    const { pid } = original.copy({ files: [], socket: 3, patch: { address: 0, bytes: new Uint8Array() } });
    process.stdout.write(`${pid}\n`);
  } while (process.argv.includes('again'));
  setInterval(() => undefined, 1000);
}

void main();
