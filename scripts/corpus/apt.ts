/** How apt is asked for a package of another suite without touching what the system has: arguments, and answers. */
import { join } from 'node:path';

/** The suite in which the newest kernels are. */
const SUITE = 'sid';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The format for `apt-get indextargets` that `mirrorFrom` reads. */
export const TARGET_FORMAT = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';

/** Where this machine gets Debian from, out of apt's own list; `undefined` when it does not. */
export function mirrorFrom(targets: string): string | undefined {
  const lines = targets.split('\n').map((line) => line.split('|'));
  // Security and backports have labels of their own, and other archives another origin.
  return lines.find(([origin, label]) => origin === 'Debian' && label === 'Debian')?.[2];
}

/** The line of a source list for the suite. */
export function sourceLine(mirror: string): string {
  return `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`;
}

/** Options that keep everything apt writes, and the sources that it reads, inside of a folder. */
export function privateOptions(folder: string): readonly string[] {
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    // The user to whom apt drops its rights cannot enter the cache of another one.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** The newest of the kernel's source packages among lines of `apt-cache search --names-only`. */
export function newestSource(listing: string): string | undefined {
  const versions = [...listing.matchAll(/^linux-source-(\d+)\.(\d+)(?=\s)/gm)];
  const newest = versions
    .map(([name, major, minor]) => ({ name, order: Number(major) * 1_000 + Number(minor) }))
    .sort((left, right) => right.order - left.order);
  return newest[0]?.name;
}

/** The version among the fields of `apt-cache show` or `dpkg-deb --field`. */
export function fieldOf(name: string, fields: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)`, 'm').exec(fields)?.[1];
}
