/** A folder with the modules of a kernel: where it is, the files in it, and what the kernel has built in. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KernelError } from './problem';
import { moduleName, normalName } from './module';

/** Made by `make`: names what is built in, a path on each line. */
const BUILT_IN = 'modules.builtin';

export interface ModuleTree {
  readonly folder: string | undefined;
  /** Files by the name of the module: the same one may have been built for several kernels. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Modules that are built in; `undefined` when nothing tells. */
  readonly builtIn: ReadonlySet<string> | undefined;
  /** The text of the kernel's configuration, where it lies beside. */
  readonly config: string | undefined;
}

/**
 * @param folder what the user says; otherwise the places are looked through at which a build, an installation or an
 * unpacked package has them
 * @throws KernelError
 */
export function findModules(imagePath: string, release: string, folder: string | undefined): ModuleTree {
  if (folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new KernelError(
      `--modules ${folder}: no such folder`,
      'it takes a folder as `make modules_install` makes it',
    );
  const place = folder === undefined ? besideImage(imagePath, release) : innermost(resolve(folder), release);
  const listing = place === undefined ? [] : walk(place);
  const files = new Map<string, string[]>();
  for (const path of listing) {
    const name = moduleName(path);
    if (name !== undefined) files.set(name, [...(files.get(name) ?? []), path]);
  }
  const builtIn = listing
    .filter((path) => basename(path) === BUILT_IN)
    .map((path) => namesIn(readFileSync(path, 'latin1')));
  return {
    folder: place,
    files,
    builtIn: builtIn.length === 0 ? undefined : new Set(builtIn.flat()),
    config: findConfig(imagePath, release, place),
  };
}

/** In the tree of a build, beside an installed image, or around it: Debian's is among its modules from 6.19 on. */
function besideImage(imagePath: string, release: string): string | undefined {
  const beside = dirname(resolve(imagePath));
  const builds = [beside, join(beside, '../../..')].filter((folder) => existsSync(join(folder, BUILT_IN)));
  const installed = ['../lib/modules', '../usr/lib/modules'].map((folder) => join(beside, folder, release));
  const around = basename(beside) === release ? [beside] : [];
  return [...builds, ...around, ...installed].find((folder) => existsSync(folder));
}

/** Within what `make modules_install` fills, the folder of this release. */
function innermost(folder: string, release: string): string {
  const inner = ['', 'lib/modules', 'usr/lib/modules'].map((prefix) => join(folder, prefix, release));
  return inner.find((place) => existsSync(place)) ?? folder;
}

/** All files below; links are not followed, since one leads from the modules to the sources. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      // Of hidden folders, `.git` is the large one.
      if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : walk(path);
      return [path];
    });
}

function namesIn(list: string): string[] {
  return list
    .split('\n')
    .flatMap((line) => moduleName(line) ?? [])
    .map(normalName);
}

function findConfig(imagePath: string, release: string, folder: string | undefined): string | undefined {
  const names = [`config-${release}`, 'config', '.config'];
  const folders = [...(folder === undefined ? [] : [folder]), dirname(imagePath)];
  const path = folders.flatMap((place) => names.map((name) => join(place, name))).find((file) => existsSync(file));
  return path === undefined ? undefined : readFileSync(path, 'latin1');
}
