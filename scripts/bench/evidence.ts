/** What is kept of a very long run - trace, ladder, capture, page - and what it takes to make it. */
import { bundleProgram } from './bundle-program';
import type { EvidenceFigures } from './evidence-program';
import { output } from './process';
import { DIST } from './product';
import type { Bench, Section } from './section';
import { figure } from './table';

const SEGMENTS = 100_000;
const GOAL_S = 20;
const GOAL_MIB = 1024;

export async function benchEvidence({ folder, say }: Bench): Promise<Section> {
  const program = bundleProgram(folder, require.resolve('./evidence-program'));
  const text = await output([process.execPath, program, String(SEGMENTS / 2), folder, DIST]);
  const { parts, status, peakMiB } = JSON.parse(text) as EvidenceFigures;
  if (status !== 'passed') throw new Error(`the long run ${status}`);
  const [wallMs, processorMs] = [sum(parts.map((one) => one.wallMs)), sum(parts.map((one) => one.processorMs))];
  say(`evidence: ${figure(wallMs / 1000)} s, ${figure(peakMiB)} MiB`);
  const row = (name: string, wall: number, processor: number, bytes: number): readonly string[] => [
    name,
    figure(wall / 1000),
    figure(processor / 1000),
    bytes === 0 ? '-' : figure(bytes / 2 ** 20),
  ];
  return {
    title: 'Evidence of a long run',
    about: [
      `One run of ${SEGMENTS} segments, ${SEGMENTS / 2} of each direction, each with a step of its own: its trace is written and read, judged, drawn without leaving anything out, and written as a capture and as an HTML report, in one process after the other.`,
    ],
    tables: [
      {
        heading: ['part', 's', 's of processor', 'MiB written or read'],
        rows: [
          ...parts.map(({ name, wallMs: wall, processorMs: processor, bytes }) => row(name, wall, processor, bytes)),
          row('together', wallMs, processorMs, 0),
        ],
      },
    ],
    notes: [
      `The largest resident set was ${figure(peakMiB)} MiB. The goals are ${GOAL_S} s (${wallMs < GOAL_S * 1000 ? 'met' : '**missed**'}) and ${GOAL_MIB} MiB (${peakMiB < GOAL_MIB ? 'met' : '**missed**'}).`,
    ],
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
