/** Making a private network for a run and leaving it again, against the same system calls in C. */
import { ExecutorProcess } from '../../src/suite/executor';
import type { IpVariant } from '../../src/spec/model';
import { networkOf } from '../../src/timeline/network';
import { bundleProgram } from './bundle-program';
import { output, privately } from './process';
import { EXECUTOR_COMMAND, timelineOf, traceFrom } from './product';
import { alternate, type Bench, type FloorResult, type Section } from './section';
import type { SetupTimes } from './setup-program';
import { quantile, spreadOf } from './statistics';
import { figure, goalText, ratioText, spreadText, type Table } from './table';

const REPEATS = 3;
const NETWORKS = 50;
const ROUNDS = 100;
const GOAL_MS = 5;

const EMPTY_SPEC = (ip: IpVariant): string => `
name: nothing
ip: ${ip}
steps:
  - sockets: { LISTEN: 0 }
`;

/** What one repeat gave. */
interface Repeat {
  readonly ipv4: SetupTimes;
  readonly ipv6: SetupTimes;
}

export async function benchSetup({ folder, floor, say }: Bench): Promise<Section> {
  const program = bundleProgram(folder, require.resolve('./setup-program'));
  const measured = await alternate<Repeat, FloorResult>(
    REPEATS,
    async () => ({ ipv4: await timesOf(program, 'ipv4'), ipv6: await timesOf(program, 'ipv6') }),
    floor === undefined ? undefined : () => floor.measure('setup', String(NETWORKS)),
  );
  const whole = { ipv4: await wholeRuns('ipv4'), ipv6: await wholeRuns('ipv6') };
  say(`set-up: open ${figure(milliseconds(measured.product[0]?.ipv4.open ?? [0], 0.5))} ms`);
  return {
    title: 'Set-up and tear-down',
    about: [
      `What a run costs besides its spec, ${NETWORKS} times in each of ${REPEATS} repeats. *Opening*: namespace, TUN, addresses, routes, packet socket, netlink. *Configuring*: two sysctls, all counters, the start of the timed part. *Leaving*: what an executor is busy with after it has handed over the trace, before it takes the next run; what the kernel does in the background is not in it. The floor is unshare, TUN, addresses and a route by ioctl in C, over IPv4.`,
      `The second table is the whole way in a warm executor, ${ROUNDS} runs of a spec with one step, back to back: from handing over the timeline to having the trace.`,
    ],
    tables: [summary(measured.product, measured.peer), wholeTable(whole)],
    notes: [
      'IPv6 has one step more: a kernel thread makes the address local, and packets that came before that would be lost, so it is waited for.',
    ],
  };
}

async function timesOf(program: string, ip: IpVariant): Promise<SetupTimes> {
  const network = JSON.stringify(networkOf(ip, undefined));
  const text = await output(privately([process.execPath, program, network, String(NETWORKS)]));
  return JSON.parse(text) as SetupTimes;
}

/** Milliseconds of each run, the first ones left out: the executor has just started. */
async function wholeRuns(ip: IpVariant): Promise<readonly number[]> {
  const timeline = timelineOf(EMPTY_SPEC(ip));
  const executor = new ExecutorProcess(EXECUTOR_COMMAND);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await traceFrom(executor, timeline);
    times.push(performance.now() - start);
  }
  executor.release();
  return times;
}

function milliseconds(ns: readonly number[], share: number): number {
  return quantile(ns, share) / 1e6;
}

function summary(product: readonly Repeat[], floor: readonly FloorResult[] | undefined): Table {
  const row = (
    name: string,
    pick: (repeat: Repeat) => readonly number[],
    pickFloor: ((result: FloorResult) => readonly number[]) | undefined,
    goalMs?: number,
  ): readonly string[] => {
    const medians = product.map((repeat) => milliseconds(pick(repeat), 0.5));
    const tails = product.map((repeat) => milliseconds(pick(repeat), 0.99));
    const peers = pickFloor === undefined ? undefined : floor?.map((result) => milliseconds(pickFloor(result), 0.5));
    const peer = peers === undefined ? undefined : spreadOf(peers);
    return [
      name,
      spreadText(spreadOf(medians)),
      spreadText(spreadOf(tails)),
      peer === undefined ? '-' : spreadText(peer),
      ratioText(spreadOf(medians), peer),
      goalMs === undefined ? '' : goalText(medians, goalMs, 'ms'),
    ];
  };
  const sum = ({ open, configure, close }: SetupTimes): readonly number[] =>
    open.map((time, index) => time + (configure[index] ?? 0) + (close[index] ?? 0));
  return {
    heading: ['ms, median of repeats (lowest-highest)', 'p50', 'p99', 'C floor, p50', 'ratio', 'goal'],
    rows: [
      row(
        'IPv4: opening',
        ({ ipv4 }) => ipv4.open,
        ({ first }) => first,
      ),
      row('IPv4: configuring', ({ ipv4 }) => ipv4.configure, undefined),
      row(
        'IPv4: leaving',
        ({ ipv4 }) => ipv4.close,
        ({ second }) => second,
      ),
      row(
        'IPv4: all',
        ({ ipv4 }) => sum(ipv4),
        ({ first, second }) => first.map((time, at) => time + (second[at] ?? 0)),
        GOAL_MS,
      ),
      row('IPv6: opening', ({ ipv6 }) => ipv6.open, undefined),
      row('IPv6: all', ({ ipv6 }) => sum(ipv6), undefined, GOAL_MS),
    ],
  };
}

function wholeTable(whole: Readonly<Record<'ipv4' | 'ipv6', readonly number[]>>): Table {
  const row = (name: string, times: readonly number[]): readonly string[] => [
    name,
    figure(times[0] ?? 0),
    ...[0.5, 0.99, 1].map((share) => figure(quantile(times.slice(1), share))),
  ];
  return {
    heading: ['ms from timeline to trace', 'first', 'p50', 'p99', 'max'],
    rows: [row('IPv4', whole.ipv4), row('IPv6', whole.ipv6)],
  };
}
