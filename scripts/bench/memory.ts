/** How much memory the main process and its executors take while a suite runs. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND, SPECS } from './product';
import type { Bench, Section } from './section';
import { quantile, spreadOf } from './statistics';
import { figure, ratioText, spreadText, type Table } from './table';

const JOBS = 8;
const EVERY_MS = 100;
/** Sixteen runs or so, all short. */
const FILTER = 'backlog=';

/** MiB: resident, and with what several processes share divided by their number. */
interface Usage {
  readonly resident: number;
  readonly proportional: number;
}

export async function benchMemory({ say }: Bench): Promise<Section> {
  const { main, executors } = await watchSuite();
  const node = await usageOfNode();
  say(`memory: main ${figure(main.resident)} MiB, an executor ${figure(quantile(residentOf(executors), 0.5))} MiB`);
  return {
    title: 'Memory',
    about: [
      `The largest seen of each process, asked every ${EVERY_MS} ms, while \`packetspec run specs --jobs ${JOBS} --filter ${FILTER}\` runs. *Resident* counts pages that processes share for each of them; *proportional* (PSS) divides those. The floor is a Node that only waits.`,
    ],
    tables: [summary(main, executors, node)],
    notes: [],
  };
}

async function watchSuite(): Promise<{ readonly main: Usage; readonly executors: readonly Usage[] }> {
  const [program, script] = COMMAND;
  const args = [script, 'run', SPECS, '--filter', FILTER, '--jobs', String(JOBS)];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const largest = new Map<number, Usage>();
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let running = true;
  void ended.then(() => (running = false));
  const pid = child.pid ?? 0;
  while (running) {
    for (const process of [pid, ...childrenOf(pid)]) {
      const usage = usageOf(process);
      if (usage !== undefined) largest.set(process, larger(usage, largest.get(process)));
    }
    await sleep(EVERY_MS);
  }
  if ((await ended) !== 0) throw new Error('the suite did not pass');
  const main = largest.get(pid);
  if (main === undefined) throw new Error('the suite was over before it could be looked at');
  largest.delete(pid);
  return { main, executors: [...largest.values()] };
}

async function usageOfNode(): Promise<Usage> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
  await sleep(5 * EVERY_MS);
  const usage = usageOf(child.pid ?? 0);
  child.kill();
  if (usage === undefined) throw new Error('node did not start');
  return usage;
}

function childrenOf(pid: number): readonly number[] {
  const text = readText(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

function usageOf(pid: number): Usage | undefined {
  const text = readText(`/proc/${pid}/smaps_rollup`);
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(text ?? '')?.[1]) / 1024;
  const usage = { resident: mebibytes('Rss'), proportional: mebibytes('Pss') };
  return Number.isNaN(usage.resident + usage.proportional) ? undefined : usage;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function larger(one: Usage, other: Usage | undefined): Usage {
  return {
    resident: Math.max(one.resident, other?.resident ?? 0),
    proportional: Math.max(one.proportional, other?.proportional ?? 0),
  };
}

function residentOf(usages: readonly Usage[]): readonly number[] {
  return usages.map(({ resident }) => resident);
}

function summary(main: Usage, executors: readonly Usage[], node: Usage): Table {
  const row = (name: string, usages: readonly Usage[]): readonly string[] => {
    const resident = spreadOf(residentOf(usages));
    return [
      name,
      usages.length === 1 ? figure(resident.median) : spreadText(resident),
      figure(
        quantile(
          usages.map(({ proportional }) => proportional),
          0.5,
        ),
      ),
      ratioText(resident, spreadOf([node.resident])),
    ];
  };
  return {
    heading: ['MiB', 'resident', 'proportional', 'resident, against Node alone'],
    rows: [
      row('main process', [main]),
      row(`one of ${executors.length} executors`, executors),
      row('Node alone', [node]),
    ],
  };
}
