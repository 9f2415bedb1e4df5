/** From the command line to the verdict of one short spec, and where the time goes. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './process';
import { COMMAND } from './product';
import { alternate, type Bench, type Section } from './section';
import { quantile, type Spread, spreadOf } from './statistics';
import { figure, goalText, ratioText, spreadText, type Table } from './table';

const REPEATS = 20;
const GOAL_MS = 250;

/** One connection, and nothing to wait for. */
const SPEC = `
name: a handshake
ip: ipv4
sysctls:
  net.ipv4.tcp_syncookies: 0
server: { listen: 8080, backlog: 5 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 1, limit: 5 }
`;

/** Milliseconds since the command was given. */
interface Repeat {
  readonly verdictMs: number;
  readonly exitMs: number;
  /** The timed part of the run. */
  readonly timedMs: number;
  readonly phases: readonly Phase[];
}

interface Phase {
  readonly name: string;
  readonly ms: number;
}

export async function benchCommand({ folder, say }: Bench): Promise<Section> {
  const spec = join(folder, 'handshake.yaml');
  writeFileSync(spec, SPEC);
  const record = join(folder, 'milestones.jsonl');
  await commandOnce(spec, record);
  const { product, peer } = await alternate(REPEATS, () => commandOnce(spec, record), nodeTwice);
  const verdicts = product.map(({ verdictMs, timedMs }) => verdictMs - timedMs);
  say(`command to verdict: ${figure(quantile(verdicts, 0.5))} ms, node twice: ${figure(quantile(peer ?? [], 0.5))} ms`);
  return {
    title: 'Command to verdict',
    about: [
      `\`packetspec run\` on one spec of one IPv4 handshake, from the start of the process to the verdict on standard output, minus the timed part of the run; ${REPEATS} repeats, files in the page cache. The floor is \`node -e 0\` twice, one after the other: a main process and an executor that do nothing.`,
    ],
    tables: [
      summary(
        verdicts,
        product.map(({ exitMs }) => exitMs),
        peer ?? [],
      ),
      breakdown(product),
    ],
    notes: [
      'The executor starts while the main process reads the spec; what the second table calls *waiting for the executor* is only what is left of its start when the timeline is ready.',
    ],
  };
}

async function nodeTwice(): Promise<number> {
  const start = performance.now();
  await output([process.execPath, '-e', '0']);
  await output([process.execPath, '-e', '0']);
  return performance.now() - start;
}

async function commandOnce(spec: string, record: string): Promise<Repeat> {
  rmSync(record, { force: true });
  const env = {
    ...process.env,
    BENCH_MILESTONES: record,
    NODE_OPTIONS: `--require ${JSON.stringify(require.resolve('./milestones.js'))}`,
  };
  const [program, script] = COMMAND;
  const startMs = nowMs();
  const child = spawn(program, [script, 'run', spec], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let verdictMs: number | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (chunk.includes('ok ')) verdictMs ??= nowMs() - startMs;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const exitMs = nowMs() - startMs;
  if (status !== 0 || verdictMs === undefined) throw new Error(`packetspec run ended with status ${String(status)}`);
  const { main, executor } = readMilestones(record);
  return { verdictMs, exitMs, timedMs: main['timedMs'] ?? 0, phases: phasesOf(startMs, main, executor, exitMs) };
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

type Milestones = Readonly<Record<string, number>>;

function readMilestones(record: string): { readonly main: Milestones; readonly executor: Milestones } {
  const lines = existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
  const all = lines.map((line) => JSON.parse(line) as Milestones & { readonly process: string });
  const main = all.find((one) => one.process === 'main');
  const executor = all.find((one) => one.process === 'executor');
  if (main === undefined || executor === undefined) throw new Error('the product ended without its milestones');
  return { main, executor };
}

/** The way to the verdict and to the end, cut where one thing follows another. */
function phasesOf(startMs: number, main: Milestones, executor: Milestones, exitMs: number): readonly Phase[] {
  const at = (milestones: Milestones, name: string): number => {
    const value = milestones[name];
    if (value === undefined) throw new Error(`the product did not come to \`${name}\``);
    return value;
  };
  const executorReady = Math.max(at(executor, 'ready'), at(main, 'send'));
  const moments: readonly (readonly [string, number])[] = [
    ['main: Node starts', at(main, 'loaded')],
    ['main: loads its first part, starts the executor', at(main, 'spawn')],
    ['main: loads the rest, reads, parses and compiles the spec', at(main, 'send')],
    ['waiting for the executor: its start beyond that', executorReady],
    ['the timeline reaches the executor', at(executor, 'received')],
    ['executor: set-up, timed part', at(executor, 'finished')],
    ['the trace reaches the main process', at(main, 'finished')],
    ['main: judges and prints', at(main, 'verdict')],
    ['until both processes have ended', startMs + exitMs],
  ];
  const phases = moments.map(([name, moment], index) => ({ name, ms: moment - (moments[index - 1]?.[1] ?? startMs) }));
  const own: Phase = {
    name: '(executor alone: from its start to ready)',
    ms: at(executor, 'ready') - at(main, 'spawn'),
  };
  return [...phases, own];
}

function summary(verdicts: readonly number[], exits: readonly number[], floor: readonly number[]): Table {
  const peer = spreadOf(floor);
  const row = (name: string, values: readonly number[], goal: string): readonly string[] => [
    name,
    spreadText(spreadOf(values)),
    spreadText(peer),
    ratioText(spreadOf(values), peer),
    goal,
  ];
  return {
    heading: [`median (lowest-highest) of ${REPEATS}, ms`, 'packetspec', '`node -e 0` twice', 'ratio', 'goal'],
    rows: [
      row('to the verdict', verdicts, goalText(verdicts, GOAL_MS, 'ms')),
      row('to the end of the command', exits, ''),
    ],
  };
}

function breakdown(product: readonly Repeat[]): Table {
  const names = product[0]?.phases.map(({ name }) => name) ?? [];
  const spread = (index: number): Spread => spreadOf(product.map(({ phases }) => phases[index]?.ms ?? 0));
  return {
    heading: ['where it goes', 'ms'],
    rows: names.map((name, index) => [name, spreadText(spread(index))]),
  };
}
