/** The kernel's whole packetdrill suite, against packetdrill itself. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { runWithPacketdrill, type ScriptRun } from './packetdrill';
import type { Bench, Section } from './section';
import { type Spread, spreadOf } from './statistics';
import { ourPass, type Pass, passText, QUICK_PART, scriptRuns, suiteScripts, timed } from './suite-pass';
import { figure, spreadText, type Table } from './table';
import { type Wavering, verdictCounts, wavering } from './verdicts';

/** The widths at which packetspec runs, the fastest first, and how often. */
const LEVELS = [
  { jobs: 16, repeats: 3 },
  { jobs: 4, repeats: 3 },
  { jobs: 1, repeats: 1 },
] as const;
const WIDE = 16;
/** Against packetdrill one after the other, at the greatest width. */
const GOAL_RATIO = 10;

const TITLE = "The kernel's packetdrill suite";

interface Level {
  readonly jobs: number;
  readonly passes: Pass[];
}

/** packetdrill's own passes, one after the other and beside each other. */
interface Peer {
  readonly serial: Pass;
  readonly wide: Pass;
}

export async function benchSuite(bench: Bench): Promise<Section> {
  const scripts = suiteScripts(bench.quick);
  if (scripts.length === 0) {
    return sectionOf(
      [],
      ['Left out: there is no corpus; `npm run corpus -- --fetch-only` fetches it, or CORPUS names it.'],
    );
  }
  const levels = await ourPasses(scripts, bench);
  const [first] = levels[0]?.passes ?? [];
  const peer = first === undefined ? undefined : await peerPasses(scriptRuns(first, scripts), bench);
  return sectionOf(
    [summary(levels, peer)],
    [...aboutVerdicts(levels), ...aboutPeer(peer), ...aboutMachine(bench.quick)],
  );
}

function sectionOf(tables: readonly Table[], notes: readonly string[]): Section {
  return {
    title: TITLE,
    about: [
      'All `.pkt` scripts of tools/testing/selftests/net/packetdrill, each as the IP variants that its runner chooses: `packetspec run --profile kselftest`, from the start of the command to its end, against packetdrill under `unshare -n` with the same arguments. Processor time is that of all processes, the shell commands of the scripts included, which take more than half of it; what the kernel does in the background, such as taking networks away, is not in it. Packetspec runs again what was inconclusive; packetdrill, which cannot tell, nothing.',
    ],
    tables,
    notes,
  };
}

/** By turns, so that a busy moment of the machine does not fall on one width alone. */
async function ourPasses(scripts: readonly string[], { folder, say, quick }: Bench): Promise<readonly Level[]> {
  const levels = LEVELS.map(({ jobs, repeats }) => ({ jobs, repeats: quick ? 1 : repeats, passes: [] as Pass[] }));
  for (let turn = 0; levels.some(({ repeats }) => turn < repeats); turn++) {
    for (const { jobs, passes } of levels.filter(({ repeats }) => turn < repeats)) {
      const pass = await ourPass(scripts, ['--jobs', String(jobs)], join(folder, 'suite.json'));
      passes.push(pass);
      say(`packetspec on ${scripts.length} scripts at --jobs ${jobs}: ${passText(pass)}`);
    }
  }
  return levels;
}

async function peerPasses(runs: readonly ScriptRun[], { say }: Bench): Promise<Peer | undefined> {
  const program = process.env['PACKETDRILL'];
  if (program === undefined) return undefined;
  const passAt = async (width: number): Promise<Pass> => {
    const { result: verdicts, ...times } = await timed(() => runWithPacketdrill(resolve(program), runs, width));
    const pass = { ...times, verdicts, again: 0 };
    say(`packetdrill, ${width} at a time: ${passText(pass)}`);
    return pass;
  };
  return { serial: await passAt(1), wide: await passAt(WIDE) };
}

function summary(levels: readonly Level[], peer: Peer | undefined): Table {
  const row = (name: string, passes: readonly Pass[], isGoal = false): readonly string[] => {
    const walls = spreadOf(passes.map(({ wallS }) => wallS));
    const counts = passes.map(({ verdicts }) => verdictCounts(verdicts)).filter(isFirst);
    return [
      name,
      spreadText(walls),
      spreadText(spreadOf(passes.map(({ processorS }) => processorS))),
      ...(peer === undefined ? [] : [fasterText(peer.serial, walls, isGoal)]),
      counts.join('; '),
      passes.map(({ again }) => again).join(', '),
    ];
  };
  const ours = levels.map(({ jobs, passes }) => row(`packetspec --jobs ${jobs}`, passes, jobs === WIDE));
  const peers = peer && [
    row('packetdrill, one after the other', [peer.serial]),
    row(`packetdrill, ${WIDE} at a time`, [peer.wide]),
  ];
  const faster = peer === undefined ? [] : ['times as fast as packetdrill'];
  return {
    heading: ['all scripts', 'wall time, s', 'processor time, s', ...faster, 'verdicts', 'made again'],
    rows: [...ours, ...(peers ?? [])],
  };
}

function fasterText({ wallS }: Pass, { median }: Spread, isGoal: boolean): string {
  const ratio = wallS / median;
  const goal = isGoal ? ` (goal: ${GOAL_RATIO}: ${ratio >= GOAL_RATIO ? 'met' : '**missed**'})` : '';
  return `${figure(ratio)}${goal}`;
}

function isFirst(text: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(text) === index;
}

/**
 * A verdict that depends on how many run beside it would be worth little. Some scripts come to other ends with the same
 * width too: they allow less time than a jiffy of this kernel. So the repeats of one width are the measure.
 */
function aboutVerdicts(levels: readonly Level[]): readonly string[] {
  const passesAt = (wanted: number): readonly Pass[] => levels.find(({ jobs }) => jobs === wanted)?.passes ?? [];
  const wide = passesAt(WIDE);
  const [alone] = passesAt(1);
  const [first, ...others] = wide;
  if (alone === undefined || first === undefined) return [];
  const acrossWidths = wide.map((pass) => wavering(alone.verdicts, pass.verdicts));
  const amongRepeats = others.map((pass) => wavering(first.verdicts, pass.verdicts));
  const counts = (all: readonly (readonly Wavering[])[]): string => all.map(({ length }) => length).join(', ') || '-';
  const names = acrossWidths
    .flat()
    .map(({ name, first: before, second: after }) => `${name} (${before}, then ${after})`)
    .filter(isFirst);
  return [
    `Verdicts that differ between \`--jobs 1\` and each repeat of \`--jobs ${WIDE}\`: ${counts(acrossWidths)}; between the first of these repeats and each other one: ${counts(amongRepeats)}. ${names.length === 0 ? '' : `The former are ${names.join('; ')}.`}`.trim(),
  ];
}

function aboutPeer(peer: Peer | undefined): readonly string[] {
  if (peer === undefined) return ['packetdrill is left out: PACKETDRILL does not name its program.'];
  const lost = wavering(peer.serial.verdicts, peer.wide.verdicts).filter(({ first }) => first === 'passed');
  return [
    `The goal is to be ${GOAL_RATIO} times as fast at \`--jobs ${WIDE}\` as packetdrill, which runs one script after the other because it must: of what it passes so, ${lost.length} fail when it runs ${WIDE} at a time. What packetspec skips for something that this machine lacks, packetdrill fails.`,
  ];
}

function aboutMachine(quick: boolean): readonly string[] {
  const allowed = readFileSync('/proc/sys/net/ipv4/tcp_allowed_congestion_control', 'latin1').trim().split(' ');
  const part = quick ? [`Quick: one in ${QUICK_PART} of the scripts, once.`] : [];
  const processors = `${availableParallelism()} processors.`;
  if (allowed.includes('cubic')) return [...part, processors];
  const hint = 'as root: `sysctl net.ipv4.tcp_allowed_congestion_control="reno cubic"`';
  return [
    ...part,
    processors,
    `**This machine does not allow \`cubic\` in private networks**, which every script asks for (${hint}): the figures say little.`,
  ];
}
