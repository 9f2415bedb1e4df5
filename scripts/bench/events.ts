/** What recording kernel events costs a run: its set-up, and the lateness of its injections. */
import { networkOf } from '../../src/timeline/network';
import { bundleProgram } from './bundle-program';
import { jitteredOffsets, latenessSpec, measureLateness } from './lateness';
import { output, privately } from './process';
import { timelineOf } from './product';
import { alternate, type Bench, type Section } from './section';
import type { SetupTimes } from './setup-program';
import { quantile, type Quantiles, type Spread, spreadOf } from './statistics';
import { figure, goalText, spreadText, type Table } from './table';

const REPEATS = 5;
const NETWORKS = 50;
const SETUP_GOAL_PERCENT = 5;
const P99_GOAL_US = 20;

interface Repeat {
  readonly setup: SetupTimes;
  /** Microseconds, by the user's clock. */
  readonly lateness: Quantiles;
}

export async function benchEvents({ folder, say, quick }: Bench): Promise<Section> {
  const program = bundleProgram(folder, require.resolve('./setup-program'));
  const text = latenessSpec(jitteredOffsets());
  const measure = async (events: boolean, repeat: number): Promise<Repeat> => {
    const setup = await setupTimes(program, events);
    const { user: lateness } = await measureLateness(timelineOf(text, 'tun', events));
    const name = events ? 'with   ' : 'without';
    say(`events ${name} ${repeat + 1}: set-up ${figure(setupMs(setup))} ms, p99 ${figure(lateness.p99)} us`);
    return { setup, lateness };
  };
  const { product, peer = [] } = await alternate<Repeat, Repeat>(
    quick ? 2 : REPEATS,
    (repeat) => measure(true, repeat),
    (repeat) => measure(false, repeat),
  );
  return {
    title: 'Kernel events',
    about: [
      `What \`--events\` costs. *Set-up* is opening and configuring a network as in the section on set-up, ${NETWORKS} times in one executor, with the start of the recording in it; *leaving* has the reading of the events in it. The first run with events in an executor also makes the tracing instance; that is in a row of its own. *Lateness* is that of the section on injection lateness: 2,000 segments that the kernel drops, each of which gives two or three events.`,
    ],
    tables: [setupTable(product, peer), latenessTable(product, peer)],
    notes: [],
  };
}

async function setupTimes(program: string, events: boolean): Promise<SetupTimes> {
  const network = JSON.stringify(networkOf('ipv4', undefined));
  const command = [process.execPath, program, network, String(NETWORKS), ...(events ? ['events'] : [])];
  return JSON.parse(await output(privately(command))) as SetupTimes;
}

/** The first network pays for what is done once in a process. */
function medianMs(ns: readonly number[]): number {
  return quantile(ns.slice(1), 0.5) / 1e6;
}

function setupMs({ open, configure }: SetupTimes): number {
  return medianMs(open.map((time, index) => time + (configure[index] ?? 0)));
}

function setupTable(on: readonly Repeat[], off: readonly Repeat[]): Table {
  const spread = (repeats: readonly Repeat[], pick: (times: SetupTimes) => number): Spread =>
    spreadOf(repeats.map(({ setup }) => pick(setup)));
  const row = (name: string, pick: (times: SetupTimes) => number, goal: string): readonly string[] => {
    const [without, withEvents] = [spread(off, pick), spread(on, pick)];
    const percent = ((withEvents.median - without.median) / without.median) * 100;
    return [name, spreadText(without), spreadText(withEvents), `${figure(percent)} %`, goal];
  };
  const percents = on.map(({ setup }, index) => {
    const without = off[index];
    return without === undefined ? 0 : (setupMs(setup) / setupMs(without.setup) - 1) * 100;
  });
  const first = ({ open, configure }: SetupTimes): number => ((open[0] ?? 0) + (configure[0] ?? 0)) / 1e6;
  return {
    heading: [`ms, median of ${on.length} repeats (lowest-highest)`, 'without events', 'with events', 'more', 'goal'],
    rows: [
      row('set-up, p50', setupMs, goalText(percents, SETUP_GOAL_PERCENT, '%')),
      row('leaving, p50', ({ close }) => medianMs(close), ''),
      row('set-up of the first run of an executor', first, ''),
    ],
  };
}

function latenessTable(on: readonly Repeat[], off: readonly Repeat[]): Table {
  const row = (name: keyof Quantiles, goal: string): readonly string[] => {
    const [without, withEvents] = [off, on].map((side) => spreadOf(side.map(({ lateness }) => lateness[name])));
    if (without === undefined || withEvents === undefined) return [];
    const more = figure(withEvents.median - without.median);
    return [`lateness, ${name}`, spreadText(without), spreadText(withEvents), more, goal];
  };
  const differences = on.map(({ lateness }, index) => lateness.p99 - (off[index]?.lateness.p99 ?? 0));
  return {
    heading: [`us, median of ${on.length} repeats (lowest-highest)`, 'without events', 'with events', 'more', 'goal'],
    rows: [row('p50', ''), row('p99', goalText(differences, P99_GOAL_US, 'us more')), row('max', '')],
  };
}
