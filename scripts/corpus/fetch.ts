/** Gets the packetdrill scripts of the newest kernel that Debian has packaged, into a cache of this user. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder as productCache } from '../../src/vm/cache';
import { fieldOf, openApt } from '../../src/vm/kernels/apt';
import { compareVersions } from '../../src/vm/kernels/catalogue';
import { attempt } from '../../src/vm/kernels/problem';
import { runTool } from '../../src/vm/kernels/tool';

/** Where the newest kernels are. */
const SOURCE = { archive: 'debian', suite: 'sid' } as const;

/** Where the scripts stand in the kernel's tree. */
const SCRIPTS = 'tools/testing/selftests/net/packetdrill';

/** A reason outside of this program, with the way out. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError';
}

/** Where everything is kept; nothing of it belongs into the repository. */
export function cacheFolder(): string {
  return join(productCache(), 'corpus');
}

/** The newest corpus that has been fetched before. */
export function cachedCorpus(cache: string): string | undefined {
  if (!existsSync(cache)) return undefined;
  const names = readdirSync(cache).filter((name) => existsSync(join(cache, name, SCRIPTS)));
  const [newest] = names.sort((left, right) => right.localeCompare(left, 'en', { numeric: true }));
  return newest === undefined ? undefined : join(cache, newest, SCRIPTS);
}

/** Asks apt for the newest package, and takes the scripts out of it unless that was done before. @throws CorpusError */
export function fetchCorpus(cache: string, say: (text: string) => void): string {
  say('reading the package list of Debian unstable');
  const apt = orCorpusError(() => openApt(join(cache, 'apt'), SOURCE));
  const name = orCorpusError(() => newestSource(apt.names('linux-source-')));
  if (name === undefined) throw new CorpusError('Debian unstable has no package linux-source-N.M');
  const version = fieldOf(
    'Version',
    orCorpusError(() => apt.show(name)),
  );
  const place = placeOf(cache, name, version ?? '');
  if (existsSync(place)) return place;
  const download = mkdtempSync(join(cache, 'download-'));
  try {
    say(`downloading ${name} ${version ?? ''} (some 160 MB, once)`);
    orCorpusError(() => apt.download([name], download));
    const [deb] = readdirSync(download).filter((file) => file.endsWith('.deb'));
    if (deb === undefined) throw new CorpusError(`apt-get download ${name} left no package`);
    return unpackCorpus(cache, join(download, deb), say);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

/** The newest of the kernel's source packages among the names of packages. */
export function newestSource(names: readonly string[]): string | undefined {
  const sources = names.filter((name) => /^linux-source-\d+\.\d+$/.test(name));
  return sources.sort(compareVersions).at(-1);
}

/** Takes the scripts out of a source package. @throws CorpusError */
export function unpackCorpus(cache: string, deb: string, say: (text: string) => void): string {
  const fields = run('dpkg-deb', ['--field', deb, 'Package', 'Version'], `${deb} is no package of Debian's`);
  const place = placeOf(cache, fieldOf('Package', fields) ?? '', fieldOf('Version', fields) ?? '');
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const unpacked = mkdtempSync(join(cache, 'unpack-'));
  try {
    say(`unpacking the scripts of ${deb}`);
    const pipe =
      'dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" | ' +
      'tar -xJ -C "$2" --strip-components=1 --wildcards "*/$3"';
    run('bash', ['-o', 'pipefail', '-c', pipe, 'bash', deb, unpacked, SCRIPTS], `${deb} has no ${SCRIPTS}`);
    renameSync(unpacked, join(place, '../'.repeat(SCRIPTS.split('/').length)));
    return place;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function placeOf(cache: string, name: string, version: string): string {
  return join(cache, `${name}_${version.replace(/[^\w.+~-]/g, '_')}`, SCRIPTS);
}

/** @returns what the program printed @throws CorpusError with what it complained of */
function run(program: string, args: readonly string[], trouble: string): string {
  return orCorpusError(() => runTool(program, args, { trouble, package: 'dpkg' }).toString());
}

function orCorpusError<T>(action: () => T): T {
  const result = attempt(action);
  if (result.kind === 'done') return result.value;
  const { message, hint } = result.problem;
  throw new CorpusError(hint === '' ? message : `${message}; ${hint}`);
}
