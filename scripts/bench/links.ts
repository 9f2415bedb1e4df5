/** The kinds of link side by side, and beside what others reach: round trips, and a flood of SYNs. */
import { networkOf } from '../../src/timeline/network';
import { LINK_KINDS, type LinkKind } from '../../src/spec/link-kind';
import { bundleProgram } from './bundle-program';
import { findScapy, hasHping, hpingFlood, hpingRoundTrips, scapy } from './other-tools';
import { output, privately } from './process';
import { observationsOf, timelineOf, traceOf } from './product';
import { microseconds, ROUNDS, type RoundTrips, roundTrips, roundTripTimeline } from './round-trip';
import type { Bench, Section } from './section';
import { type Quantiles, quantile, quantilesOf, spreadOf } from './statistics';
import { figure, spreadText, type Table } from './table';

const REPEATS = 5;
const QUICK_REPEATS = 2;
/** As many as there are ports behind 1024. */
const SYNS = 60_000;
/** Scapy sends a thousand a second. */
const SCAPY_SYNS = 2_000;
const SCAPY_ROUNDS = 500;
const HPING_SECONDS = 2;
const GOAL_PER_SECOND = 200_000;
const GOAL_OF_FLOOR = 0.6;
const GOAL_OF_SCAPY = 100;

const FLOOD = `
name: flood
ip: ipv4
sysctls: { net.ipv4.tcp_syncookies: 1 }
server: { listen: 8080, backlog: 128 }
steps:
  - flood: { segment: "S 0:0(0) win 64240", count: ${SYNS} }
`;

/** Everything measured of one link or tool: one entry a repeat. */
interface Figures {
  readonly roundTrips: Quantiles[];
  /** As steps of a spec, and the kernel's share of it. */
  readonly stepRoundTrips: RoundTrips[];
  /** SYNs a second. */
  readonly floods: number[];
  /** SYNs a second, of packets made beforehand. */
  readonly portFloods: number[];
}

type Name = LinkKind | 'C floor' | 'Scapy' | 'hping3';

export async function benchLinks({ folder, floor, quick, say }: Bench): Promise<Section> {
  const program = bundleProgram(folder, require.resolve('./port-program'));
  const python = findScapy();
  const figures = new Map<Name, Figures>();
  const of = (name: Name): Figures => {
    const known = figures.get(name) ?? { roundTrips: [], stepRoundTrips: [], floods: [], portFloods: [] };
    figures.set(name, known);
    return known;
  };
  const turns: readonly (() => Promise<void>)[] = [
    ...LINK_KINDS.map((link) => async () => {
      of(link).roundTrips.push(microseconds(await throughPort(program, link, 'roundtrip', ROUNDS)));
      of(link).stepRoundTrips.push(await roundTrips(roundTripTimeline(link)));
      const [tookNs = 0] = await throughPort(program, link, 'flood', SYNS);
      of(link).portFloods.push(perSecond(SYNS, tookNs));
      of(link).floods.push(await floodThrough(link));
    }),
    async () => {
      if (floor === undefined) return;
      of('C floor').roundTrips.push(microseconds((await floor.measure('roundtrip', String(ROUNDS))).first));
      const { first, second } = await floor.measure('flood', String(SYNS));
      of('C floor').portFloods.push(perSecond(second[0] ?? 0, first[0] ?? 0));
    },
    async () => {
      if (python === undefined) return;
      of('Scapy').roundTrips.push(microseconds(await scapy(python, 'roundtrip', SCAPY_ROUNDS)));
      const [tookNs = 0] = await scapy(python, 'flood', SCAPY_SYNS);
      of('Scapy').portFloods.push(perSecond(SCAPY_SYNS, tookNs));
    },
    async () => {
      if (!hasHping()) return;
      of('hping3').roundTrips.push(
        quantilesOf((await hpingRoundTrips(ROUNDS)).map((milliseconds) => milliseconds * 1e3)),
      );
      of('hping3').portFloods.push(await hpingFlood(HPING_SECONDS));
    },
  ];
  const repeats = quick ? QUICK_REPEATS : REPEATS;
  for (let repeat = 0; repeat < repeats; repeat++) {
    // Whoever comes first meets another machine than the last.
    for (const turn of repeat % 2 === 0 ? turns : turns.toReversed()) await turn();
    const last = LINK_KINDS.map((link) => `${link} ${figure(of(link).roundTrips.at(-1)?.p50 ?? 0)} us`);
    say(`links ${repeat + 1}/${repeats}: round trip p50 ${last.join(', ')}`);
  }
  return {
    title: 'Links',
    about: [
      `The same timelines over each kind of link, and what others reach, turn by turn, ${repeats} repeats. *Round trip*: from before the SYN is sent until the SYN+ACK has been received, ${ROUNDS.toLocaleString('en')} times, a millisecond apart; through the port of the host, and by the C floor over TUN as in the section on round trips. *Stamps*: between those of the kernel. *As steps* of a spec, the SYN+ACK has been matched, too, and the next segment made. Scapy with \`sr1\` on a TUN device (${SCAPY_ROUNDS} times); hping3: by its own figures, which it rounds to 100 us, over \`lo\`.`,
      `*Flood*: ${SYNS.toLocaleString('en')} SYNs, each from a port of its own, to a listener with cookies. *As a step* is \`flood:\` in a spec: each segment is made, sent, seen and its answer counted. *Sending alone* takes packets that were made beforehand and reads nothing, as the C floor does, which is a loop of write() on a TUN device. Scapy sends packets that were made beforehand, too (${SCAPY_SYNS.toLocaleString('en')}).`,
    ],
    tables: [roundTripTable(figures), floodTable(figures)],
    notes: goals(figures),
  };
}

async function floodThrough(link: LinkKind): Promise<number> {
  const [flooded] = observationsOf(await traceOf(timelineOf(FLOOD, link)), 'flooded');
  if (flooded === undefined || flooded.sent !== SYNS) throw new Error(`${flooded?.sent ?? 0} of ${SYNS} SYNs sent`);
  return perSecond(flooded.sent, flooded.endedNs - flooded.startedNs);
}

async function throughPort(
  program: string,
  link: LinkKind,
  what: 'roundtrip' | 'flood',
  count: number,
): Promise<readonly number[]> {
  const network = JSON.stringify(networkOf('ipv4', {}, link));
  const text = await output(privately([process.execPath, program, network, what, String(count)]));
  return JSON.parse(text) as readonly number[];
}

function perSecond(count: number, ns: number): number {
  return count / (ns / 1e9);
}

function roundTripTable(figures: ReadonlyMap<Name, Figures>): Table {
  const text = (values: readonly number[]): string => (values.length === 0 ? '-' : spreadText(spreadOf(values)));
  const rows = [...figures].map(([name, { roundTrips: seen, stepRoundTrips: steps }]) => [
    name,
    ...(['p50', 'p99', 'max'] as const).map((key) => text(seen.map((one) => one[key]))),
    ...(['p50', 'p99'] as const).map((key) => text(steps.map(({ kernel }) => kernel[key]))),
    ...(['p50', 'p99'] as const).map((key) => text(steps.map(({ harness }) => harness[key]))),
  ]);
  const heading = ['round trip, us: median of repeats (lowest-highest)', 'p50', 'p99', 'max'];
  return { heading: [...heading, 'stamps, p50', 'stamps, p99', 'as steps, p50', 'as steps, p99'], rows };
}

function floodTable(figures: ReadonlyMap<Name, Figures>): Table {
  const thousands = (rates: readonly number[]): string =>
    rates.length === 0 ? '-' : spreadText(spreadOf(rates.map((rate) => rate / 1000)));
  const rows = [...figures].map(([name, { floods, portFloods }]) => [name, thousands(portFloods), thousands(floods)]);
  return { heading: ['flood, 1,000 SYNs a second: median (lowest-highest)', 'sending alone', 'as a step'], rows };
}

/** The goals by the medians of the repeats. */
function goals(figures: ReadonlyMap<Name, Figures>): readonly string[] {
  const median = (name: Name): number | undefined => {
    const rates = figures.get(name)?.portFloods ?? [];
    return rates.length === 0 ? undefined : quantile(rates, 0.5);
  };
  const [floor, others] = [median('C floor'), median('Scapy')];
  const wanted = Math.min(GOAL_PER_SECOND, floor === undefined ? Number.POSITIVE_INFINITY : floor * GOAL_OF_FLOOR);
  return LINK_KINDS.map((link) => {
    const rate = median(link) ?? 0;
    const reached = rate >= wanted ? 'met' : '**missed**';
    const ofFloor = floor === undefined ? '' : `, ${figure((100 * rate) / floor)} % of the floor`;
    const timesScapy =
      others === undefined
        ? ''
        : `; ${GOAL_OF_SCAPY} times Scapy: ${rate >= GOAL_OF_SCAPY * others ? 'met' : '**missed**'} (${figure(rate / others)} x)`;
    return `\`${link}\`, sending alone: ${figure(rate / 1000)},000 SYNs a second${ofFloor}; goal of ${figure(wanted / 1000)},000: ${reached}${timesScapy}.`;
  });
}
