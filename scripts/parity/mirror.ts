/** A copy of a corpus without its scripts: what their commands call by relative paths. */
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Scripts and other small texts; programs and packages are not called by relative paths. */
const BYTES_MAX = 256 * 1024;

export interface Script {
  readonly path: string;
  readonly text: string;
}

/** The folder that holds all scripts and whatever they reach with `../`. */
export function corpusRoot(scripts: readonly Script[]): string {
  const reached = scripts.map(({ path, text }) => {
    const climbs = [...text.matchAll(/(?:\.\.\/)+/g)].map(([climb]) => climb.length / 3);
    return resolve(dirname(path), '../'.repeat(Math.max(0, ...climbs)));
  });
  return reached.reduce(commonFolder, reached[0] ?? '.');
}

function commonFolder(one: string, other: string): string {
  let folder = one;
  while (relative(folder, other).startsWith('..')) folder = dirname(folder);
  return folder;
}

export class Mirror {
  readonly #root: string;
  readonly #copy: string;

  /** Copies everything but scripts. @param copy a folder that is empty */
  constructor(root: string, copy: string) {
    [this.#root, this.#copy] = [root, copy];
    cpSync(root, copy, { recursive: true, filter: isHelper });
  }

  /** Writes a script in the place of another one, under its name with a prefix. */
  write({ path }: Script, prefix: string, text: string): string {
    const folder = join(this.#copy, relative(this.#root, dirname(path)));
    mkdirSync(folder, { recursive: true });
    const written = join(folder, `${prefix}${path.slice(dirname(path).length + 1)}`);
    writeFileSync(written, text);
    return written;
  }
}

function isHelper(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  return found.isDirectory() || (!path.endsWith('.pkt') && found.isFile() && found.size <= BYTES_MAX);
}
