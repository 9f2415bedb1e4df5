/** Gets the packetdrill scripts of the newest kernel that Debian has packaged, into a cache of this user. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fieldOf, mirrorFrom, newestSource, privateOptions, sourceLine, TARGET_FORMAT } from './apt';

/** Where the scripts stand in the kernel's tree. */
const SCRIPTS = 'tools/testing/selftests/net/packetdrill';

/** A reason outside of this program, with the way out. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError';
}

/** Where everything is kept; nothing of it belongs into the repository. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const caches = env['XDG_CACHE_HOME'];
  return join(caches === undefined || caches === '' ? join(homedir(), '.cache') : caches, 'packetspec', 'corpus');
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
  const folder = join(cache, 'apt');
  const options = prepareApt(folder);
  say('reading the package list of Debian unstable');
  run('apt-get', [...options, 'update'], 'the package list cannot be read: is there a network?');
  const listing = run('apt-cache', [...options, 'search', '--names-only', '^linux-source-[0-9]'], 'apt-cache failed');
  const name = newestSource(listing);
  if (name === undefined) throw new CorpusError('Debian unstable has no package linux-source-N.M');
  const version = fieldOf(
    'Version',
    run('apt-cache', [...options, 'show', '--no-all-versions', name], 'apt-cache failed'),
  );
  const place = placeOf(cache, name, version ?? '');
  if (existsSync(place)) return place;
  const download = mkdtempSync(join(cache, 'download-'));
  try {
    say(`downloading ${name} ${version ?? ''} (some 160 MB, once)`);
    run('apt-get', [...options, 'download', name], `${name} cannot be downloaded`, download);
    const [deb] = readdirSync(download).filter((file) => file.endsWith('.deb'));
    if (deb === undefined) throw new CorpusError(`apt-get download ${name} left no package`);
    return unpackCorpus(cache, join(download, deb), say);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
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

/** A state of apt's own for this purpose. */
function prepareApt(folder: string): readonly string[] {
  const targets = run('apt-get', ['indextargets', '--format', TARGET_FORMAT], 'apt does not tell its sources');
  const mirror = mirrorFrom(targets);
  if (mirror === undefined)
    throw new CorpusError("this machine's apt has no source of Debian's: give a linux-source package with --deb FILE");
  for (const inner of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, inner), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), sourceLine(mirror));
  // As on a machine on which nothing is installed.
  writeFileSync(join(folder, 'status'), '');
  return privateOptions(folder);
}

/** @returns what the program printed @throws CorpusError with what it complained of */
function run(program: string, args: readonly string[], trouble: string, cwd?: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (error !== undefined) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CorpusError(
      isMissing ? `${trouble}: there is no ${program} on this machine` : `${trouble}: ${error.message}`,
    );
  }
  const lines = stderr.trim().split('\n');
  const complaint = lines.find((line) => /^E: /.test(line)) ?? lines[0] ?? '';
  if (status !== 0) throw new CorpusError(`${trouble}${complaint === '' ? '' : ` (${complaint})`}`);
  return stdout;
}
