/** The kinds of link side by side, and beside what others reach: round trips, and a flood of SYNs. */
import { networkOf } from '../../src/timeline/network';
import { LINK_KINDS, type LinkKind } from '../../src/spec/link-kind';
import { bundleProgram } from './bundle-program';
import { findScapy, hasHping, hpingFlood, hpingRoundTrips, scapyFlood, scapyRoundTrips } from './other-tools';
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
/** Scapy sends a few thousand a second. */
const SCAPY_SYNS = 2_000;
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
  /** SYNs a second, each made on the way. */
  readonly floods: number[];
  /** SYNs a second, of packets made beforehand. */
  readonly portFloods: number[];
}

const DISSECTED = 'Scapy, of packets that it has dissected';

type Name = LinkKind | 'C floor' | 'Scapy' | typeof DISSECTED | 'hping3';

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
      of('Scapy').roundTrips.push(microseconds(await scapyRoundTrips(python, ROUNDS)));
      const { send, made, dissected } = await scapyFlood(python, SCAPY_SYNS);
      of('Scapy').floods.push(perSecond(SCAPY_SYNS, send));
      of('Scapy').portFloods.push(perSecond(SCAPY_SYNS, made));
      of(DISSECTED).portFloods.push(perSecond(SCAPY_SYNS, dissected));
    },
    async () => {
      if (!hasHping()) return;
      of('hping3').roundTrips.push(
        quantilesOf((await hpingRoundTrips(ROUNDS)).map((milliseconds) => milliseconds * 1e3)),
      );
      of('hping3').floods.push(await hpingFlood(HPING_SECONDS));
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
      `The same timelines over each kind of link (\`tun\`: a TUN device; \`raw\`: raw sockets over a pair of Ethernet devices; \`raw-lo\`: over \`lo\`), and what others reach, turn by turn, ${repeats} repeats. packetspec and the C floor run under SCHED_FIFO; Scapy and hping3 run as their users run them.`,
      `*Round trip*: from before the SYN is sent until the SYN+ACK has been received, ${ROUNDS.toLocaleString('en')} times. The SYNs of packetspec, of the C floor and of hping3 are a millisecond apart; Scapy's follow each other. The first three columns: by packetspec, through its port to the kernel, of segments made beforehand; by the C floor with write() and read() on a TUN device; by Scapy with \`sr1\` on a TUN device; by hping3 as it prints them, rounded to 100 us, over \`lo\`. *Stamps*: between those that the kernel gave to SYN and SYN+ACK, its own work. *As steps* of a spec: until the SYN+ACK has been decoded and matched, and the segment that follows it made.`,
      `*Flood*: SYNs to a listener with cookies. *Sending alone* takes packets that were made beforehand, until the last has been sent: by packetspec through its port and by the C floor, a loop of write() on a TUN device, ${SYNS.toLocaleString('en')} of them, each from a port of its own; by Scapy ${SCAPY_SYNS.toLocaleString('en')}, each given to a TUN device. *Made, too*: by packetspec as the step \`flood:\` of a spec, where each segment is made, and the answers are counted until no more come, which is waited for (2 ms at least); by Scapy with \`send()\` of a list over a pair of Ethernet devices, as its documentation has it; by hping3 with \`--flood --rand-source\` over \`lo\`. Scapy is fastest when it gets packets that it has dissected itself: then it only copies their bytes. Few of its users know that; it has a row of its own. The kernel's own count says that the SYNs have arrived, or the bench ends (hping3: four fifths of them, since some of its random sources are no host's; the C floor: not looked at).`,
    ],
    tables: [roundTripTable(figures), floodTable(figures)],
    notes: goals(figures),
  };
}

async function floodThrough(link: LinkKind): Promise<number> {
  const [flooded] = observationsOf(await traceOf(timelineOf(FLOOD, link)), 'flooded');
  if (flooded === undefined || flooded.sent !== SYNS) throw new Error(`${flooded?.sent ?? 0} of ${SYNS} SYNs sent`);
  if (flooded.answered !== SYNS) throw new Error(`${flooded.answered} of ${SYNS} SYNs answered`);
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
  const measured = [...figures].filter(([, { roundTrips: seen }]) => seen.length > 0);
  const rows = measured.map(([name, { roundTrips: seen, stepRoundTrips: steps }]) => [
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
  return { heading: ['flood, 1,000 SYNs a second: median (lowest-highest)', 'sending alone', 'made, too'], rows };
}

/** The goals by the medians of the repeats: like is compared with like. */
function goals(figures: ReadonlyMap<Name, Figures>): readonly string[] {
  const median = (name: Name, what: 'floods' | 'portFloods'): number | undefined => {
    const rates = figures.get(name)?.[what] ?? [];
    return rates.length === 0 ? undefined : quantile(rates, 0.5);
  };
  const floor = median('C floor', 'portFloods');
  const wanted = Math.min(GOAL_PER_SECOND, floor === undefined ? Number.POSITIVE_INFINITY : floor * GOAL_OF_FLOOR);
  const scapy = { made: median('Scapy', 'floods'), alone: median('Scapy', 'portFloods') };
  const goalOf = (link: LinkKind): string => {
    const made = median(link, 'floods') ?? 0;
    const ofFloor = floor === undefined ? '' : `, ${figure((100 * made) / floor)} % of the floor`;
    const times = scapy.made === undefined ? '' : `; ${timesScapy(made, scapy.made)}`;
    return `- \`${link}\`: ${rateText(made)}${ofFloor}: ${metText(made >= wanted)}${times}.`;
  };
  return [
    `The goals are for the step \`flood:\` (*made, too*): ${rateText(GOAL_PER_SECOND)} SYNs a second, or ${GOAL_OF_FLOOR * 100} % of the C floor where that is less, here ${rateText(wanted)}; and ${GOAL_OF_SCAPY} times Scapy's \`send()\`.`,
    LINK_KINDS.map(goalOf).join('\n'),
    ...(floor === undefined || scapy.alone === undefined
      ? []
      : [
          `Of packets that were made beforehand, \`tun\` sends ${figure((median('tun', 'portFloods') ?? 0) / scapy.alone)} times as many as Scapy, and the C floor itself ${figure(floor / scapy.alone)} times.`,
        ]),
  ];
}

function timesScapy(rate: number, scapy: number): string {
  return `${figure(rate / scapy)} times Scapy: ${metText(rate >= GOAL_OF_SCAPY * scapy)}`;
}

function metText(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}

/** Of a rate, the thousands count. */
function rateText(rate: number): string {
  return (Math.round(rate / 1000) * 1000).toLocaleString('en');
}
