/** SYN -> SYN+ACK: how long the kernel takes, and how long it takes the harness to know and to go on. */
import type { LinkKind } from '../../src/spec/link-kind';
import type { Timeline } from '../../src/timeline/timeline';
import { observationsOf, timelineOf, traceOf } from './product';
import { alternate, type Bench, type Section } from './section';
import { type Quantiles, quantilesOf, spreadOf } from './statistics';
import { figure, ratioText, spreadText, type Table } from './table';

const REPEATS = 3;
export const ROUNDS = 2_000;

export interface RoundTrips {
  /** Microseconds. */
  readonly harness: Quantiles;
  readonly kernel: Quantiles;
}

/** Handshakes that stop half-way; the RST clears the request away. */
const SPEC = `
name: round trip
ip: ipv4
server: { listen: 8080, backlog: 128 }
steps:
  - repeat: ${ROUNDS}
    as: client
    steps:
      - inject: S 0:0(0) win 64240
        at: \${i + 50}ms
      - expect: S. 0:0(0) ack 1
      - inject: R 1:1(0)
`;

export function roundTripTimeline(link: LinkKind): Timeline {
  return timelineOf(SPEC, link);
}

/** Runs it in an executor of its own. */
export async function roundTrips(timeline: Timeline): Promise<RoundTrips> {
  const trace = await traceOf(timeline);
  const sent = observationsOf(trace, 'sent');
  const frames = observationsOf(trace, 'frame');
  if (sent.length !== 2 * ROUNDS || frames.length !== 3 * ROUNDS) {
    throw new Error(`${sent.length} sent and ${frames.length} seen in ${ROUNDS} rounds`);
  }
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
  const harness = rounds.map((round) => (sent[2 * round + 1]?.startedNs ?? 0) - (sent[2 * round]?.startedNs ?? 0));
  const answers = frames.filter(({ direction }) => direction === 'out');
  const asked = frames.filter(({ direction }) => direction === 'in');
  const kernel = rounds.map((round) => (answers[round]?.atNs ?? 0) - (asked[2 * round]?.atNs ?? 0));
  return { harness: microseconds(harness), kernel: microseconds(kernel) };
}

export async function benchRoundTrip({ floor, say }: Bench): Promise<Section> {
  const timeline = roundTripTimeline('tun');
  const measured = await alternate<RoundTrips, RoundTrips>(
    REPEATS,
    async (repeat) => {
      const result = await roundTrips(timeline);
      say(`round trip ${repeat + 1}/${REPEATS}: harness p50 ${figure(result.harness.p50)} us`);
      return result;
    },
    floor === undefined
      ? undefined
      : async (repeat) => {
          const { first, second } = await floor.measure('roundtrip', String(ROUNDS));
          const result = { harness: microseconds(first), kernel: microseconds(second) };
          say(`floor      ${repeat + 1}/${REPEATS}: harness p50 ${figure(result.harness.p50)} us`);
          return result;
        },
  );
  return {
    title: 'Round trip',
    about: [
      `${ROUNDS.toLocaleString('en')} times SYN, SYN+ACK, RST, a millisecond apart, so that caches are as cold as in a spec. The *harness's view* begins before the SYN is written and ends before the RST is: in between, packetspec has taken both frames with their stamps, decoded, matched, and crafted the answer; the C floor has read the SYN+ACK and looked at its flags. The *kernel's stamps* are those of the SYN and the SYN+ACK: the kernel's own work.`,
    ],
    tables: [summary(measured.product, measured.peer)],
    notes: [],
  };
}

export function microseconds(values: readonly number[]): Quantiles {
  return quantilesOf(values.map((ns) => ns / 1e3));
}

function summary(product: readonly RoundTrips[], floor: readonly RoundTrips[] | undefined): Table {
  const row = (name: string, pick: (repeat: RoundTrips) => number): readonly string[] => {
    const measured = spreadOf(product.map(pick));
    const peer = floor === undefined ? undefined : spreadOf(floor.map(pick));
    return [name, spreadText(measured), peer === undefined ? '-' : spreadText(peer), ratioText(measured, peer)];
  };
  return {
    heading: [`median of ${REPEATS} repeats (lowest-highest), us`, 'packetspec', 'C floor', 'ratio'],
    rows: [
      row("harness's view, p50", ({ harness }) => harness.p50),
      row("harness's view, p99", ({ harness }) => harness.p99),
      row("harness's view, max", ({ harness }) => harness.max),
      row("kernel's stamps, p50", ({ kernel }) => kernel.p50),
      row("kernel's stamps, p99", ({ kernel }) => kernel.p99),
      row("kernel's stamps, max", ({ kernel }) => kernel.max),
    ],
  };
}
