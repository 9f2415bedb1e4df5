/** Copies a process, again and again if it is told to, says the copies' ids, and waits to be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { present } from '../../src/base/assert';
import { Original } from '../../src/host/linux/copies/process-copies';

const THREADS = `
import threading, time
for _ in range(60):
    threading.Thread(target=time.sleep, args=(1000,)).start()
print('ready', flush=True)
time.sleep(1000)
`;

async function main(): Promise<void> {
  // Many threads: making a copy takes a while, in which somebody may be killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'python3', '-c', THREADS], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  // Bug: on a slow machine it was copied while it began, which is refused.
  await once(present(child.stdout, 'what it says'), 'data');
  const original = new Original(present(child.pid, 'the process'));
  do {
    const { pid } = original.copy({ files: [], socket: 3, patch: { address: 0, bytes: new Uint8Array() } });
    process.stdout.write(`${pid}\n`);
  } while (process.argv.includes('again'));
  setInterval(() => undefined, 1000);
}

void main();
