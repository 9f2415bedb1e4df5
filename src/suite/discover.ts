/** From what the user names - files, folders, globs - to spec files with their text. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { messageOf } from '../base/message';
import type { SourceFile } from '../spec/source';

/** What a folder is searched for. */
const SPEC_FILES = ['**/*.yaml', '**/*.yml', '**/*.pkt'];

const MIB = 1024 * 1024;
/** A larger file is not even read. The languages have narrower limits, and say more. */
const LARGEST_FILE = 128 * MIB;

export interface Discovered {
  readonly files: readonly SourceFile[];
  /** Names that led to no file, or to one that cannot be read, with the reason. */
  readonly problems: readonly string[];
}

/** Every spec file behind the names, once, sorted within each name. */
export function discover(names: readonly string[]): Discovered {
  const paths = new Map<string, string>();
  const problems: string[] = [];
  for (const name of names) {
    const found = pathsOf(name);
    if (found.length === 0) problems.push(`${name}: no spec file (*.yaml, *.pkt) there`);
    for (const path of found) if (!paths.has(resolve(path))) paths.set(resolve(path), path);
  }
  const files: SourceFile[] = [];
  for (const path of paths.values()) {
    try {
      files.push({ path, text: readText(path) });
    } catch (error) {
      problems.push(`${path}: ${messageOf(error)}`);
    }
  }
  return { files, problems };
}

/** @throws Error when it cannot be read */
function readText(path: string): string {
  const { size } = statSync(path);
  if (size > LARGEST_FILE)
    throw new Error(`this file has ${Math.round(size / MIB)} MiB; no spec has more than ${LARGEST_FILE / MIB}`);
  return readFileSync(path, 'utf8');
}

function pathsOf(name: string): readonly string[] {
  const kind = statSync(name, { throwIfNoEntry: false });
  if (kind?.isFile() === true) return [name];
  if (kind?.isDirectory() === true) {
    const folder = name.replace(/\/+$/, '');
    return globSync(SPEC_FILES, { cwd: name, expandDirectories: false })
      .sort()
      .map((path) => (folder === '.' ? path : `${folder}/${path}`));
  }
  return globSync([name], { expandDirectories: false }).sort();
}
