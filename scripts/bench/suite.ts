/** The kernel's whole packetdrill suite, against packetdrill itself. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { EXIT } from '../../src/cli/exit-codes';
import type { IpVariant } from '../../src/spec/model';
import { discover } from '../../src/suite/discover';
import { cachedCorpus, cacheFolder } from '../corpus/fetch';
import type { Report } from '../parity/packetspec-outcome';
import { runWithPacketdrill, type ScriptRun } from './packetdrill';
import { COMMAND } from './product';
import type { Bench, Section } from './section';
import { type Spread, spreadOf } from './statistics';
import { figure, spreadText, type Table } from './table';
import { verdictCounts, type Verdicts, type Wavering, wavering } from './verdicts';

/** The widths at which packetspec runs, the fastest first, and how often. */
const LEVELS = [
  { jobs: 16, repeats: 3 },
  { jobs: 4, repeats: 3 },
  { jobs: 1, repeats: 1 },
] as const;
const WIDE = 16;
/** Against packetdrill one after the other, at the greatest width. */
const GOAL_RATIO = 10;
/** Of a quick bench: every so-manieth script, once. */
const QUICK_PART = 8;

const TITLE = "The kernel's packetdrill suite";
/** Of /proc/PID/stat, on all architectures (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;
/** In /proc/self/stat behind the name: cutime and cstime, of the children that were waited for. */
const CHILD_TIME_FIELDS = [13, 14] as const;

/** One pass through all scripts. */
interface Pass {
  readonly wallS: number;
  readonly processorS: number;
  readonly verdicts: Verdicts;
  /** Runs that were made more than once. */
  readonly again: number;
}

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
  const corpus = process.env['CORPUS'] ?? cachedCorpus(cacheFolder());
  if (corpus === undefined) {
    return sectionOf(
      [],
      ['Left out: there is no corpus; `npm run corpus -- --fetch-only` fetches it, or CORPUS names it.'],
    );
  }
  const { files, problems } = discover([corpus]);
  if (files.length === 0) return sectionOf([], [`Left out: ${problems.join('; ')}.`]);
  const scripts = files
    .map(({ path }) => resolve(path))
    .filter((path, index) => path.endsWith('.pkt') && (!bench.quick || index % QUICK_PART === 0));
  const levels = await ourPasses(scripts, bench);
  const peer = await peerPasses(scriptRuns(levels), scripts, bench);
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
      const pass = await ourPass(scripts, jobs, join(folder, 'suite.json'));
      passes.push(pass);
      say(`packetspec on ${scripts.length} scripts at --jobs ${jobs}: ${passText(pass)}`);
    }
  }
  return levels;
}

async function ourPass(scripts: readonly string[], jobs: number, report: string): Promise<Pass> {
  const [program, script] = COMMAND;
  const args = [script, 'run', '--profile', 'kselftest', '--jobs', String(jobs), '--reporter', `json=${report}`];
  const { result: status, ...times } = await timed(() => statusOf(program, [...args, ...scripts]));
  const ends: readonly (number | null)[] = [EXIT.passed, EXIT.failed, EXIT.errored];
  if (!ends.includes(status)) throw new Error(`packetspec run ended with status ${String(status)}`);
  const { results } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return {
    ...times,
    verdicts: new Map(results.map(({ file, variant, status }) => [nameOf(file, variant), status])),
    again: results.filter(({ attempts }) => attempts > 1).length,
  };
}

function statusOf(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', done);
  });
}

function nameOf(path: string, variant: string): string {
  return `${basename(path)} ${variant}`;
}

function scriptRuns(levels: readonly Level[]): readonly string[] {
  return [...(levels[0]?.passes[0]?.verdicts.keys() ?? [])];
}

async function peerPasses(
  names: readonly string[],
  scripts: readonly string[],
  { say }: Bench,
): Promise<Peer | undefined> {
  const program = process.env['PACKETDRILL'];
  if (program === undefined) return undefined;
  const byName = new Map(scripts.map((path) => [basename(path), path]));
  const runs = names.flatMap((name): readonly ScriptRun[] => {
    const [file = '', variant] = name.split(' ');
    const path = byName.get(file);
    return path === undefined ? [] : [{ name, path, variant: variant as IpVariant }];
  });
  const passAt = async (width: number): Promise<Pass> => {
    const { result: verdicts, ...times } = await timed(() => runWithPacketdrill(resolve(program), runs, width));
    const pass = { ...times, verdicts, again: 0 };
    say(`packetdrill, ${width} at a time: ${passText(pass)}`);
    return pass;
  };
  return { serial: await passAt(1), wide: await passAt(WIDE) };
}

function passText({ wallS, processorS, verdicts }: Pass): string {
  return `${figure(wallS)} s, ${figure(processorS)} s of the processors: ${verdictCounts(verdicts)}`;
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly wallS: number; readonly processorS: number; readonly result: T }> {
  const [startMs, startS] = [performance.now(), childrenSeconds()];
  const result = await work();
  return { wallS: (performance.now() - startMs) / 1000, processorS: childrenSeconds() - startS, result };
}

/** Processor time of all children that have ended, and of theirs. */
function childrenSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return CHILD_TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field]), 0) / TICKS_PER_SECOND;
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
