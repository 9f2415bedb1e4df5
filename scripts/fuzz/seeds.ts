/** Inputs to begin with: the specs of this repository, and what once was found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

/** The top of the repository. */
export const ROOT = join(__dirname, '../..');

/** The specs whose names end so, and the findings of the target. Always in the same order. */
export function filesOf(extension: string, target: string): readonly Uint8Array[] {
  return [...globSync([`specs/**/*.${extension}`], { cwd: ROOT }).sort(), ...findingsOf(target)].map((path) =>
    readFileSync(join(ROOT, path)),
  );
}

/** Paths of what was found of a target and mended since, from the top of the repository. */
export function findingsOf(target: string): readonly string[] {
  return globSync([`test/fixtures/fuzz/${target}/*`], { cwd: ROOT, dot: true }).sort();
}
