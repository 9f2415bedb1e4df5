/**
 * Debian's packages of any suite, asked for through apt in a state of its own: nothing that the system has is touched.
 *
 * The mirror is the one from which this machine gets Debian. apt checks what it fetches against Debian's keys.
 * Deliberately absent: installing, and any suite or package by name.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelError } from './problem';
import { runTool } from './tool';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const KEYRING_PACKAGE = 'debian-archive-keyring';

/** What apt calls the archives that have a place of their own on a mirror. */
const LABELS = { debian: 'Debian', 'debian-security': 'Debian-Security' } as const;
export type Archive = keyof typeof LABELS;

/** The format for `apt-get indextargets` that `mirrorFrom` reads. */
const TARGET_FORMAT = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';

/** How long apt waits for a mirror that says nothing. It tries again, each time twice: after four times as long it gives up. */
const ANSWER_S = 15;
/** How long a list, or a package, may take that comes at a trickle. */
const LIST_LIMIT_S = 300;
const DOWNLOAD_LIMIT_S = 1800;

const OWN_KERNEL = 'a kernel of your own needs no mirror: --kernel PATH';

export interface AptSource {
  readonly archive: Archive;
  readonly suite: string;
  /** In place of the mirror of this machine: the address of its `debian` archive. */
  readonly mirror?: string | undefined;
  /** How long to wait for an answer. */
  readonly answerS?: number | undefined;
}

/** One suite, its package list read. */
export interface Apt {
  /** Names of packages that begin so. */
  names(prefix: string): readonly string[];
  /** The paragraph of a package. */
  show(name: string): string;
  /** Leaves the packages as `.deb` files in the folder. @throws KernelError */
  download(names: readonly string[], folder: string): void;
}

/** Reads the package list of a suite into a folder, in which nothing else is kept. @throws KernelError */
export function openApt(folder: string, source: AptSource): Apt {
  const { archive, suite, answerS = ANSWER_S } = source;
  const mirror = source.mirror === undefined ? machineMirror(archive) : siblingArchive(source.mirror, archive);
  requireKeyring();
  for (const inner of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), sourceLine(mirror, suite));
  // As on a machine on which nothing is installed.
  writeFileSync(join(folder, 'status'), '');
  const options = [...privateOptions(folder), ...limits(answerS)];
  const ask = (args: readonly string[]): string =>
    runTool('apt-cache', [...options, ...args], { trouble: `${suite} cannot be asked`, package: 'apt' }).toString();
  const get = (args: readonly string[], trouble: string, limitS: number, cwd = folder): void => {
    const hint = (complaints: string): string => wayOut(complaints, suite);
    runTool('apt-get', [...options, '-qq', ...args], { trouble, package: 'apt', hint, limitS, cwd });
  };
  get(['update'], `the package list of ${suite} cannot be had`, LIST_LIMIT_S);
  return {
    names: (prefix) => ask(['pkgnames', prefix]).split('\n').filter(Boolean),
    show: (name) => ask(['show', '--no-all-versions', name]),
    download: (names, into) => get(['download', ...names], `${names.join(', ')} cannot be had`, DOWNLOAD_LIMIT_S, into),
  };
}

/** The first word of a field of `apt-cache show` or `dpkg-deb --field`. */
export function fieldOf(name: string, fields: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)`, 'm').exec(fields)?.[1];
}

/** Where this machine gets an archive of Debian's from, out of apt's own list; `undefined` when it does not. */
export function mirrorFrom(targets: string, archive: Archive): string | undefined {
  const lines = targets.split('\n').map((line) => line.split('|'));
  // Backports have the label of Debian too, and a place with it; other archives have another origin.
  const placeOf = (one: Archive): string | undefined =>
    lines.find(([origin, label]) => origin === 'Debian' && label === LABELS[one])?.[2];
  const debian = placeOf('debian');
  return placeOf(archive) ?? (debian === undefined ? undefined : siblingArchive(debian, archive));
}

/** Mirrors keep the archives side by side. */
function siblingArchive(debian: string, archive: Archive): string {
  return archive === 'debian' ? debian : debian.replace(/\/*$/, '').replace(/[^/]*$/, `${archive}/`);
}

/** The line of a source list for a suite. */
export function sourceLine(mirror: string, suite: string): string {
  return `deb [arch=amd64 signed-by=${KEYRING}] ${mirror} ${suite} main\n`;
}

/** Options that keep everything apt writes, and the sources that it reads, inside of a folder. */
export function privateOptions(folder: string): readonly string[] {
  return asOptions({
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    // What the machine prefers for itself would hide packages.
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Architecture': 'amd64',
    // The user to whom apt drops its rights cannot enter the cache of another one.
    'APT::Sandbox::User': 'root',
    // Also on a machine that allows it for its own sources.
    'Acquire::AllowInsecureRepositories': 'false',
    'APT::Get::AllowUnauthenticated': 'false',
  });
}

function limits(answerS: number): readonly string[] {
  return asOptions({
    'Acquire::http::Timeout': String(answerS),
    'Acquire::https::Timeout': String(answerS),
    'Acquire::Retries': '1',
    // Otherwise a list that could not be fetched is an empty one.
    'APT::Update::Error-Mode': 'any',
  });
}

function asOptions(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function machineMirror(archive: Archive): string {
  const targets = runTool('apt-get', ['indextargets', '--format', TARGET_FORMAT], {
    trouble: "Debian's packages are fetched with apt",
    package: 'apt',
    hint: () => OWN_KERNEL,
  }).toString();
  const mirror = mirrorFrom(targets, archive);
  if (mirror === undefined)
    throw new KernelError(
      "this machine's apt knows no mirror of Debian",
      `on Debian, run \`apt-get update\` once; elsewhere name one with --mirror URL; ${OWN_KERNEL}`,
    );
  return mirror;
}

function requireKeyring(): void {
  if (!existsSync(KEYRING))
    throw new KernelError(
      `${KEYRING} is missing, with which packages are checked`,
      `install the package ${KEYRING_PACKAGE}`,
    );
}

/** What to do, by what apt complained of. */
export function wayOut(complaints: string, suite: string): string {
  if (/NO_PUBKEY|is not signed|EXPKEYSIG/.test(complaints))
    return `the keyring does not hold the key of ${suite}: install the newest package ${KEYRING_PACKAGE}`;
  if (/no longer valid|expired|is not valid yet/.test(complaints))
    return 'is the clock of this machine right? The mirror may also be out of date: name another one with --mirror URL';
  if (/No space left/.test(complaints)) return 'the disk is full: `packetspec kernels rm` frees what was fetched';
  if (/does not have a Release file|404/.test(complaints))
    return `does the mirror still have ${suite}? Name another one with --mirror URL; ${OWN_KERNEL}`;
  // Without a word: it did not run, or not to its end.
  if (complaints === '') return OWN_KERNEL;
  return `is there a network, and does the mirror answer? Name another one with --mirror URL; ${OWN_KERNEL}`;
}
