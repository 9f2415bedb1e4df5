/** How late segments are injected, against a C program that does nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Timeline } from '../../src/timeline/timeline';
import { type Conditions, conditionsText, isIdle, lookAround } from './machine';
import { observationsOf, timelineOf, traceOf } from './product';
import { alternate, type Bench, type Section } from './section';
import { type Quantiles, quantilesOf, spreadOf } from './statistics';
import { figure, goalText, ratioText, spreadText, type Table } from './table';

const REPEATS = 5;
const EVENTS = 2_000;
const APART_NS = 3_000_000;
const JITTER_NS = 1_000_000;
const FIRST_NS = 50_000_000;
const P50_GOAL_US = 5;
const P99_GOAL_US = 100;

interface Repeat {
  readonly conditions: Conditions;
  readonly scheduling: string;
  /** Microseconds. */
  readonly user: Quantiles;
  readonly kernel: Quantiles;
}

export async function benchLateness({ floor, folder, say }: Bench): Promise<Section> {
  const offsets = jitteredOffsets();
  const offsetFile = join(folder, 'offsets.txt');
  writeFileSync(offsetFile, offsets.join('\n'));
  const timeline = timelineOf(latenessSpec(offsets));

  const measured = await alternate<Repeat, Repeat>(
    REPEATS,
    async (repeat) => {
      const result = { conditions: await lookAround(), ...(await measureLateness(timeline)) };
      say(`lateness ${repeat + 1}/${REPEATS}: p50 ${figure(result.user.p50)} us, p99 ${figure(result.user.p99)} us`);
      return result;
    },
    floor === undefined
      ? undefined
      : async (repeat) => {
          const conditions = await lookAround();
          const { first, second } = await floor.measure('lateness', offsetFile);
          const result = { conditions, scheduling: '', user: microseconds(first), kernel: microseconds(second) };
          say(
            `floor    ${repeat + 1}/${REPEATS}: p50 ${figure(result.user.p50)} us, p99 ${figure(result.user.p99)} us`,
          );
          return result;
        },
  );
  return {
    title: 'Injection lateness',
    about: [
      `${EVENTS.toLocaleString('en')} segments, ${APART_NS / 1e6} ms apart with up to ${JITTER_NS / 1e6} ms of jitter, as a spec with absolute times, in the product's own executor process. Lateness by the *user's clock* is the time just before the write to the device, minus the planned time; the *kernel's stamp* is when the kernel received the packet, minus the planned time. The floor is a C program with the same plan and the same way of waiting (ppoll, then reading the clock for the last 200 us), and nothing else to do.`,
    ],
    tables: [summary(measured.product, measured.peer), conditions(measured.product, measured.peer)],
    notes: [schedulingNote(measured.product)],
  };
}

/** Runs `latenessSpec` once. */
export async function measureLateness(timeline: Timeline): Promise<Omit<Repeat, 'conditions'>> {
  const trace = await traceOf(timeline);
  const sent = observationsOf(trace, 'sent');
  const stamps = observationsOf(trace, 'frame').filter(({ direction }) => direction === 'in');
  if (sent.length !== EVENTS || stamps.length !== EVENTS) throw new Error(`${sent.length} of ${EVENTS} injected`);
  return {
    scheduling: trace.environment.scheduling,
    user: microseconds(sent.map(({ plannedNs, startedNs }) => startedNs - plannedNs)),
    kernel: microseconds(sent.map(({ plannedNs }, index) => (stamps[index]?.atNs ?? 0) - plannedNs)),
  };
}

/** The same for both sides, and in each run of the bench. */
export function jitteredOffsets(): readonly number[] {
  let state = 1;
  return Array.from({ length: EVENTS }, (_, index) => {
    state = (state * 48_271) % 0x7fffffff;
    return FIRST_NS + index * APART_NS + Math.round(((2 * state) / 0x7fffffff - 1) * JITTER_NS);
  });
}

/** A RST to a port where nobody listens: the kernel takes it and says nothing. However late, the run goes on. */
export function latenessSpec(offsets: readonly number[]): string {
  const steps = offsets.map((offset) => `  - inject: R 0:0(0)\n    at: ${offset}ns`);
  return ['name: lateness', 'ip: ipv4', 'steps:', ...steps, ''].join('\n');
}

function microseconds(values: readonly number[]): Quantiles {
  return quantilesOf(values.map((ns) => ns / 1e3));
}

function summary(product: readonly Repeat[], floor: readonly Repeat[] | undefined): Table {
  const row = (name: string, pick: (repeat: Repeat) => number, goalUs?: number): readonly string[] => {
    const measured = product.map(pick);
    const peer = floor === undefined ? undefined : spreadOf(floor.map(pick));
    return [
      name,
      spreadText(spreadOf(measured)),
      peer === undefined ? '-' : spreadText(peer),
      ratioText(spreadOf(measured), peer),
      goalUs === undefined ? '' : goalText(measured, goalUs, 'us'),
    ];
  };
  return {
    heading: [`median of ${REPEATS} repeats (lowest-highest), us`, 'packetspec', 'C floor', 'ratio', 'goal'],
    rows: [
      row('user clock, p50', ({ user }) => user.p50, P50_GOAL_US),
      row('user clock, p99', ({ user }) => user.p99, P99_GOAL_US),
      row('user clock, max', ({ user }) => user.max),
      row("kernel's stamp, p50", ({ kernel }) => kernel.p50),
      row("kernel's stamp, p99", ({ kernel }) => kernel.p99),
      row("kernel's stamp, max", ({ kernel }) => kernel.max),
    ],
  };
}

function conditions(product: readonly Repeat[], floor: readonly Repeat[] | undefined): Table {
  const row = (side: string, { conditions: found, user }: Repeat, repeat: number): readonly string[] => [
    `${side} ${repeat + 1}`,
    conditionsText(found),
    isIdle(found) ? 'yes' : '**no**',
    figure(user.p50),
    figure(user.p99),
    figure(user.max),
  ];
  return {
    heading: ['repeat', 'machine just before', 'idle', 'p50', 'p99', 'max'],
    rows: [
      ...product.map((repeat, index) => row('packetspec', repeat, index)),
      ...(floor ?? []).map((repeat, index) => row('C floor', repeat, index)),
    ],
  };
}

function schedulingNote(product: readonly Repeat[]): string {
  return product.every(({ scheduling }) => scheduling === 'fifo')
    ? 'All repeats ran under SCHED_FIFO.'
    : 'SCHED_FIFO was **not** allowed here: neighbours delay segments as they like.';
}
