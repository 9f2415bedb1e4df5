/** The kernel's packetdrill suite on the newest kernel in guests, against packetdrill in one such guest. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { present } from '../../src/base/assert';
import { findOnPath } from '../../src/host/linux/path';
import { profileByName } from '../../src/spec/pkt/profiles';
import type { CpioEntry } from '../../src/vm/cpio';
import { INIT_PATHS } from '../../src/vm/guest-abi';
import { ensureImage } from '../../src/vm/image';
import { initProgram } from '../../src/vm/init-program';
import { openInitrd } from '../../src/vm/initrd';
import { bootableKernel, cachedKernel, kernelCache } from '../../src/vm/kernels/cache';
import { KERNEL_NAMES } from '../../src/vm/kernels/catalogue';
import type { BootableKernel } from '../../src/vm/vm';
import { runnerArguments } from '../parity/run-packetdrill';
import { bootGuest } from './booted-guest';
import { bundleProgram } from './bundle-program';
import type { ScriptRun } from './packetdrill';
import { ROOT } from './product';
import type { Bench, Section } from './section';
import { ourPass, type Pass, passText, scriptRuns, suiteScripts } from './suite-pass';
import { figure, type Table } from './table';
import { verdictCounts, wavering } from './verdicts';

const TITLE = "The kernel's packetdrill suite on the newest kernel, in virtual time";
/** Of the wall time that packetdrill needs. */
const GOAL_SHARE = 1 / 3;
const LIMIT = { busyMs: 3_600_000, wallMs: 7_200_000 } as const;
const FOLDER = '/bench';
const SUITE = '/bench/suite';
const END = 'bench-end ';
/** What the peer needs, and the image of the product has not: packetdrill sets an MTU by `ifconfig`. */
const TOOLS = ['unshare', 'ifconfig'];
const MODE = { program: 0o755, folder: 0o755 } as const;
const NODE = '/usr/bin/node';

export async function benchGuestSuite(bench: Bench): Promise<Section> {
  const name = KERNEL_NAMES.findLast((one) => cachedKernel(kernelCache(), one) !== undefined);
  const scripts = suiteScripts(bench.quick);
  const program = process.env['PACKETDRILL'];
  if (name === undefined || scripts.length === 0 || program === undefined) {
    return section(
      [],
      [
        'Left out: it needs a kernel (`packetspec kernels fetch`), the corpus (`npm run corpus -- --fetch-only`), and PACKETDRILL.',
      ],
    );
  }
  const kernel = bootableKernel(name, present(cachedKernel(kernelCache(), name), `the kernel ${name}`));
  const options = ['--kernel', name];
  const report = join(bench.folder, 'guest-suite.json');
  // The first one makes image and snapshot.
  await ourPass(scripts.slice(0, 1), options, report);
  const ours = await ourPass(scripts, options, report);
  bench.say(`packetspec in guests with ${name}: ${passText(ours)}`);
  const peer = await peerPass(kernel, scriptRuns(ours, scripts), program, bench.folder);
  bench.say(`packetdrill in a guest with ${name}: ${passText(peer)}`);
  return section([table(name, ours, peer)], notes(ours, peer));
}

function section(tables: readonly Table[], about: readonly string[]): Section {
  return {
    title: TITLE,
    about: [
      '`packetspec run --kernel`, each run in a QEMU of its own, as many at the same time as there are processors; against packetdrill, one script after the other in one guest with the same kernel, options of QEMU and tools. The boot of that guest is in its time. The first use of the kernel is in neither: some 40 s for image, boot and snapshot.',
    ],
    tables,
    notes: about,
  };
}

function table(kernel: string, ours: Pass, peer: Pass): Table {
  const row = (name: string, { wallS, processorS, verdicts }: Pass): readonly string[] => [
    name,
    figure(wallS),
    figure(processorS),
    figure(wallS / peer.wallS),
    verdictCounts(verdicts),
  ];
  return {
    heading: [`Linux ${kernel}`, 'wall, s', 'processor, s', "of packetdrill's wall time", 'verdicts'],
    rows: [row('packetspec', ours), row('packetdrill', peer)],
  };
}

function notes(ours: Pass, peer: Pass): readonly string[] {
  const differ = wavering(peer.verdicts, ours.verdicts);
  const list = differ.map(({ name, first, second }) => `${name} (${first} there, ${second} here)`).join('; ');
  const met = ours.wallS <= GOAL_SHARE * peer.wallS;
  return [
    `Goal: at most a third of packetdrill's wall time: ${met ? 'met' : '**missed**'}. Verdicts that differ: ${differ.length}${list === '' ? '' : `: ${list}`}.`,
  ];
}

async function peerPass(
  kernel: BootableKernel,
  runs: readonly ScriptRun[],
  program: string,
  folder: string,
): Promise<Pass> {
  const image = await ensureImage(ROOT);
  const initrd = openInitrd(image, 'everything', kernel, ownEntries(runs, program, folder));
  const { wallS, text } = await bootGuest(kernel, initrd, LIMIT);
  const ends = text.split('\n').filter((line) => line.startsWith(END));
  if (ends.length !== runs.length)
    throw new Error(`packetdrill's guest came to ${ends.length} ends:\n${text.slice(-2000)}`);
  const verdicts = new Map(ends.map((line) => verdictOf(line.slice(END.length))));
  return { wallS, processorS: wallS, verdicts, again: 0 };
}

function verdictOf(text: string): readonly [string, string] {
  const at = text.lastIndexOf(' ');
  return [text.slice(0, at), text.slice(at + 1) === '0' ? 'passed' : 'failed'];
}

/** The suite, packetdrill, and another first process, which replaces that of the image. */
function ownEntries(runs: readonly ScriptRun[], packetdrill: string, folder: string): readonly CpioEntry[] {
  const program = bundleProgram(folder, require.resolve('./packetdrill-guest'));
  const init = initProgram({
    path: NODE,
    args: [NODE, `${FOLDER}/program.js`, `${FOLDER}/run.sh`],
    environment: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
  });
  const [first] = runs;
  const source = dirname(present(first, 'a script').path);
  const files = readdirSync(source).filter((name) => statSync(join(source, name)).isFile());
  return [
    folderEntry(FOLDER),
    folderEntry(SUITE),
    ...files.map((name) => fileEntry(`${SUITE}/${name}`, readFileSync(join(source, name)))),
    fileEntry(`${FOLDER}/packetdrill`, readFileSync(packetdrill)),
    fileEntry(
      `${FOLDER}/program.js`,
      Buffer.from(readFileSync(program, 'utf8').replaceAll(join(ROOT, 'node_modules'), '/packetspec/node_modules')),
    ),
    fileEntry(`${FOLDER}/run.sh`, Buffer.from(commandsOf(runs))),
    fileEntry(INIT_PATHS.boot, Buffer.from(init)),
    ...TOOLS.map((name) => fileEntry(`/usr/bin/${name}`, readFileSync(toolPath(name)))),
  ];
}

function toolPath(name: string): string {
  return present(findOnPath(name), `${name}, which packetdrill needs in a guest`);
}

function folderEntry(path: string): CpioEntry {
  return { kind: 'folder', path, mode: MODE.folder };
}

function fileEntry(path: string, content: Uint8Array): CpioEntry {
  return { kind: 'file', path, mode: MODE.program, modifiedAt: 0, content };
}

function commandsOf(runs: readonly ScriptRun[]): string {
  const profile = present(profileByName('kselftest'), 'the profile of the kernel');
  const lines = runs.map(({ name, path, variant }) => {
    const args = runnerArguments(profile, variant).map((one) => `'${one}'`);
    const command = ['unshare', '-n', `${FOLDER}/packetdrill`, ...args, `'${basename(path)}'`].join(' ');
    return `${command} >/dev/null 2>&1; echo "${END}${name} $?"`;
  });
  return ['cd ' + SUITE, ...lines, ''].join('\n');
}
