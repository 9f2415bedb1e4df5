/** Other kernels in virtual time: from command to verdict, waiting that costs nothing, and all of `specs/` on each. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/base/assert';
import { EXIT } from '../../src/cli/exit-codes';
import { findQemu } from '../../src/vm/qemu-program';
import { bootableKernel, cachedKernel, kernelCache } from '../../src/vm/kernels/cache';
import { KERNEL_NAMES } from '../../src/vm/kernels/catalogue';
import { bareBoot } from './bare-boot';
import { output } from './process';
import { COMMAND, SPECS } from './product';
import type { Bench, Section } from './section';
import { spreadOf } from './statistics';
import { figure, goalText, ratioText, spreadText, type Table } from './table';

const REPEATS = 10;
const BOOTS = 5;
/** Of the whole matrix, which takes minutes. */
const PASSES = 3;
const HANDSHAKE_FILE = 'handshake.yaml';
const GOAL_S = { snapshot: 1, boot: 6, keepalive: 2, specs: 120 } as const;
const GOAL_MIB = 600;
/** The kernels of the matrix, the oldest first; the newest is measured by the suite of packetdrill. */
const MATRIX = 5;
const WATCH_MS = 20;

const HANDSHAKE = `
name: a handshake
ip: ipv4
server: { listen: 8080, backlog: 5 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 1, limit: 5 }
`;
const KEEPALIVE = join(SPECS, 'timeouts/keepalive.yaml');

/** One command, from its start to its end. */
interface Command {
  readonly wallS: number;
  readonly runs: Readonly<Record<string, number>>;
}

interface TracedCommand extends Command {
  /** Of the runs, from time zero to the last step. */
  readonly virtualS: number;
}

export async function benchGuests(bench: Bench): Promise<Section> {
  const kernels = KERNEL_NAMES.filter((name) => cachedKernel(kernelCache(), name) !== undefined);
  const [first] = kernels;
  if (first === undefined || !hasQemu()) {
    return section([], ['Left out: there is no QEMU or no kernel; `packetspec kernels fetch` fetches kernels.']);
  }
  const matrix = kernels.slice(0, bench.quick ? 1 : MATRIX);
  const starting = await benchStarts(first, matrix, bench);
  const specs = await benchSpecs(matrix, bench);
  return section(
    [starting, specs],
    [
      'The first use of a kernel is not in it: fetching, unpacking, and some 40 s for image, boot and snapshot.',
      'A run is a QEMU of its own. What it costs is the instructions that it executes, and nearly nothing of that is waiting.',
    ],
  );
}

function section(tables: readonly Table[], notes: readonly string[]): Section {
  return {
    title: 'Guests in virtual time',
    about: [
      '`packetspec run --kernel`: QEMU without KVM, one run after the other on each processor, as many at the same time as there are processors. From the start of the command to its end. *Virtual* is the time that passed in the guests, from time zero of each run to its last step.',
    ],
    tables,
    notes,
  };
}

function hasQemu(): boolean {
  try {
    findQemu();
    return true;
  } catch {
    return false;
  }
}

async function benchStarts(kernel: string, matrix: readonly string[], bench: Bench): Promise<Table> {
  const { folder, say, quick } = bench;
  const spec = join(folder, HANDSHAKE_FILE);
  writeFileSync(spec, HANDSHAKE);
  // The first one makes image and snapshot.
  await runOnce([spec, '--kernel', kernel], folder);
  const snapshots = await repeated(quick ? 3 : REPEATS, () => runOnce([spec, '--kernel', kernel], folder));
  const waits = await repeated(quick ? 2 : REPEATS, () =>
    runTraced([KEEPALIVE, '--filter', 'ipv4', '--kernel', kernel], folder),
  );
  const guests = [
    ['from a snapshot', await largestGuest([spec, '--kernel', kernel])],
    ['that boots', await largestGuest([spec, '--kernel', matrix.at(-1) ?? kernel, '--no-snapshot'])],
  ] as const;
  const boots = await benchBoots(spec, matrix, bench);
  const walls = (all: readonly Command[]): readonly number[] => all.map(({ wallS }) => wallS);
  const base = spreadOf(walls(snapshots)).median;
  const beyond = walls(waits).map((wall) => wall - base);
  say(`guests: ${figure(base)} s from a snapshot`);
  return {
    heading: ['one run at a time', 'median (lowest-highest)', 'goal'],
    rows: [
      row(`Linux ${kernel}: a handshake, from a snapshot, s`, walls(snapshots), GOAL_S.snapshot),
      row(
        `keepalive over ${figure((waits[0]?.virtualS ?? 0) / 3600)} hours, beyond a handshake, s`,
        beyond,
        GOAL_S.keepalive,
      ),
      ...boots,
      ...guests.map(([name, mib]) => [`QEMU ${name}, resident, MiB`, figure(mib), goalText([mib], GOAL_MIB, 'MiB')]),
    ],
  };
}

/** `--no-snapshot`, on each kernel. */
async function benchBoots(
  spec: string,
  kernels: readonly string[],
  { folder, say, quick }: Bench,
): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const kernel of kernels) {
    const once = () => runOnce([spec, '--kernel', kernel, '--no-snapshot'], folder);
    // The first one makes the image, if nobody has.
    await once();
    const bare = present(cachedKernel(kernelCache(), kernel), `the kernel ${kernel}`);
    const [boots, floor]: [number[], number[]] = [[], []];
    // By turns: the machine is faster or slower for minutes.
    for (let time = 0; time < (quick ? 1 : BOOTS); time++) {
      floor.push(await bareBoot(bootableKernel(kernel, bare)));
      boots.push((await once()).wallS);
    }
    say(`guests: ${figure(spreadOf(boots).median)} s with a boot of ${kernel}`);
    const [name, measured, goal] = row(`Linux ${kernel}: a handshake, with a boot, s`, boots, GOAL_S.boot);
    const ratio = ratioText(spreadOf(boots), spreadOf(floor));
    rows.push([name, measured, `${goal}; ${ratio} of ${figure(spreadOf(floor).median)} s, the kernel alone`]);
  }
  return rows;
}

function row(name: string, seconds: readonly number[], goal: number): readonly [string, string, string] {
  return [name, spreadText(spreadOf(seconds)), goalText(seconds, goal, 's')];
}

async function benchSpecs(kernels: readonly string[], { folder, say, quick }: Bench): Promise<Table> {
  const rows: (readonly string[])[] = [];
  // Their snapshots are made once.
  for (const kernel of kernels) await runOnce([join(folder, HANDSHAKE_FILE), '--kernel', kernel], folder);
  for (const kernel of kernels) {
    const { wallS, virtualS, runs } = await runTraced([SPECS, '--kernel', kernel], folder);
    const count = Object.values(runs).reduce((sum, one) => sum + one, 0);
    const counts = Object.entries(runs).map(([status, number]) => `${number} ${status}`);
    say(`all specs on ${kernel}: ${figure(wallS)} s, ${counts.join(', ')}`);
    rows.push([
      kernel,
      figure(wallS),
      figure(virtualS),
      `${figure(virtualS / wallS)} x`,
      figure(wallS / count),
      counts.join(', '),
    ]);
  }
  const together = () => runOnce([SPECS, '--kernel', kernels.join(',')], folder);
  const wholes = (await repeated(quick ? 1 : PASSES, together)).map(({ wallS }) => wallS);
  say(`all specs on all of these: ${figure(spreadOf(wholes).median)} s`);
  const goal = kernels.length === MATRIX ? goalText(wholes, GOAL_S.specs, 's') : '';
  return {
    heading: ['all of `specs/` on', 'wall, s', 'virtual, s', 'virtual / wall', 'wall per run, s', 'runs'],
    rows: [...rows, ['all of these, in one command', spreadText(spreadOf(wholes)), '', '', '', goal]],
  };
}

async function repeated<T>(times: number, once: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let time = 0; time < times; time++) all.push(await once());
  return all;
}

async function runTraced(args: readonly string[], folder: string): Promise<TracedCommand> {
  const traces = mkdtempSync(join(folder, 'traces-'));
  const command = await runOnce([...args, '--trace', traces], folder);
  const virtualS = readdirSync(traces).reduce(
    (sum, name) => sum + lastedS(readFileSync(join(traces, name), 'utf8')),
    0,
  );
  rmSync(traces, { recursive: true });
  return { ...command, virtualS };
}

async function runOnce(args: readonly string[], folder: string): Promise<Command> {
  const report = join(folder, 'guests.json');
  const [program, script] = COMMAND;
  const startMs = performance.now();
  const child = spawn(program, [script, 'run', ...args, '--reporter', `json=${report}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const wallS = (performance.now() - startMs) / 1000;
  // Errored stands for inconclusive too, which the table counts.
  const ends: readonly (number | null)[] = [EXIT.passed, EXIT.failed, EXIT.errored];
  if (!ends.includes(status)) throw new Error(`packetspec run ended with ${String(status)}`);
  const { results } = JSON.parse(readFileSync(report, 'utf8')) as { results: readonly { readonly status: string }[] };
  const runs: Record<string, number> = {};
  for (const one of results) runs[one.status] = (runs[one.status] ?? 0) + 1;
  return { wallS, runs };
}

/** The last line of a trace says when it ended. */
function lastedS(trace: string): number {
  const last = JSON.parse(trace.trimEnd().split('\n').at(-1) ?? '{}') as { readonly end?: { readonly atNs?: number } };
  return (last.end?.atNs ?? 0) / 1e9;
}

/** MiB of the largest QEMU under a command. */
async function largestGuest(args: readonly string[]): Promise<number> {
  const [program, script] = COMMAND;
  const child = spawn(program, [script, 'run', ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let isRunning = true;
  void ended.then(() => (isRunning = false));
  let largest = 0;
  while (isRunning) {
    const children = await output(['ps', '-o', 'rss=', '--ppid', String(child.pid)]).catch(() => '');
    for (const line of children.split('\n')) largest = Math.max(largest, Number(line) / 1024);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
  return largest;
}
