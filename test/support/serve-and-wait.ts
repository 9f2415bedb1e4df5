/** A program that starts a server in a private network, names the network, and waits to be killed. */
import { readlinkSync, writeSync } from 'node:fs';
import { NS_PER_S } from '../../src/base/nanoseconds';
import { dieWithParent } from '../../src/host/linux/parent';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { IPV4, PORT } from './segments';

async function main(command: string): Promise<void> {
  dieWithParent();
  const run = openLinuxHost().openRun(IPV4);
  await run.startServer(command, PORT, 10 * NS_PER_S);
  writeSync(1, `${readlinkSync('/proc/thread-self/ns/net')}\n`);
  setInterval(() => {}, 60_000);
}

void main(process.argv[2] ?? '');
