/**
 * Opens and closes private networks, and prints how long each part took: one line of JSON. A process of its own,
 * since the first network moves its main thread away for good.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import type { Network } from '../../src/timeline/timeline';

/** Nanoseconds for each network. */
export interface SetupTimes {
  readonly open: number[];
  readonly configure: number[];
  readonly close: number[];
}

const SYSCTLS = ['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_synack_retries'] as const;
/** The kernel takes networks away in the background, which must not disturb the next one. */
const PAUSE_MS = 20;

async function main(network: Network, count: number, events: boolean): Promise<void> {
  const host = openLinuxHost();
  const times: SetupTimes = { open: [], configure: [], close: [] };
  for (let round = 0; round < count; round++) {
    const start = now();
    const run = host.openRun(network);
    const opened = now();
    for (const name of SYSCTLS) run.setSysctl(name, '1');
    if (events) run.recordEvents('at the end');
    run.counters();
    run.startTimedPart();
    const ready = now();
    run.endTimedPart();
    const ended = now();
    run.events();
    await run.close();
    times.open.push(opened - start);
    times.configure.push(ready - opened);
    times.close.push(now() - ended);
    await sleep(PAUSE_MS);
  }
  process.stdout.write(JSON.stringify(times));
}

function now(): number {
  return Number(process.hrtime.bigint());
}

void main(JSON.parse(process.argv[2] ?? '') as Network, Number(process.argv[3]), process.argv[4] === 'events');
