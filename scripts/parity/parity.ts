/**
 * `npm run parity -- PATHS`: runs packetdrill and packetspec on the same scripts, and prints what they differ in.
 *
 * PACKETDRILL names the program (it is not part of packetspec; see google/packetdrill). With `--mutants N`, N changed
 * scripts are made of each, with one change in each, and none that packetdrill rejects may pass here. Deliberately
 * absent: any script; they are given as files and folders.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { IpVariant } from '../../src/spec/model';
import { PROFILE_NAMES, type Profile, profileByName } from '../../src/spec/pkt/profiles';
import { discover } from '../../src/suite/discover';
import { renewBundle } from '../bench/product';
import { type Compared, comparisonText, differenceOf, mutantText, slippedThrough } from './compare';
import { inLanes } from './lanes';
import { corpusRoot, Mirror, type Script } from './mirror';
import { mutantsOf } from './mutate';
import type { Outcome } from './outcome';
import { runPacketdrill, runnerArguments } from './run-packetdrill';
import { runPacketspec } from './run-packetspec';

const USAGE = `usage: PACKETDRILL=path/to/packetdrill npm run parity -- [options] SCRIPTS_OR_FOLDERS...
  --profile NAME          whose parameters are passed: ${PROFILE_NAMES.join(' or ')} (default: kselftest)
  --variants LIST         only these: ipv4,ipv6,ipv4-mapped
  --jobs N                packetspec's runs at the same time
  --packetdrill-jobs N    packetdrill's (default: 1)
  --mutants N             run N mutants of each script in place of the script
  --seed S                which mutants (default: 1)
  --keep                  leave the mutants where they were written`;

interface Task {
  /** What it is called in the report. */
  readonly name: string;
  readonly script: Script;
}

interface Wishes {
  readonly packetdrill: string;
  readonly profileName: string;
  readonly profile: Profile;
  readonly variants?: string;
  readonly jobs?: string;
  readonly packetdrillJobs: number;
  readonly mutants: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly paths: readonly string[];
}

/** @returns the exit status: 0 when nothing differs that must not */
async function parity(wishes: Wishes): Promise<number> {
  renewBundle();
  const { files, problems } = discover(wishes.paths);
  if (problems.length > 0) throw new Error(problems.map(String).join('\n'));
  const scripts = files
    .filter(({ path }) => path.endsWith('.pkt'))
    .map((file) => ({ ...file, path: resolve(file.path) }));
  if (scripts.length === 0) throw new Error('no .pkt file among these paths');
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-parity-'));
  try {
    const root = corpusRoot(scripts);
    const tasks = wishes.mutants > 0 ? mutantTasks(scripts, root, folder, wishes) : plainTasks(scripts, root);
    const all = await compareAll(tasks, wishes, folder);
    console.log(wishes.mutants > 0 ? mutantText(all) : comparisonText(all));
    if (wishes.keep) writeFileSync(join(folder, 'outcomes.json'), JSON.stringify(all.map(withoutText), undefined, 1));
    const wrong = wishes.mutants > 0 ? slippedThrough(all) : all.filter((one) => differenceOf(one) === 'verdict');
    return wrong.length === 0 ? 0 : 1;
  } finally {
    if (wishes.keep) console.error(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

function withoutText({ name, packetdrill, packetspec }: Compared): Omit<Compared, 'text'> {
  return { name, packetdrill, packetspec };
}

function plainTasks(scripts: readonly Script[], root: string): readonly Task[] {
  return scripts.map((script) => ({ name: relative(root, script.path), script }));
}

function mutantTasks(scripts: readonly Script[], root: string, folder: string, wishes: Wishes): readonly Task[] {
  const mirror = new Mirror(root, join(folder, 'corpus'));
  return scripts.flatMap((script, index) =>
    mutantsOf(script.text, wishes.seed + index, wishes.mutants).map(({ line, what, text }, number) => ({
      name: `${relative(root, script.path)}:${line} (mutant ${number}, ${what})`,
      script: { path: mirror.write(script, `m${number}-`, text), text },
    })),
  );
}

async function compareAll(tasks: readonly Task[], wishes: Wishes, folder: string): Promise<readonly Compared[]> {
  const ours = await runPacketspec(
    tasks.map(({ script }) => script.path),
    {
      profile: wishes.profileName,
      folder,
      ...(wishes.variants === undefined ? {} : { variants: wishes.variants }),
      ...(wishes.jobs === undefined ? {} : { jobs: wishes.jobs }),
    },
  );
  console.error(`packetspec has made ${ours.length} runs`);
  const byPath = new Map(tasks.map((task) => [task.script.path, task]));
  const pairs = ours.flatMap(({ file, variant, outcome }) => {
    const task = byPath.get(resolve(file));
    const variants = variant === undefined ? variantsOfRejected(task?.script.text ?? '') : [variant as IpVariant];
    return task === undefined ? [] : variants.map((ip) => ({ task, ip, outcome }));
  });
  let done = 0;
  return inLanes(pairs, wishes.packetdrillJobs, async ({ task, ip, outcome }) => {
    const packetdrill = await packetdrillOn(task.script, ip, wishes);
    if (++done % 50 === 0) console.error(`packetdrill: ${done} of ${pairs.length}`);
    return { name: `${task.name} [${ip}]`, text: task.script.text, packetdrill, packetspec: outcome };
  });
}

function packetdrillOn(script: Script, ip: IpVariant, { packetdrill, profile, profileName }: Wishes): Promise<Outcome> {
  // Its own runner passes this one always.
  const own = profileName === 'packetdrill' ? ['--send_omit_free'] : [];
  return runPacketdrill(packetdrill, [...own, ...runnerArguments(profile, ip)], script.path);
}

/** A text that does not parse has no variants here: packetdrill is asked about one. */
function variantsOfRejected(text: string): readonly IpVariant[] {
  return [/^--ip_version=ipv6/m.test(text) ? 'ipv6' : 'ipv4'];
}

/** @throws when the command line is wrong */
function wishesFrom(argv: readonly string[]): Wishes {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      profile: { type: 'string', default: 'kselftest' },
      variants: { type: 'string' },
      jobs: { type: 'string' },
      'packetdrill-jobs': { type: 'string', default: '1' },
      mutants: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
    },
  });
  const profile = profileByName(values.profile);
  if (profile === undefined) throw new Error(`there is no profile ${values.profile}\n${USAGE}`);
  const packetdrill = process.env['PACKETDRILL'];
  if (packetdrill === undefined) throw new Error(`PACKETDRILL is not set: where is the program?\n${USAGE}`);
  if (positionals.length === 0) throw new Error(`no script is given\n${USAGE}`);
  return {
    packetdrill: resolve(packetdrill),
    profileName: values.profile,
    profile,
    ...(values.variants === undefined ? {} : { variants: values.variants }),
    ...(values.jobs === undefined ? {} : { jobs: values.jobs }),
    packetdrillJobs: wholeNumber('--packetdrill-jobs', values['packetdrill-jobs'], 1),
    mutants: wholeNumber('--mutants', values.mutants, 0),
    seed: wholeNumber('--seed', values.seed, 0),
    keep: values.keep,
    paths: positionals,
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`${name} is ${text}, and not a whole number from ${least}\n${USAGE}`);
  return number;
}

/** What is wrong with the command line or the machine is said without a stack. */
async function main(): Promise<void> {
  try {
    process.exitCode = await parity(wishesFrom(process.argv.slice(2)));
  } catch (error) {
    console.error(`parity: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}

void main();
