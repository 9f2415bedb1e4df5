/** Copies a process, says the copy's id, and waits to be killed. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../src/base/assert';
import { Original } from '../../src/host/linux/copies/process-copies';

async function main(): Promise<void> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'sleep', '1000'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  await sleep(200);
  const original = new Original(present(child.pid, 'the process'));
  const { pid } = original.copy({ files: [], socket: 3, patch: { address: 0, bytes: new Uint8Array() } });
  process.stdout.write(`${pid}\n`);
  setInterval(() => undefined, 1000);
}

void main();
