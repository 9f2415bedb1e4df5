/** A program that ends while a call of it sleeps. Arguments: the script of the blocking thread; `exit` or `end`. */
import { writeSync } from 'node:fs';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { IPV4 } from './segments';

async function main([blockingWorkerPath = '', how]: readonly string[]): Promise<void> {
  const run = openLinuxHost({ blockingWorkerPath }).openRun(IPV4);
  await run.prepareBlocking();
  run.startBlockingCall({ name: 'poll', entries: [], timeoutMs: 600_000 }, 1);
  writeSync(1, 'asleep\n');
  process.exitCode = 5;
  if (how === 'exit') process.exit();
}

void main(process.argv.slice(2));
